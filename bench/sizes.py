"""The amount of work of each row of the bench."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """The counts of one half of a pair, by default."""

    pairs: int = 5
    journeys_alone: int = 20
    journeys_together: int = 96
    at_once: int = 16
    claims: int = 1_000_000
    """Claims in the table before the draws are measured."""
    draws: int = 30
    calls: int = 300
    rest_journeys: int = 10
    actions: int = 40
    rivals: int = 200
    rounds: int = 8
    growth: Sequence[tuple[int, int, Sequence[int]]] = (
        (10_000, 300_000, (1_000_000,)),
        (100_000, 1_000_000, (1_000_000, 3_000_000, 10_000_000)),
    )
    """Waiting vehicles, ended preselections, and one after the other the rows of the audit."""
    growth_of_journeys: Sequence[tuple[int, int]] = (
        (0, 1_000_000), (10_000, 1_000_000), (100_000, 1_000_000), (100_000, 3_000_000)
    )  # fmt: skip
    """Waiting vehicles and ended preselections, for whole journeys; each is at least the one before."""
    growth_journeys: int = 8
    """Journeys of a side in a pair: those who can buy a car are few."""
    waiting: int = 10_000
    """Vehicles that wait in Temporal."""
    minutes: float = 20
    """If they can't be started within this time, there are fewer of them."""
    deadlines: int = 1_000
    """Deadlines in one second."""
    accounts: int = 60
    load_seconds: float = 8
    """How long each load is offered in a round."""
    load_rounds: int = 6
    counted_draws: int = 5
    """Draws whose functions are counted: of these, those that are in each."""
    trials: Sequence[str] | None = None
    """Which trials; all by default."""
    confirm_delay: str = "PT5S"
    """The `confirm_delay` of the journey whose events are counted."""


TINY = Sizes(pairs=1, journeys_alone=1, journeys_together=2, at_once=2, claims=2_000, draws=2, calls=3, actions=2,
             rest_journeys=1, rivals=8, growth=((20, 100, (200,)),), growth_of_journeys=((20, 100),), growth_journeys=1,
             rounds=1, waiting=10, deadlines=5, accounts=2, load_seconds=1, load_rounds=2, counted_draws=2,
             confirm_delay="PT1S", trials=("nothing",))  # fmt: skip
