"""What the load generator counts as good."""

from http import HTTPStatus

from bench.load import LOST, TIMEOUT_S, Outcome


def test_only_what_succeeds_in_time_and_under_the_load_is_good() -> None:
    outcome = Outcome(seconds=2)
    outcome.note(HTTPStatus.OK, TIMEOUT_S, is_over=False)
    outcome.note(HTTPStatus.OK, TIMEOUT_S + 0.1, is_over=False)
    outcome.note(HTTPStatus.OK, 0.1, is_over=True)
    outcome.note(HTTPStatus.SERVICE_UNAVAILABLE, 0.1, is_over=False)
    outcome.note(LOST, 0.1, is_over=False)
    assert outcome.goodput == 0.5
    assert len(outcome.done) == 3
    assert outcome.answered == 5


def test_rounds_of_a_load_are_one_together() -> None:
    rounds = [Outcome(seconds=1, offered=1), Outcome(seconds=3, offered=1)]
    for outcome in rounds:
        outcome.note(HTTPStatus.OK, 0.1, is_over=False)
    both = rounds[0] + rounds[1]
    assert (both.goodput, both.offered, both.answered) == (0.5, 2, 2)
