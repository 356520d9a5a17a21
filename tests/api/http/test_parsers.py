"""Hostile input, also outside bodies: a value or the named refusal, never anything else."""

import asyncio
import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NoReturn, cast
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import QueryParams
from starlette.requests import Request

from api.auth import records
from api.auth.callers import caller_of
from api.desk.schemas import ReservationQuery
from api.http import idempotency
from api.http.cursors import cursor_of, place_in
from api.http.schemas import Day, Name, PlainText, Reason
from api.http.strict_json import parse
from api.operators.request_schemas import AuditQuery, GivenInstant
from api.preselections import keyboard
from api.preselections.numbers import composed_numbers, one_number, prefix_of_office
from api.preselections.schemas import SubmissionBody
from domain.errors import NotFound, NumberDuplicated, NumberMalformed, Unauthenticated, ValidationFailed
from domain.instants import format_instant, parse_instant
from domain.plates import DIGITS, LETTERS, POOL_SIZE, parse_plate, serial_at
from locales.languages import Language, preferred_language
from storage.crypto.personal_hashes import PersonalHashes
from storage.offices.offices import Office

ANY_TEXT = st.text(max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc_粤", max_size=5), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip
INSTANTS = st.datetimes(datetime(1971, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds it.
OFFICE = Office("440300", "车管所", "路1号", "广东", ("粤B",))
HEADERS = st.lists(st.tuples(st.sampled_from([b"authorization", b"x"]), st.binary(max_size=60)), max_size=3)


@given(JSON)
def test_json_is_read_as_it_is_written(value: Any) -> None:
    assert parse(json.dumps(value, ensure_ascii=False).encode()) == value
    assert parse(json.dumps(value).encode()) == value


@given(INSTANTS, st.uuids())
def test_a_cursor_leads_to_the_place_that_it_was_made_of(instant: datetime, item: UUID) -> None:
    assert place_in(cursor_of((instant, item))) == (instant, item)


@given(ANY_TEXT | st.text("abcXYZ019-_=", max_size=40))
def test_any_other_cursor_is_a_place_or_refused(text: str) -> None:
    with suppress(ValidationFailed):
        place = place_in(text)
        # Any value can be compared in the database.
        assert place is None or place[0].tzinfo is not None


@given(INSTANTS)
def test_an_instant_is_read_as_it_is_written(instant: datetime) -> None:
    assert format_instant(parse_instant(format_instant(instant))) == format_instant(instant)


@pytest.mark.parametrize(
    "kind", [Day, GivenInstant, PlainText, Name, Reason], ids=["day", "instant", "text", "name", "reason"]
)
@given(value=ANY_TEXT | st.text("0123456789-:.TZ+", max_size=30) | JSON)
def test_a_field_holds_what_its_kind_allows_or_is_refused(kind: Any, value: object) -> None:
    with suppress(ValidationError):
        read = TypeAdapter(kind).validate_python(value)
        assert not isinstance(read, str) or read.isprintable() or not re.search(r"[\x00-\x1f\x7f]", read)


@pytest.mark.parametrize("shape", [SubmissionBody, ReservationQuery, AuditQuery])
@given(value=JSON)
def test_a_body_of_any_json_is_read_or_refused(shape: Any, value: object) -> None:
    with suppress(ValidationError):
        assert isinstance(shape.model_validate(value), shape)


@given(ANY_TEXT | st.text("zh-ZHTWen,;q=01. *", max_size=60))
def test_any_accept_language_is_one_of_ours(header: str) -> None:
    assert preferred_language(header) in Language


@given(st.permutations(list(Language)), st.integers(1, 9))
def test_of_languages_the_one_that_is_liked_best_is_chosen(languages: list[Language], liking: int) -> None:
    first, *others = languages
    header = ", ".join([*(f"{other.value};q=0.{liking - 1}" for other in others), f"{first.value};q=0.{liking}"])
    assert preferred_language(header) is first


@given(ANY_TEXT | st.uuids().map(str))
def test_only_a_uuid_is_an_idempotency_key_or_an_id(text: str) -> None:
    is_uuid = idempotency._KEY.fullmatch(text) is not None
    if is_uuid:
        assert str(UUID(text)) == text.lower()
    try:
        assert str(records.id_in(text)) == text.lower()
    except NotFound:
        assert not is_uuid


@given(st.dictionaries(st.sampled_from(["prefix", "typed", "x"]), ANY_TEXT | st.text(DIGITS + LETTERS, max_size=6)))
def test_any_query_of_the_keyboard_is_read_or_refused(query: dict[str, str]) -> None:
    with suppress(ValidationFailed):
        prefix, typed = keyboard._read(QueryParams(query))
        assert prefix == query["prefix"]
        assert set(typed) <= set(DIGITS + LETTERS + "IO")


@given(
    st.lists(ANY_TEXT | st.integers(0, POOL_SIZE - 1).map(lambda place: f"粤B{serial_at(place)}".lower()), max_size=4)
)
def test_numbers_are_of_the_office_and_each_once_or_refused(texts: list[str]) -> None:
    with suppress(NumberMalformed, NumberDuplicated):
        numbers = composed_numbers(texts, OFFICE)
        assert numbers == [parse_plate(text) for text in texts]
        assert all(number.startswith("粤B") for number in numbers)
        assert len(set(numbers)) == len(numbers)


@given(ANY_TEXT)
def test_a_number_and_a_prefix_are_of_their_form_or_refused(text: str) -> None:
    with suppress(NumberMalformed):
        one_number(text)
    with suppress(ValidationFailed):
        assert prefix_of_office(text, OFFICE) in OFFICE.prefixes


@given(HEADERS)
def test_any_headers_are_a_token_for_the_verifier_or_unauthenticated(headers: list[tuple[bytes, bytes]]) -> None:
    request = Request({"type": "http", "headers": headers})
    with pytest.raises(Unauthenticated):
        asyncio.run(caller_of(request, Suspicious(), cast("PersonalHashes", None)))


class Suspicious:
    """Refuses everybody, but parses its input."""

    async def verify(self, token: str) -> NoReturn:
        assert token == token.strip()
        raise Unauthenticated

    read_logout = verify
