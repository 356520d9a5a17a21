"""What the audit keeps of a decision besides its plates: the chances, the stage and the last day that it changes."""

from collections.abc import Mapping
from typing import Any

from domain.preselection.values import UNFINISHED
from storage.audit.trail import ActorKind

_CHANCES = ("draws_remaining", "composed_remaining")
_NOT_YET: Mapping[str, Any] = {}


def audit_facts(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, Any]:
    """Compare two records of a preselection; empty for a step that changes no chance and ends nothing."""
    earlier = before or _NOT_YET
    facts = {name: after[name] for name in _CHANCES if earlier.get(name) != after[name]}
    if after["stage"] not in UNFINISHED and earlier.get("stage") != after["stage"]:
        facts["stage"] = after["stage"]
    reservation = after.get("reservation")
    if reservation and earlier.get("reservation") != reservation:
        facts |= {name: reservation[name] for name in ("visit_by", "deadline")}
    return facts


def actor_kind(move: str, actor: str | None, reason: str | None) -> ActorKind:
    """Who makes a move: time alone settles; a clerk acts without words in the message, an operator gives a reason."""
    if move == "settle":
        return "timer"
    if actor is None:
        return "applicant"
    if actor == "system":
        return "system"
    return "operator" if reason else "clerk"
