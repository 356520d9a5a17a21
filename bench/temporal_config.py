"""The embedded Temporal's dynamic configuration against the server's defaults, by whole journeys."""

from collections.abc import Mapping

from bench.figures import Figure, Half, Seconds, by_turns, cost
from bench.journeys import make_journeys, real_journey
from bench.sizes import Sizes
from bench.stack import Stack, running_stack

DEFAULTS: Mapping[str, str] = {}
# 110 ms of the 150 ms that a journey alone takes with the defaults.
MOST = 0.73


async def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    # With a separate database, because maintenance starts the workflows that its Temporal lacks.
    root = stack.folder.root / "temporal-defaults"
    async with running_stack(root, DEFAULTS) as defaults, stack.worker(), defaults.worker():
        alone = await by_turns(alone_on(stack, sizes), alone_on(defaults, sizes), sizes.pairs)
        together = await by_turns(together_on(stack, sizes), together_on(defaults, sizes), sizes.pairs)
    return [
        cost("whole journeys, one at a time, against Temporal's default configuration", alone, MOST),
        cost(f"… {sizes.at_once} at once", together, None),
    ]


def alone_on(stack: Stack, sizes: Sizes) -> Half:
    """Journeys one after another, once the server's allowance of 20 immediate reads per queue is used up."""
    journeys = make_journeys(stack, real_journey, many=sizes.journeys_alone, at_once=1)

    async def half() -> Seconds:
        await journeys()
        return await journeys()

    return half


def together_on(stack: Stack, sizes: Sizes) -> Half:
    return make_journeys(stack, real_journey, many=sizes.journeys_together, at_once=sizes.at_once)
