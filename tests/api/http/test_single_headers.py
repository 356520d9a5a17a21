"""Ambiguous requests: without a host, and with a repeated header that must be single."""

import re
from pathlib import Path

import pytest

from api.http.single_headers import SINGLE, is_unambiguous
from api.waiting_room.service import QUEUE_PASS
from gateways.signatures import SIGNATURE, TIMESTAMP
from tests.support.country import Country

ROOT = Path(__file__).parents[3]
HOST = (b"host", b"xuanhao.test")
LISTS = frozenset({b"accept", b"accept-encoding", b"accept-language", b"x-forwarded-for"})


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


def test_every_header_that_we_read_is_a_list_or_occurs_once() -> None:
    read = re.compile(r"""headers\.(?:get|getlist)\(\s*["']([a-z-]+)["']|(?<!response\.)headers\[["']([a-z-]+)["']\]""")
    modules = (path for folder in ("api", "gateways") for path in (ROOT / folder).rglob("*.py"))
    found = {name for path in modules for pair in read.findall(path.read_text("utf-8")) for name in pair if name}
    assert {"authorization", "idempotency-key", "content-type"} <= found
    assert {
        name.encode() for name in (*found, QUEUE_PASS.lower(), SIGNATURE.lower(), TIMESTAMP.lower())
    } <= SINGLE | LISTS


@pytest.mark.parametrize("name", ["Authorization", "Idempotency-Key", "Host"])
async def test_an_ambiguous_request_is_a_problem_and_does_nothing(country: Country, name: str) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    pairs = [("Authorization", buyer.headers["Authorization"]), (name, "one"), (name, "two")]
    answer = await country.stack.client.post(f"{selection.path}/start", headers=pairs)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert (await selection.view())["stage"] == "service_notes"
