"""Port to the registry of motor vehicles (机动车登记系统)."""

import ssl
from collections.abc import Iterable
from typing import Protocol

import httpx
from pydantic import TypeAdapter, ValidationError

from domain.ascii_folding import fold_capitals
from domain.dependencies import DependencyUnavailable
from domain.vehicle_eligibility import VehicleFacts, VehicleQuestion
from gateways.circuit_breaker import Guard, Observer
from gateways.http import Clock, call
from gateways.signatures import BearerAuth, HmacAuth

_FACTS = TypeAdapter(VehicleFacts)


class VehicleRegistry(Protocol):
    async def look_up(self, question: VehicleQuestion) -> VehicleFacts | None:
        """The registered data for the certificate and the VIN together, or `None`. Raises `DependencyUnavailable`.

        `obstacles` are those at the office of the query: only some cities require a quota.
        """
        ...


class RegistrySettings(Protocol):
    """What the registry's adapter needs to know."""

    @property
    def registry_gateway(self) -> str | None: ...
    @property
    def registry_calls(self) -> int: ...
    @property
    def registry_token(self) -> str | None: ...
    @property
    def registry_hmac_key(self) -> str | None: ...

    def registry_tls(self) -> ssl.SSLContext | None: ...


def registry_client(settings: RegistrySettings, clock: Clock) -> httpx.AsyncClient:
    """A client with the certificate, the token or the signature that the registry demands."""
    auth: httpx.Auth | None = None
    if settings.registry_token:
        auth = BearerAuth(settings.registry_token)
    elif settings.registry_hmac_key:
        auth = HmacAuth(settings.registry_hmac_key.encode(), clock)
    return httpx.AsyncClient(auth=auth, verify=settings.registry_tls() or True)


def vehicle_registry(settings: RegistrySettings, client: httpx.AsyncClient, observer: Observer) -> VehicleRegistry:
    """The registry that the settings name, behind a guard."""
    if not settings.registry_gateway:
        return LocalVehicleRegistry([])
    guard = Guard("registry", settings.registry_calls, observer)
    return GuardedVehicleRegistry(HttpVehicleRegistry(settings.registry_gateway, client), guard)


class GuardedVehicleRegistry:
    """A registry with a limit of calls in flight and a circuit breaker."""

    def __init__(self, registry: VehicleRegistry, guard: Guard) -> None:
        self._registry = registry
        self._guard = guard

    async def look_up(self, question: VehicleQuestion) -> VehicleFacts | None:
        return await self._guard.call(lambda: self._registry.look_up(question))


class HttpVehicleRegistry:
    """POST `{certificate_number, vin, office_code}` → 200 with the facts in JSON, or 404.

    The seller and the buyer are compared here and never sent. Name and password in the URL become basic
    authentication; the client may have a certificate, a token or a signature.
    """

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self._url = url
        self._client = client

    async def look_up(self, question: VehicleQuestion) -> VehicleFacts | None:
        asked = {
            "certificate_number": question.certificate_number,
            "vin": question.vin,
            "office_code": question.office_code,
        }
        request = self._client.build_request("POST", self._url, json=asked)
        answer = await call(self._client, request, part="registry")
        if answer.status == httpx.codes.NOT_FOUND:
            return None
        if answer.status != httpx.codes.OK:
            raise DependencyUnavailable("registry", f"status {answer.status}")
        return _read(answer.body)


def _read(body: bytes) -> VehicleFacts:
    """An unknown obstacle makes the response malformed: ignoring it would let an ineligible car pass."""
    try:
        return _FACTS.validate_json(body)
    except ValidationError:
        # Not chained: pydantic's error quotes the response, which contains personal values.
        raise DependencyUnavailable("registry", "malformed answer") from None


class LocalVehicleRegistry:
    """Answers from records in memory: demo mode and tests."""

    def __init__(self, records: Iterable[VehicleFacts]) -> None:
        self._records = {(facts.certificate_number, facts.vin): facts for facts in records}

    async def look_up(self, question: VehicleQuestion) -> VehicleFacts | None:
        return self._records.get((question.certificate_number, fold_capitals(question.vin)))
