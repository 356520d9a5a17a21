"""The tree of refusals: stable codes, facts as attributes, and that a refusal changes nothing."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any, get_origin

import pytest

from domain import errors
from domain.errors import REFUSALS, RateLimited, Refusal, TooEarly, refusal_from
from domain.preselection.record import to_record
from domain.preselection.state import Preselection
from tests.domain.preselection.states import (
    COMPOSABLE,
    FIRST,
    OPENED,
    PROVED,
    RESERVATION,
    at_code,
    at_identity,
    at_notes,
    at_selection,
    with_batch,
    with_candidate,
    with_reservation,
)

SAMPLES: dict[object, object] = {int: 3, str: "something", list: ["one", "other"], dict: {"redis": "down"}}
FACTS = {
    "wrong_stage": {"stage"},
    "too_early": {"retry_at"},
    "too_many_numbers": {"max"},
    "number_malformed": {"numbers"},
    "validation_failed": {"errors"},
    "notice_outdated": {"version"},
    "vehicle_not_eligible": {"reasons"},
    "blacklisted": {"until"},
    "code_incorrect": {"attempts_left"},
    "rate_limited": {"retry_at"},
    "unavailable": {"parts"},
    "busy": {"retry_at"},
    "prefix_in_use": {"prefixes"},
}
"""The facts that the contract promises, by code; all other codes have none."""
RETRYABLE = {
    "unauthenticated",
    "rate_limited",
    "code_attempts_exceeded",
    "too_early",
    "unavailable",
    "outcome_unknown",
    "busy",
}
"""401, 429, `too_early` and 5xx: a repeated request is checked again."""


def sample(kind: type[Refusal]) -> Refusal:
    facts: dict[str, Any] = {}
    for field in fields(kind):
        if field.name in {"retry_at", "until"}:
            facts[field.name] = COMPOSABLE + timedelta(milliseconds=7)
        else:
            facts[field.name] = SAMPLES[get_origin(field.type) or field.type]
    return kind(**facts)


def test_every_refusal_has_a_code_of_its_own() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        # A special case of a refusal has its code, and further facts.
        if isinstance(kind, type) and issubclass(kind, Refusal) and Refusal in kind.__bases__
    ]
    assert {kind.code: kind for kind in kinds} == REFUSALS
    assert len(kinds) == len(REFUSALS)


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_a_refusal_has_the_facts_that_the_contract_promises(code: str) -> None:
    assert {field.name for field in fields(REFUSALS[code])} == FACTS.get(code, set())


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_a_refusal_survives_its_way_through_json(code: str) -> None:
    refusal = sample(REFUSALS[code])
    again = refusal_from(code, json.loads(json.dumps(refusal.facts())))
    assert type(again) is REFUSALS[code]
    assert vars(again) == vars(refusal)


@pytest.mark.parametrize("kind", [TooEarly, RateLimited])
def test_an_instant_among_the_facts_is_written_as_the_contract_writes_it(kind: type[Refusal]) -> None:
    assert sample(kind).facts() == {"retry_at": "2026-11-23T02:00:15.007Z"}


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_a_refusals_text_is_its_code_and_repeats_no_value(code: str) -> None:
    assert str(sample(REFUSALS[code])) == code


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_only_what_may_succeed_later_is_decided_again(code: str) -> None:
    assert REFUSALS[code].is_retryable == (code in RETRYABLE)


def test_an_unknown_code_is_no_refusal() -> None:
    with pytest.raises(KeyError):
        refusal_from("something_else", {})


TAKEN = ["粤B00000"]
ATTEMPTS: dict[str, tuple[Preselection, Callable[[Preselection], object]]] = {
    "start": (at_selection(), lambda state: state.start(PROVED)),
    "resend": (at_code(), lambda state: state.send_identity_code(OPENED)),
    "identity without code": (at_identity(), lambda state: state.confirm_identity(PROVED)),
    "identity too early": (at_code(), lambda state: state.confirm_identity(OPENED)),
    "draw": (at_selection(draws_remaining=0), lambda state: state.draw("first", FIRST, PROVED)),
    "empty draw": (at_selection(), lambda state: state.draw("first", (), PROVED)),
    "put aside": (with_batch(), lambda state: state.put_aside("粤B99999", PROVED)),
    "put aside late": (with_batch(), lambda state: state.put_aside(FIRST[0], PROVED + timedelta(seconds=90))),
    "choose": (with_candidate(), lambda state: state.confirm(RESERVATION, PROVED)),
    "choose late": (
        with_candidate(),
        lambda state: state.confirm(replace(RESERVATION, plate=FIRST[0]), PROVED + timedelta(minutes=3)),
    ),
    "compose early": (at_selection(), lambda state: state.charge_composition(TAKEN, PROVED)),
    "compose and win early": (
        at_selection(),
        lambda state: state.compose([RESERVATION.plate], RESERVATION, PROVED),
    ),
    "compose too many": (at_selection(), lambda state: state.charge_composition(TAKEN * 6, COMPOSABLE)),
    "compose with none left": (
        at_selection(composed_remaining=0),
        lambda state: state.charge_composition(TAKEN, COMPOSABLE),
    ),
    "cancel": (with_reservation(), lambda state: state.withdraw(COMPOSABLE)),
    "register": (at_notes(), lambda state: state.register(OPENED)),
    "reject": (at_notes(), lambda state: state.reject(OPENED)),
    "extend": (with_reservation(), lambda state: state.extend_validity(date(2026, 11, 1), COMPOSABLE)),
}


@pytest.mark.parametrize("name", ATTEMPTS)
def test_a_refusal_changes_nothing_and_restarts_no_countdown(name: str) -> None:
    state, attempt = ATTEMPTS[name]
    before = to_record(state)
    with pytest.raises(Refusal):
        attempt(state)
    assert to_record(state) == before
