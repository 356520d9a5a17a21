"""The report of a run: faults by kind, recoveries, acts, and violations by promise."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.scenarios.fault_injection.calls import CallLog
from tests.scenarios.fault_injection.faults import Fault, percentiles


@dataclass(frozen=True)
class Report:
    """`violations` has an entry for each promise, empty where it held."""

    seed: int
    minutes: float
    faults: Sequence[Fault]
    log: CallLog
    counts: Mapping[str, int]
    violations: Mapping[str, Sequence[str]]

    @property
    def is_clean(self) -> bool:
        return not any(self.violations.values())

    def markdown(self) -> str:
        return "\n".join([*self._head(), "", *self._fault_table(), "", *promise_lines(self.violations)])

    def _head(self) -> list[str]:
        statuses = Counter(attempt.status for attempt in self.log.attempts)
        answers = ", ".join(f"{count} × {status or 'no answer'}" for status, count in statuses.most_common())
        made = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        kinds = len({fault.kind for fault in self.faults})
        posts = f"{len(self.log.attempts)} POSTs ({answers})"
        return [
            f"Seed {self.seed}, {self.minutes:.1f} minutes, {len(self.faults)} faults of {kinds} kinds, {posts}.",
            "",
            f"At the end: {made}.",
        ]

    def _fault_table(self) -> list[str]:
        by_kind: dict[str, list[float]] = defaultdict(list)
        for fault in self.faults:
            by_kind[fault.kind] += [] if fault.recovery_s is None else [fault.recovery_s]
        rows = [_row(kind, len(times), percentiles(times)) for kind, times in sorted(by_kind.items())]
        every = [time for times in by_kind.values() for time in times]
        head = ["| fault | times | back after: median | p95 | longest |", "| --- | --- | --- | --- | --- |"]
        return [*head, *rows, _row("all", len(every), percentiles(every))]


def promise_lines(violations: Mapping[str, Sequence[str]]) -> list[str]:
    """A table of the violations of each promise, and the first of them."""
    rows = [f"| {promise} | {len(found)} |" for promise, found in violations.items()]
    details = [f"- {promise}: {line}" for promise, found in violations.items() for line in found[:20]]
    return ["| promise | violations |", "| --- | --- |", *rows, "", *details]


def _row(kind: str, times: int, figures: tuple[float, float, float]) -> str:
    return f"| {kind} | {times} | " + " | ".join(f"{figure:.2f} s" for figure in figures) + " |"
