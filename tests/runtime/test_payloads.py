"""What is said to workflows reads as the SDK's own JSON does, and is read from it."""

from datetime import UTC, datetime

import pytest
from temporalio.converter import DataConverter

from domain.policy import Policy
from runtime.payloads import DATA_CONVERTER, PayloadConverter
from workflows.messages import Acted, BlacklistInput, Draw, Outcome, VehicleInput
from workflows.ports import NumberOrder, Order

AT = datetime(2026, 11, 26, 2, 48, 0, 123000, UTC)
RECORD = {"stage": "plate_selection", "batch": {"numbers": ["粤B12345"], "expires_at": None}, "draws_remaining": 9}
SAID = [
    VehicleInput("an id", "440300", Policy().to_dict(), ["粤B"], RECORD, 7, [Outcome("a request", 7)], ["reserved"]),
    NumberOrder(Order("an id", "a request", AT, Policy().to_dict(), 7, RECORD, AT), "440300", "粤B12345"),
    BlacklistInput("an entry", "an id", AT),
    Acted(8, {"batch": None}),
    Draw(exclude_four=True),
]


@pytest.mark.parametrize("said", SAID, ids=lambda said: type(said).__name__)
async def test_it_is_heard_as_it_was_said_by_every_mixture_of_writers_and_readers(said: object) -> None:
    for writer in (DATA_CONVERTER, DataConverter.default):
        for reader in (DATA_CONVERTER, DataConverter.default):
            payloads = await writer.encode([said])
            assert payloads[0].metadata["encoding"] == b"json/plain"
            assert await reader.decode(payloads, [type(said)]) == [said]


async def test_what_the_command_line_leaves_out_has_its_usual_value() -> None:
    [payload] = await DataConverter.default.encode([{"exclude_four": True}])
    assert await DATA_CONVERTER.decode([payload], [Draw]) == [Draw(exclude_four=True)]


@pytest.mark.parametrize("wrong", [{}, {"revision": "many"}, {"revision": None}, ["revision"], "revision"])
async def test_what_is_no_such_message_is_refused(wrong: object) -> None:
    payloads = await DataConverter.default.encode([wrong])
    with pytest.raises(ValueError, match=r"revision|Acted"):
        await DATA_CONVERTER.decode(payloads, [Acted])


def test_all_workflows_share_what_is_known_of_the_types() -> None:
    one, other = PayloadConverter(), PayloadConverter()
    assert one.converters[b"json/plain"] is other.converters[b"json/plain"]
