"""Ambiguous requests: without a host, and with a repeated header that must be single."""

import pytest

from api.http.single_headers import SINGLE, is_unambiguous
from tests.support.country import Country

HOST = (b"host", b"xuanhao.test")


@pytest.mark.parametrize(
    "headers, version, passes",
    [
        ([HOST], "1.1", True),
        ([(b"host", b"")], "1.1", True),
        ([(b"host", b"[::1]:8000")], "1.1", True),
        ([HOST, (b"accept", b"a"), (b"accept", b"b")], "1.1", True),
        ([HOST, (b"x-forwarded-for", b"a"), (b"x-forwarded-for", b"b")], "1.1", True),
        ([], "1.0", True),
        ([], "1.1", False),
        ([HOST, HOST], "1.1", False),
        ([HOST, HOST], "1.0", False),
        ([(b"host", b"a b")], "1.1", False),
        ([(b"host", b"a/b")], "1.1", False),
        ([(b"host", b"user@a")], "1.1", False),
        ([(b"host", b"a,b@c")], "1.0", False),
    ],
    ids=str,
)  # fmt: skip
def test_a_request_has_one_host(headers: list[tuple[bytes, bytes]], version: str, passes: bool) -> None:  # noqa: FBT001 -- an expectation of the table, not a switch
    assert is_unambiguous(headers, version) is passes


@pytest.mark.parametrize("name", sorted(SINGLE), ids=bytes.decode)
def test_a_header_that_is_no_list_occurs_once(name: bytes) -> None:
    assert not is_unambiguous([HOST, (name, b"one"), (name, b"two")], "1.1")


@pytest.mark.parametrize("name", ["Authorization", "Idempotency-Key", "Host"])
async def test_an_ambiguous_request_is_a_problem_and_does_nothing(country: Country, name: str) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    pairs = [("Authorization", buyer.headers["Authorization"]), (name, "one"), (name, "two")]
    answer = await country.stack.client.post(f"{selection.path}/start", headers=pairs)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert (await selection.view())["stage"] == "service_notes"
