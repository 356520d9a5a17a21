"""Links of the published document: from a response to the calls that need its values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_SUCCESS = "2"
_VIEW = "#/components/schemas/PreselectionView"
_STEPS = (
    "read_preselection", "start", "send_identity_code", "draw", "cancel", "read_voucher", "read_calendar_file",
)  # fmt: skip


@dataclass(frozen=True)
class Link:
    """The response of `source` has the values for `target`: pointers by parameter and by field of the body."""

    source: str
    target: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] = field(default_factory=dict)

    def as_document(self) -> dict[str, Any]:
        parameters = {name: _in_answer(pointer) for name, pointer in self.parameters.items()}
        body = {name: _in_answer(pointer) for name, pointer in self.body.items()}
        return {"operationId": self.target, "parameters": parameters} | ({"requestBody": body} if body else {})


LINKS = (
    *(Link("enter", target, {"preselection_id": "/preselection/id"}) for target in _STEPS),
    *(Link("list_preselections", target, {"preselection_id": "/items/0/id"}) for target in _STEPS),
    Link("draw", "put_aside", {"preselection_id": "/id"}, {"number": "/batch/numbers/0"}),
    Link("put_aside", "confirm", {"preselection_id": "/id"}, {"number": "/candidates/numbers/0"}),
    Link("list_offices", "read_notice", {"code": "/items/0/code"}),
    Link("list_offices", "list_segments", {"code": "/items/0/code"}),
    Link("list_reservations", "confirm_reservation", {"preselection_id": "/items/0/id"}),
    Link("list_reservations", "reject_reservation", {"preselection_id": "/items/0/id"}),
    Link("list_bans", "release_ban", {"entry_id": "/items/0/id"}),
    Link("list_bans", "confirm_ban_release", {"entry_id": "/items/0/id"}),
    Link("withhold_numbers", "release_withheld", {"withholding_id": "/withholding/id"}),
    Link("withhold_numbers", "confirm_withheld", {"withholding_id": "/withholding/id"}),
)


def add_links(operations: Iterable[dict[str, Any]]) -> None:
    """Add the links to the responses of these operations; every view links to the possible next steps."""
    for operation in operations:
        for status, answer in operation["responses"].items():
            if status.startswith(_SUCCESS) and (links := _links_of(operation["operationId"], answer)):
                answer["links"] = {f"{link.target}_after_{link.source}": link.as_document() for link in links}


def _links_of(operation_id: str, answer: Mapping[str, Any]) -> list[Link]:
    links = [link for link in LINKS if link.source == operation_id]
    if _VIEW in str(answer.get("content", {}).get("application/json", {}).get("schema", {})):
        links += [Link(operation_id, target, {"preselection_id": "/id"}) for target in _STEPS]
    return links


def _in_answer(pointer: str) -> str:
    return f"$response.body#{pointer}"
