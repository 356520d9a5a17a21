"""One part's failure leaves the others to be done, and is raised at the end."""

import pytest

from domain.dependencies import DependencyBusy, DependencyUnavailable
from storage.partial_failures import PartialFailures


def test_the_first_failure_is_raised_after_the_last_part() -> None:
    failures, done = PartialFailures("test"), []
    for number in range(4):
        with failures.part(str(number)):
            if number % 2:
                raise DependencyBusy("database", str(number))
            done.append(number)
    with pytest.raises(DependencyBusy, match="1"):
        failures.finish()
    assert done == [0, 2]


def test_many_failures_end_the_work() -> None:
    failures, begun = PartialFailures("test", most=2), []

    def work() -> None:
        for number in range(4):
            with failures.part(str(number)):
                begun.append(number)
                raise DependencyUnavailable("redis")

    with pytest.raises(DependencyUnavailable):
        work()
    assert begun == [0, 1]


def test_a_mistake_of_ours_is_raised_at_once() -> None:
    with pytest.raises(LookupError), PartialFailures("test").part("only"):
        raise LookupError
