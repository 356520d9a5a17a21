"""A preselection as a JSON record, for the row in the database and for workflow messages.

The policy is stored beside the record, not in it: a run keeps its initial rules. Fields that an older record does not
have take their defaults.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from domain.instants import format_instant, parse_instant
from domain.policy import Policy
from domain.preselection.state import Preselection
from domain.preselection.values import (
    Batch,
    Candidate,
    Candidates,
    DrawProof,
    IdentityCode,
    Outcome,
    Reservation,
    Stage,
    Tried,
)

Record = dict[str, Any]


def to_record(state: Preselection) -> Record:
    """JSON values only; instants in the format of the contract, absent parts left out."""
    parts = {
        "stage": state.stage.value,
        "draws_remaining": state.draws_remaining,
        "composed_remaining": state.composed_remaining,
        "last_action_at": format_instant(state.last_action_at),
        "dormant": state.dormant or None,
        "identity": state.identity and _identity_record(state.identity),
        "session_until": state.session_until and format_instant(state.session_until),
        "session_from": state.session_from and format_instant(state.session_from),
        "compose_from": state.compose_from and format_instant(state.compose_from),
        "batch": state.batch and _batch_record(state.batch),
        "candidates": state.candidates and _candidates_record(state.candidates),
        "last_submission": state.last_submission
        and [[tried.number, tried.outcome.value] for tried in state.last_submission],
        "reservation": state.reservation and _reservation_record(state.reservation),
        "shown": list(state.shown) or None,
    }
    return {name: value for name, value in parts.items() if value is not None}


def from_record(record: Mapping[str, Any], policy: Policy) -> Preselection:
    """The inverse of `to_record`."""
    return Preselection(
        policy=policy,
        stage=Stage(record["stage"]),
        draws_remaining=record["draws_remaining"],
        composed_remaining=record["composed_remaining"],
        last_action_at=parse_instant(record["last_action_at"]),
        dormant=record.get("dormant", False),
        identity=_identity(record.get("identity")),
        session_until=_instant(record.get("session_until")),
        session_from=_instant(record.get("session_from")),
        compose_from=_instant(record.get("compose_from")),
        batch=_batch(record.get("batch")),
        candidates=_candidates(record.get("candidates")),
        last_submission=_submission(record.get("last_submission")),
        reservation=_reservation(record.get("reservation")),
        shown=tuple(record.get("shown", ())),
    )


def _instant(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None


def _identity_record(code: IdentityCode) -> Record:
    return {
        "confirm_enabled_at": format_instant(code.confirm_enabled_at),
        "resend_at": format_instant(code.resend_at),
        "expires_at": format_instant(code.expires_at),
    }


def _identity(record: Mapping[str, str] | None) -> IdentityCode | None:
    return IdentityCode(**{name: parse_instant(text) for name, text in record.items()}) if record else None


def _batch_record(batch: Batch) -> Record:
    record = {"id": batch.id, "numbers": list(batch.numbers), "expires_at": format_instant(batch.expires_at)}
    return record | ({"proof": dict(vars(batch.proof))} if batch.proof else {})


def _batch(record: Mapping[str, Any] | None) -> Batch | None:
    if record is None:
        return None
    proof = DrawProof(**record["proof"]) if "proof" in record else None
    return Batch(record["id"], tuple(record["numbers"]), parse_instant(record["expires_at"]), proof)


def _candidates_record(column: Candidates) -> Record:
    return {
        "items": [[item.number, item.batch_id] for item in column.items],
        "first_at": format_instant(column.first_at),
        "expires_at": format_instant(column.expires_at),
    }


def _candidates(record: Mapping[str, Any] | None) -> Candidates | None:
    if record is None:
        return None
    items = tuple(Candidate(number, batch_id) for number, batch_id in record["items"])
    return Candidates(items, parse_instant(record["first_at"]), parse_instant(record["expires_at"]))


def _submission(record: list[list[str]] | None) -> tuple[Tried, ...] | None:
    return tuple(Tried(number, Outcome(outcome)) for number, outcome in record) if record else None


def _reservation_record(reservation: Reservation) -> Record:
    return {
        "plate": reservation.plate,
        "visit_by": reservation.visit_by.isoformat(),
        "deadline": format_instant(reservation.deadline),
    } | ({"is_moved": True} if reservation.is_moved else {})


def _reservation(record: Mapping[str, Any] | None) -> Reservation | None:
    if record is None:
        return None
    visit_by, deadline = date.fromisoformat(record["visit_by"]), parse_instant(record["deadline"])
    return Reservation(record["plate"], visit_by, deadline, is_moved=record.get("is_moved", False))
