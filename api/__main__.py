"""`python -m api`: one API process, until SIGTERM or SIGINT. Run as many as there are cores."""

import sys

import httpx
import uvloop

from api.app import create_app
from api.parts import Gateways, parts_of
from api.serving import serve
from gateways.identity_provider import token_verifier
from gateways.sms import HttpSms, LocalSms
from gateways.vehicle_registry import HttpVehicleRegistry, LocalVehicleRegistry
from runtime.clock import system_clock
from runtime.exit import leave
from runtime.logging import configure_logging
from runtime.settings import Settings, SettingsError
from storage.database import Database
from storage.text_messages import TextMessages
from storage.vault import Keys


async def run(settings: Settings) -> None:
    keys = Keys.from_file(settings.key_file)
    async with httpx.AsyncClient() as http:
        outbox = Database(settings.database_url, pool_size=2, application_name="xuanhao-outbox")
        gateways = Gateways(
            sms=HttpSms(settings.sms_url, http) if settings.sms_url else LocalSms(TextMessages(outbox, keys)),
            registry=HttpVehicleRegistry(settings.registry_url, http)
            if settings.registry_url
            else LocalVehicleRegistry([]),
            verifier=token_verifier(
                settings.oidc_issuer,
                settings.oidc_audience,
                settings.oidc_jwks_url,
                client=http,
                clock=system_clock,
            ),
        )
        async with parts_of(settings, gateways, keys) as parts:
            await serve(create_app(parts), settings)
        await outbox.close()


def main() -> int:
    try:
        settings = Settings.from_environment()
    except SettingsError as problem:
        sys.stderr.write(f"xuanhao: {problem}\n")
        return 2
    configure_logging(settings.log_level)
    uvloop.run(run(settings))
    return 0


if __name__ == "__main__":
    leave(main())
