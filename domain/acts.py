"""The table of acts: for each one the stage and the rule that it needs, and what it makes of a preselection.

The API asks the table before a message is sent, so that a refusal costs no history event; the activity that decides
asks it again on the row that it commits. `docs/glossary.md` has the page label and the REST path of each act.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from domain.errors import WrongStage
from domain.preselection.state import Preselection
from domain.preselection.values import Stage

Rule = Callable[[Preselection, datetime, Any], object]
"""Raises the refusal. The last argument is the message: what was asked for."""

Step = Callable[[Preselection, datetime, Any], Preselection]
"""The state after the act, for acts that need no fact from outside. Raises the refusal."""


@dataclass(frozen=True)
class Act:
    """`name` is the name of update and signal, `action` that of the decision and of the audit.

    `by` is who may do it. An act `under_ban` stays possible for a party on the blacklist (R-41).
    """

    name: str
    by: Literal["applicant", "clerk", "operator"] = "applicant"
    stage: Stage | None = None
    rule: Rule | None = None
    step: Step | None = None
    recorded_as: str = ""
    under_ban: bool = True

    @property
    def action(self) -> str:
        return self.recorded_as or self.name

    def check_stage(self, state: Preselection, at: datetime) -> None:
        """Raises `WrongStage`; where the policy forbids the act at all, that refusal comes first."""
        if self.stage is None and self.rule:
            self.rule(state, at, None)
        elif self.stage is not None and state.stage is not self.stage:
            raise WrongStage(state.stage)

    def check(self, state: Preselection, at: datetime, message: Any) -> None:
        """Raises the refusal that the domain has for this act now."""
        if self.rule:
            self.rule(state, at, message)


def _extend_validity(state: Preselection, at: datetime, message: Any) -> Preselection:
    return state.extend_validity(date.fromisoformat(message.visit_by), at)


ACTS: Mapping[str, Act] = {
    act.name: act
    for act in (
        Act("begin"),
        Act("enter", step=lambda state, at, _: state.enter(at)),
        Act("start", stage=Stage.SERVICE_NOTES, step=lambda state, at, _: state.start(at)),
        Act(
            "send_identity_code",
            stage=Stage.IDENTITY_VERIFICATION,
            rule=lambda state, at, _: state.check_send_identity_code(at),
        ),
        Act(
            "confirm_identity",
            stage=Stage.IDENTITY_VERIFICATION,
            rule=lambda state, at, _: state.check_confirm_identity(at),
        ),
        Act("draw", stage=Stage.PLATE_SELECTION, under_ban=False, rule=lambda state, at, _: state.check_draw(at)),
        Act(
            "put_aside",
            stage=Stage.PLATE_SELECTION,
            under_ban=False,
            rule=lambda state, at, message: state.put_aside(message.number, at),
        ),
        Act(
            "confirm",
            stage=Stage.PLATE_SELECTION,
            under_ban=False,
            rule=lambda state, at, message: state.check_confirm(message.number, at),
        ),
        Act(
            "compose",
            stage=Stage.PLATE_SELECTION,
            under_ban=False,
            rule=lambda state, at, message: state.check_compose(len(message.numbers), at),
        ),
        # The policy is checked before the stage.
        Act(
            "withdraw",
            rule=lambda state, at, _: state.check_withdraw(at),
            step=lambda state, at, _: state.withdraw(at),
        ),
        Act("register", by="clerk", stage=Stage.COMPLETED, step=lambda state, at, _: state.register(at)),
        Act("reject", by="clerk", stage=Stage.COMPLETED, step=lambda state, at, _: state.reject(at)),
        Act("release_holds", by="operator", step=lambda state, at, _: state.release_holds(at)),
        Act("cancel", by="operator", recorded_as="reject", step=lambda state, at, _: state.reject(at)),
        Act("extend_validity", by="operator", step=_extend_validity),
    )
}
