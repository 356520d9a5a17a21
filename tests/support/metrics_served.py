"""What the processes of a running system serve to Prometheus."""

import re

import httpx

from tests.support.running_stack import RunningStack

SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="([^"]*)"')


def address_of(stack: RunningStack, process: str) -> str:
    host, _, port = stack.environment["XUANHAO_METRICS_ADDRESS"].rpartition(":")
    return f"http://{host}:{int(port) + (process == 'worker')}/metrics"


async def metrics_of(stack: RunningStack, process: str) -> dict[str, dict[tuple[str, ...], float]]:
    """Name → values of the labels → number; the labels in the order of their names."""
    async with httpx.AsyncClient(trust_env=False) as client:
        text = (await client.get(address_of(stack, process))).raise_for_status().text
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for name, labels, number in SAMPLE.findall(text):
        values = tuple(value for _, value in sorted(LABEL.findall(labels)))
        found.setdefault(name, {})[values] = float(number)
    return found
