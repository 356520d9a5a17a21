"""The actor of a decision, and its audit facts besides the plates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from activities.decide.unsealed import refuse_unfit_words
from domain.acts import Act
from domain.errors import Forbidden
from domain.preselection.values import UNFINISHED
from domain.visible_text import visible_text
from storage.audit.trail import ActorKind
from workflows.messages import Command

_CHANCES = ("draws_remaining", "composed_remaining")
_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Actor:
    """The actor. Of kind `temporal`, the request came through Temporal itself, and the name is not verified."""

    kind: ActorKind
    name: str | None = field(default=None, repr=False)
    reason: str | None = field(default=None, repr=False)

    @property
    def is_audited(self) -> bool:
        """Whether the act is audited even if it changes neither a plate nor a chance."""
        return self.name is not None or self.kind == "temporal"


def actor_of(act: Act, command: Command | None, *, is_sealed: bool) -> Actor:
    """The sender of the command.

    Without the API's seal raises `Forbidden` for an act of the desk, and `ValidationFailed` for unfit words.
    """
    if command is None:
        return Actor("timer")
    name = getattr(command, "operator", None) or getattr(command, "clerk", None)
    reason = getattr(command, "reason", None)
    if is_sealed:
        return Actor(act.by, name, reason)
    if act.by == "clerk":
        raise Forbidden
    refuse_unfit_words(command)
    return Actor("temporal", name, visible_text(reason) if reason else reason)


def audit_facts(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, Any]:
    """Compare two records of a preselection; empty for a step that changes no chance and ends nothing."""
    earlier = before or _NOTHING
    facts = {name: after[name] for name in _CHANCES if earlier.get(name) != after[name]}
    if after["stage"] not in UNFINISHED and earlier.get("stage") != after["stage"]:
        facts["stage"] = after["stage"]
    reservation = after.get("reservation")
    if reservation and earlier.get("reservation") != reservation:
        facts |= {name: reservation[name] for name in ("visit_by", "deadline")}
    return facts
