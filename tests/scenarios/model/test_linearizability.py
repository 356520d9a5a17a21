"""The checker of parallel histories finds what contradicts the model, and nothing else."""

from collections.abc import Hashable
from dataclasses import dataclass

import pytest

from tests.scenarios.model.linearizability import Interval, find_order
from tests.scenarios.model.parallel_calls import ParallelCall, Seen, apply_call, world_of


@dataclass(frozen=True)
class Register:
    """A register with one value, the usual example."""

    value: int = 0

    def key(self) -> Hashable:
        return self.value


def apply_to_register(register: Register, call: tuple[str, int]) -> Register | None:
    act, value = call
    if act == "write":
        return Register(value)
    return register if register.value == value else None


READS_NEW_THEN_OLD = [
    Interval(("write", 1), 0, 9),
    Interval(("read", 1), 1, 2),
    Interval(("read", 0), 3, 4),
]


@pytest.mark.parametrize(
    "history, is_linearizable",
    [
        ([Interval(("write", 1), 0, 3), Interval(("read", 0), 1, 2)], True),
        ([Interval(("write", 1), 0, 3), Interval(("read", 1), 1, 2)], True),
        ([Interval(("write", 1), 0, 1), Interval(("read", 0), 2, 3)], False),
        (READS_NEW_THEN_OLD, False),
        ([Interval(("write", 1), 0), Interval(("read", 0), 1, 2), Interval(("read", 1), 3, 4)], True),
        ([Interval(("write", 1), 0), Interval(("read", 1), 1, 2), Interval(("read", 0), 3, 4)], False),
    ],
    ids=["before", "during", "lost-write", "backwards", "late-effect", "effect-undone"],
)
def test_the_checker_knows_the_usual_histories(history: list[Interval[tuple[str, int]]], is_linearizable: bool) -> None:  # noqa: FBT001 -- a parameter of the table
    assert (find_order(history, Register(), apply_to_register) is not None) is is_linearizable


def view(id_: str, **changed: object) -> dict[str, object]:
    return {
        "id": id_,
        "stage": "plate_selection",
        "draws": {"remaining": 4},
        "composed": {"remaining": 8, "max_per_submission": 5},
        "batch": None,
        "candidates": None,
        "plate": None,
    } | changed


def composed(id_: str, *, plate: str | None, left: int = 8) -> ParallelCall:
    seen = Seen("completed" if plate else "plate_selection", 4, left, frozenset(), frozenset(), plate)
    return ParallelCall(id_, "compositions", "粤B12345", "ok", seen)


def drawn(id_: str, *, left: int, numbers: tuple[str, ...]) -> ParallelCall:
    return ParallelCall(
        id_, "draws", None, "ok", Seen("plate_selection", left, 8, frozenset(numbers), frozenset(), None), numbers
    )


BROKEN = {
    "a plate with two owners": [composed("a", plate="粤B12345"), composed("b", plate="粤B12345")],
    "a chance that was spent for nothing": [composed("a", plate=None, left=7)],
    "a chance that was spent twice": [drawn("a", left=2, numbers=("粤B1",))],
    "two draws for one chance": [drawn("a", left=3, numbers=("粤B1",)), drawn("a", left=3, numbers=("粤B2",))],
    "one number offered to two": [drawn("a", left=3, numbers=("粤B1",)), drawn("b", left=3, numbers=("粤B1",))],
}


@pytest.mark.parametrize("calls", BROKEN.values(), ids=BROKEN.keys())
def test_the_checker_finds_each_broken_promise_even_if_all_calls_overlap(calls: list[ParallelCall]) -> None:
    history = [Interval(call, 0, 1) for call in calls]
    world = world_of([view("a"), view("b")])
    assert find_order(history, world, apply_call) is None
    rivals = [composed("a", plate="粤B12345"), composed("b", plate=None, left=7)]
    assert find_order([Interval(call, 0, 1) for call in rivals], world, apply_call) == rivals
