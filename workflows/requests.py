"""The last requests and what became of them: repeats are answered from here, also after continue-as-new."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.errors import REFUSALS, Refusal, refusal_from

from workflows.messages import Acted, Outcome
from workflows.refusals import as_failure

KEPT = 50


class Requests:
    """A bounded memory in order of arrival. What is forgotten here is still in the database's decisions."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        self._outcomes = {outcome.request_id: outcome for outcome in outcomes}

    def __contains__(self, request_id: str) -> bool:
        """Whether the first answer holds for a repeat too; what may succeed later is judged anew."""
        outcome = self._outcomes.get(request_id)
        return outcome is not None and not (outcome.refused and REFUSALS[outcome.refused].judged_anew)

    def find(self, request_id: str) -> Outcome | None:
        return self._outcomes.get(request_id)

    def answer(self, request_id: str) -> Acted:
        """The first answer again: the revision, or the same refusal."""
        outcome = self._outcomes[request_id]
        if outcome.refused:
            raise as_failure(refusal_from(outcome.refused, outcome.facts))
        return Acted(outcome.revision or 0)

    def acted(self, request_id: str, revision: int) -> None:
        self._keep(Outcome(request_id, revision=revision))

    def refused(self, request_id: str, refusal: Refusal) -> None:
        self._keep(Outcome(request_id, refused=refusal.code, facts=refusal.facts()))

    def all(self) -> list[Outcome]:
        return list(self._outcomes.values())

    def _keep(self, outcome: Outcome) -> None:
        self._outcomes.pop(outcome.request_id, None)
        self._outcomes[outcome.request_id] = outcome
        while len(self._outcomes) > KEPT:
            del self._outcomes[next(iter(self._outcomes))]
