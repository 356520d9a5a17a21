"""Preselections at each stage, reached by acts, and the refusals of the next act."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TypedDict, Unpack

import pytest

from domain.calendar import end_of_day
from domain.errors import Refusal
from domain.policy import Policy
from domain.preselection.state import Preselection
from domain.preselection.values import Reservation

MS = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

OPENED = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""When every preselection here is opened: a Monday, 10:00 in Shanghai. The identity code is sent at once."""
PROVED = OPENED + 5 * SECOND
"""When the code can first be confirmed, and is confirmed."""
COMPOSABLE = PROVED + 10 * SECOND
"""When the first submission is allowed."""

RESERVATION = Reservation("粤BA1234", date(2026, 11, 26), end_of_day(date(2026, 11, 26)))
FIRST = tuple(f"粤B1234{digit}" for digit in range(10))
SECOND_BATCH = tuple(f"粤B2234{digit}" for digit in range(10))
THIRD = tuple(f"粤B3234{digit}" for digit in range(10))


class Chances(TypedDict, total=False):
    draws_remaining: int
    composed_remaining: int


def at_notes(policy: Policy | None = None, **chances: Unpack[Chances]) -> Preselection:
    """At 选号服务说明 since OPENED."""
    return replace(Preselection.begin(policy or Policy(), OPENED), **chances)


def at_identity(policy: Policy | None = None, **chances: Unpack[Chances]) -> Preselection:
    """At 身份验证, with no code sent yet."""
    return at_notes(policy, **chances).start(OPENED)


def at_code(policy: Policy | None = None, **chances: Unpack[Chances]) -> Preselection:
    """At 身份验证, with a code that was sent at OPENED."""
    return at_identity(policy, **chances).send_identity_code(OPENED)


def at_selection(policy: Policy | None = None, **chances: Unpack[Chances]) -> Preselection:
    """At 预选号牌 since PROVED; `chances` are what it was opened with."""
    return at_code(policy, **chances).confirm_identity(PROVED)


def with_batch(policy: Policy | None = None, **chances: Unpack[Chances]) -> Preselection:
    """With the batch FIRST, drawn at PROVED."""
    return at_selection(policy, **chances).draw("first", FIRST, PROVED)


def with_candidate(policy: Policy | None = None, **chances: Unpack[Chances]) -> Preselection:
    """With FIRST[0] as candidate since PROVED."""
    return with_batch(policy, **chances).put_aside(FIRST[0], PROVED)


def with_reservation(policy: Policy | None = None, **chances: Unpack[Chances]) -> Preselection:
    """With RESERVATION, composed at COMPOSABLE."""
    return at_selection(policy, **chances).compose([RESERVATION.plate], RESERVATION, COMPOSABLE)


def back_at_selection(state: Preselection, at: datetime) -> Preselection:
    """Entered and verified again; the session starts `confirm_delay` after `at`."""
    again = state.enter(at).start(at).send_identity_code(at)
    return again.confirm_identity(state.policy.confirm_delay.after(at))


@contextmanager
def refuses(kind: type[Refusal], **facts: object) -> Iterator[None]:
    """The refusal has this type and exactly these facts."""
    with pytest.raises(Refusal) as caught:
        yield
    assert type(caught.value) is kind
    assert {name: getattr(caught.value, name) for name in caught.value.facts()} == facts
