"""The SMS gateway that the settings name, behind a guard."""

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from domain.sms import Sms, SmsGateway
from gateways.circuit_breaker import Guard, Observer
from gateways.http import Clock
from gateways.sms.http import HttpSms
from gateways.sms.local import LocalSms, Outbox
from gateways.sms.provider import ProviderAccount


class SmsSettings(Protocol):
    """What the adapters need to know. `sms_gateway` is a URL, also of a provider's API."""

    @property
    def sms_provider(self) -> str | None: ...
    @property
    def sms_gateway(self) -> str | None: ...
    @property
    def sms_calls(self) -> int: ...
    @property
    def sms_access_key(self) -> str | None: ...
    @property
    def sms_access_secret(self) -> str | None: ...
    @property
    def sms_sign_name(self) -> str | None: ...
    @property
    def sms_app_id(self) -> str | None: ...
    @property
    def sms_region(self) -> str: ...
    @property
    def template_ids(self) -> Mapping[str, str]: ...


def sms_gateway(
    settings: SmsSettings, client: httpx.AsyncClient, outbox: Outbox, *, observer: Observer, clock: Clock
) -> SmsGateway:
    """The adapter of these settings; the local one delivers into the outbox."""
    if not settings.sms_gateway:
        return LocalSms(outbox)
    if settings.sms_provider:
        gateway = provider_sms(settings.sms_provider, account_of(settings), settings.sms_calls, clock)
    else:
        gateway = HttpSms(settings.sms_gateway, client, settings.template_ids)
    return GuardedSms(gateway, Guard("sms", settings.sms_calls, observer))


def account_of(settings: SmsSettings) -> ProviderAccount:
    """The account at the provider. The settings have refused an incomplete one."""
    address = urlsplit(settings.sms_gateway or "")
    return ProviderAccount(
        host=address.netloc,
        scheme=address.scheme,
        access_key=settings.sms_access_key or "",
        access_secret=settings.sms_access_secret or "",
        sign_name=settings.sms_sign_name or "",
        templates=dict(settings.template_ids),
        app_id=settings.sms_app_id or "",
        region=settings.sms_region,
    )


def provider_sms(provider: str, account: ProviderAccount, most_calls: int, clock: Clock) -> SmsGateway:
    """The adapter of a provider; its SDK is imported only here, because it is optional."""
    if provider == "aliyun":
        from gateways.sms.aliyun import AliyunSms  # noqa: PLC0415 - an optional package, see above.

        return AliyunSms(account, most_calls, clock)
    from gateways.sms.tencent import TencentSms  # noqa: PLC0415 - an optional package, see above.

    return TencentSms(account, clock)


class GuardedSms:
    """A gateway with a limit of calls in flight and a circuit breaker. What they refuse is not sent."""

    def __init__(self, gateway: SmsGateway, guard: Guard) -> None:
        self._gateway = gateway
        self._guard = guard

    async def send(self, message: Sms) -> None:
        await self._guard.call(lambda: self._gateway.send(message))
