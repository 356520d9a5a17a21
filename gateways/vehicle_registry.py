"""Port to the registry of motor vehicles (机动车登记系统)."""

from collections.abc import Iterable
from typing import Protocol

import httpx
from pydantic import TypeAdapter, ValidationError

from domain.ascii_folding import fold_capitals
from domain.dependencies import DependencyUnavailable
from domain.vehicle_eligibility import VehicleFacts, VehicleQuestion
from gateways.http import call

_FACTS = TypeAdapter(VehicleFacts)


class VehicleRegistry(Protocol):
    async def look_up(self, question: VehicleQuestion) -> VehicleFacts | None:
        """The registered data for the certificate and the VIN together, or `None`. Raises `DependencyUnavailable`.

        `obstacles` are those at the office of the query: only some cities require a quota.
        """
        ...


class HttpVehicleRegistry:
    """POST `{certificate_number, vin, office_code}` → 200 with the facts in JSON, or 404.

    The seller and the buyer are compared here and never sent. Name and password in the URL become basic
    authentication.
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
