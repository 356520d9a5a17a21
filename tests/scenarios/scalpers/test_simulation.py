"""A small form of `make scalpers`: with every control speed gains nothing, and without them it gains much."""

from dataclasses import replace

from tests.scenarios.scalpers.simulation import ALL, CASES, Controls, Crowd, advantage

SMALL = Crowd(honest=500, scripted=100, numbers=10_000, wanted=150, capacity=10)
GOAL = 1.05


def test_with_every_control_and_a_pause_a_script_has_no_better_chance_than_a_person() -> None:
    on_time = replace(SMALL, late_share=0.0)
    ratio, scripted, honest = advantage(on_time, replace(ALL, pause=30.0), runs=60, seed=7)
    assert 0 < honest < 1
    assert ratio < GOAL, (scripted, honest)
    # Without the pause the quick use their draws before the wanted numbers are gone.
    assert advantage(on_time, ALL, runs=60, seed=7)[0] > ratio


def test_without_controls_scripts_take_nearly_everything() -> None:
    ratio, *_ = advantage(SMALL, CASES["no control"], runs=5, seed=7)
    assert ratio > 2


def test_each_control_that_matters_shows_when_it_is_taken_away() -> None:
    with_all, *_ = advantage(SMALL, ALL, runs=20, seed=7)
    for name in ("with a place for each browser", "composable at once, without the waiting room"):
        ratio, *_ = advantage(SMALL, CASES[name], runs=20, seed=7)
        assert ratio > with_all + 0.2, name


def test_a_run_is_decided_by_its_seed() -> None:
    assert advantage(SMALL, Controls(), runs=1, seed=3) == advantage(SMALL, Controls(), runs=1, seed=3)
