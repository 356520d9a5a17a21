"""The outcomes of the last requests, for the query `outcome`: a signal has no result."""

from temporalio.exceptions import FailureError

from workflows.messages import Outcome
from workflows.refusals import as_refusal

KEPT = 50
LONGEST_ID = 100
"""Anybody can send a request id of megabytes, which would not fit into the input of the next run."""


class Outcomes:
    """A bounded memory in order of arrival. No decision depends on it: the database recognises repeats."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        self._outcomes = {outcome.request_id: outcome for outcome in outcomes}

    def find(self, request_id: str) -> Outcome | None:
        return self._outcomes.get(request_id)

    def record_result(self, request_id: str, revision: int) -> None:
        known = self._outcomes.get(request_id)
        # A repeat is no newer request.
        if known is None or known.revision != revision:
            self._keep(Outcome(request_id, revision=revision))

    def record_refusal(self, request_id: str, failure: FailureError) -> None:
        refusal = as_refusal(failure)
        if refusal:
            self._keep(Outcome(request_id, refused=refusal.code, facts=refusal.facts()))

    def all(self) -> list[Outcome]:
        return list(self._outcomes.values())

    def _keep(self, outcome: Outcome) -> None:
        if len(outcome.request_id) > LONGEST_ID:
            return
        self._outcomes.pop(outcome.request_id, None)
        self._outcomes[outcome.request_id] = outcome
        while len(self._outcomes) > KEPT:
            del self._outcomes[next(iter(self._outcomes))]
