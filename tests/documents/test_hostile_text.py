"""Scanned, typed and printed texts may contain anything."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from documents.calendar_file import render_calendar
from documents.voucher_codes import VoucherCodes
from documents.voucher_facts import VoucherFacts
from documents.voucher_token import VoucherClaims, VoucherSigner, VoucherVerifier
from domain.errors import VoucherInvalid

SIGNER = VoucherSigner(bytes(range(32)))
VERIFIER = VoucherVerifier([SIGNER.public_key])
CODES = VoucherCodes(b"k" * 32)
NOW = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
DAYS = st.dates(date(2026, 1, 1), date(2100, 1, 1))
GOOD = SIGNER.sign(VoucherClaims(UUID(int=7), "粤BA1234", date(2026, 11, 26), "440300", NOW + timedelta(days=1)))
# What can be printed on one page of a calendar: RFC 5545 has no control characters but the line break.
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=80).map(
    lambda text: f"字{text}字"
)


@given(st.uuids(), DAYS, st.text("0123456789", max_size=6))
def test_a_token_says_what_was_signed(preselection_id: UUID, visit_by: date, office: str) -> None:
    claims = VoucherClaims(preselection_id, "粤BA1234", visit_by, office, NOW + timedelta(days=1))
    assert VERIFIER.verify(SIGNER.sign(claims), now=NOW) == claims


@given(
    st.text(max_size=60) | st.lists(st.sampled_from(GOOD.split(".")) | st.text(max_size=20), max_size=5).map(".".join)
)
def test_any_other_text_is_no_token(text: str) -> None:
    if text.strip() != GOOD:
        with pytest.raises(VoucherInvalid):
            VERIFIER.verify(text, now=NOW)


@given(st.integers(0, len(GOOD) - 1), st.characters(codec="ascii"))
def test_a_changed_character_of_a_token_is_noticed(place: int, other: str) -> None:
    changed = GOOD[:place] + other + GOOD[place + 1 :]
    if changed.strip() != GOOD:
        with pytest.raises(VoucherInvalid):
            VERIFIER.verify(changed, now=NOW)


@given(st.uuids())
def test_a_code_leads_to_the_preselection_that_it_was_made_of(preselection_id: UUID) -> None:
    code = CODES.code_for(preselection_id)
    first, last = CODES.id_range(code)
    assert first <= preselection_id <= last
    assert CODES.matches(code.lower().replace("-", " "), preselection_id)


@given(st.text(max_size=14) | st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ-ilo ", max_size=12))
def test_any_other_text_is_a_range_of_ids_or_no_code(text: str) -> None:
    with suppress(VoucherInvalid):
        first, last = CODES.id_range(text)
        assert first < last
        assert not CODES.matches(text, UUID(int=7))


@given(WORDS, WORDS, DAYS)
@example("字\\N字", "字\\n\\\\N字", date(2026, 11, 26))
def test_a_calendar_file_is_read_as_it_was_written(name: str, address: str, visit_by: date) -> None:
    facts = VoucherFacts(UUID(int=7), "粤BA1234", "张*", "L***", "***8", visit_by, name, address)
    calendar = Calendar.from_ical(render_calendar(facts, stamp=NOW))
    (event,) = calendar.events
    # The library cannot write a backslash before an N.
    assert (event.start, event.location) == (visit_by, f"{name}，{address}".replace("\\N", "＼N"))
