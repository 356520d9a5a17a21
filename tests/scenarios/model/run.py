"""Examples of the machine, until so many acts were made or the cars of a system are used up."""

import itertools

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.scenarios.model.machine import VEHICLES, RestMachine
from tests.scenarios.model.service import Service

STEPS = 50
EXAMPLES_AT_ONCE = 5


def play(service: Service, *, acts: int, seed: int | None = None) -> None:
    """Raises at the first difference, with the example that shows it. A seed replays the choices of a run."""
    number = itertools.count()

    class Machine(RestMachine):
        """With this service."""

    Machine.service = service
    options = settings(
        max_examples=EXAMPLES_AT_ONCE,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        # An example uses cars up, so it can't be shortened: it would be played with others.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    # Hypothesis takes whatever ends an example early for a difference, so there are cars for all of them.
    while service.calls < acts and service.has_cars(EXAMPLES_AT_ONCE * VEHICLES):
        if seed is not None:
            hypothesis.seed(f"{seed}-{next(number)}")(Machine)
        run_state_machine_as_test(Machine, settings=options)
