"""Whether the gateways for SMS and the vehicle registry can be reached."""

import httpx

from config.settings import Settings
from gateways.vehicle_registry import registry_client
from operations.installation import Missing
from process.clock import system_clock


async def check_gateways(settings: Settings) -> str:
    """What was found. Raises `Missing`. The registry is asked with our certificate and sign-in."""
    if missing := settings.missing_gateways():
        raise Missing(f"{' and '.join(missing)} not set", "set them; `local:` names the local adapters")
    async with httpx.AsyncClient() as plain, registry_client(settings, system_clock) as registry:
        named = {"SMS": (plain, settings.sms_gateway), "registry": (registry, settings.registry_gateway)}
        for name, (http, url) in named.items():
            if url:
                await _reach(http, name, url)
    kinds = {"SMS": settings.sms_provider or "", "registry": ""}
    return ", ".join(
        f"{name} {' '.join(filter(None, (kinds[name], 'reachable')))}" if url else f"{name} local"
        for name, (_, url) in named.items()
    )


async def _reach(http: httpx.AsyncClient, name: str, url: str) -> None:
    """Any answer shows that it is there; no message is sent to it."""
    try:
        await http.head(url, timeout=3.0)
    except httpx.HTTPError as failure:
        raise Missing(
            f"{name}: {type(failure).__name__}", "check its address and the network", is_usable=True
        ) from None
