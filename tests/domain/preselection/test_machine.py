"""The preselection against a simple model of it: both agree after any steps at any time.

Hypothesis searches for short counterexamples; the random walks, which are much cheaper, run long.
"""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.domain.preselection.model import NOTES, SELECTION, Rules
from tests.domain.preselection.pair import Pair

# Few lengths, so that countdowns often end together or within a millisecond of each other.
LENGTHS = [1_000, 1_001, 2_000, 3_000, 5_000]
CHOICES: dict[str, list[int]] = {
    "draws": [1, 1, 2, 4],
    "composed": [0, 0, 1, 2, 6],
    "composed_per_submission": [1, 2, 3],
    "batch_ttl": LENGTHS,
    "candidate_ttl": LENGTHS,
    "candidate_ttl_cap": LENGTHS,
    "compose_interval": [0, *LENGTHS],
    "confirm_delay": [0, *LENGTHS],
    "code_resend": [0, *LENGTHS],
    "session_idle": [1_800_000, 30_000, 5_000, 2_000],
    "unfinished_idle": [2_592_000_000, 60_000, 5_000, 2_000],
}
RULES = st.builds(
    Rules, cancellation=st.booleans(), **{name: st.sampled_from(values) for name, values in CHOICES.items()}
)
VALIDITIES = [1, 1_000, 5_000, 200_000_000]
OFFSETS = [-1, 0, 0, 1]
SIZES = [1, 2, 3, 7]
PICKS = st.integers(0, 11)


class PreselectionMachine(RuleBasedStateMachine):
    @initialize(rules=RULES, verified=st.booleans())
    def open(self, rules: Rules, verified: bool) -> None:  # noqa: FBT001 -- drawn by Hypothesis
        self.pair = Pair(rules)
        if verified:
            self.pair.verify()

    @invariant()
    def both_agree(self) -> None:
        self.pair.check()

    @rule(duration=st.integers(0, 6_000))
    def wait(self, duration: int) -> None:
        self.pair.wait(duration)

    @rule(pick=PICKS, offset=st.sampled_from(OFFSETS))
    def wait_for_a_deadline(self, pick: int, offset: int) -> None:
        self.pair.wait_for_a_deadline(pick, offset)

    @rule(step=st.sampled_from(["settle", "store_and_load", "release_holds"]))
    def take_outside_step(self, step: str) -> None:
        getattr(self.pair, step)()

    @rule(step=st.sampled_from(["verify", "enter", "start", "send_identity_code", "confirm_identity"]))
    def take_entry_step(self, step: str) -> None:
        getattr(self.pair, step)()

    @precondition(lambda self: self.pair.model.stage == NOTES)
    @rule()
    def verify(self) -> None:
        self.pair.verify()

    @rule(size=st.integers(0, 3))
    def draw(self, size: int) -> None:
        self.pair.draw(size)

    @rule(pick=PICKS)
    def put_aside(self, pick: int) -> None:
        self.pair.put_aside(pick)

    @rule(pick=PICKS, validity=st.sampled_from(VALIDITIES))
    def confirm(self, pick: int, validity: int) -> None:
        self.pair.confirm(pick, validity)

    @rule(size=st.sampled_from(SIZES))
    def charge_composition(self, size: int) -> None:
        self.pair.charge_composition(size)

    @rule(size=st.sampled_from(SIZES), pick=PICKS, validity=st.sampled_from(VALIDITIES))
    def compose(self, size: int, pick: int, validity: int) -> None:
        self.pair.compose(size, pick, validity)

    @precondition(lambda self: self.pair.model.stage != SELECTION)
    @rule(step=st.sampled_from(["withdraw", "register", "reject"]))
    def end_the_reservation(self, step: str) -> None:
        getattr(self.pair, step)()

    @precondition(lambda self: self.pair.model.stage != SELECTION)
    @rule(step=st.sampled_from(["extend_validity", "extend_validity_at_midnight"]), days=st.integers(-2, 3))
    def extend_validity(self, step: str, days: int) -> None:
        getattr(self.pair, step)(days)


def test_the_preselection_agrees_with_its_model() -> None:
    run_state_machine_as_test(PreselectionMachine, settings=settings(max_examples=200, stateful_step_count=40))


Step = Callable[[Pair, Random], None]
STEPS: list[tuple[int, Step]] = [
    (3, lambda pair, chance: pair.wait(chance.choice([1, 500, 1_000, 3_000]))),
    (6, lambda pair, chance: pair.wait_for_a_deadline(chance.randrange(12), chance.choice(OFFSETS))),
    (2, lambda pair, _: pair.settle()),
    (1, lambda pair, _: pair.store_and_load()),
    (2, lambda pair, _: pair.enter()),
    (2, lambda pair, _: pair.start()),
    (2, lambda pair, _: pair.send_identity_code()),
    (2, lambda pair, _: pair.confirm_identity()),
    (5, lambda pair, _: pair.verify()),
    (4, lambda pair, chance: pair.draw(chance.randrange(4))),
    (6, lambda pair, chance: pair.put_aside(chance.randrange(12))),
    (1, lambda pair, chance: pair.confirm(chance.randrange(12), chance.choice(VALIDITIES))),
    (2, lambda pair, _: pair.wait_for_the_interval()),
    (3, lambda pair, chance: pair.charge_composition(chance.choice(SIZES))),
    (
        1,
        lambda pair, chance: pair.compose(chance.choice(SIZES), chance.randrange(12), chance.choice(VALIDITIES)),
    ),
    (1, lambda pair, chance: getattr(pair, chance.choice(["withdraw", "register", "reject"]))()),
    (
        2,
        lambda pair, chance: getattr(pair, chance.choice(["extend_validity", "extend_validity_at_midnight"]))(
            chance.randint(-2, 3)
        ),
    ),
    (1, lambda pair, _: pair.release_holds()),
]
WEIGHTS = [weight for weight, _ in STEPS]


def walk(seed: int, length: int) -> None:
    chance = Random(seed)
    pair = Pair(
        Rules(cancellation=chance.random() < 0.5, **{name: chance.choice(values) for name, values in CHOICES.items()})
    )
    for _, step in chance.choices(STEPS, WEIGHTS, k=length):
        step(pair, chance)
        pair.check()


@pytest.mark.parametrize("thousand", range(3))
def test_thousands_of_walks_agree_with_the_model_at_every_step(thousand: int) -> None:
    for seed in range(thousand * 1_000, (thousand + 1) * 1_000):
        try:
            walk(seed, 40)
        except AssertionError as failure:
            failure.add_note(f"walk({seed}, 40)")
            raise
