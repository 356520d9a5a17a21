"""Waits for conditions, and catches refusals."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from temporalio.client import WorkflowUpdateFailedError

from domain.errors import Refusal
from workflows.refusals import as_refusal

T = TypeVar("T")
ASK_EVERY_S = 0.05


@contextmanager
def raising_refusals() -> Iterator[None]:
    """Convert a failed update into its refusal."""
    try:
        yield
    except WorkflowUpdateFailedError as error:
        raise as_refusal(error) or error from None


async def eventually(ask: Callable[[], Awaitable[T | None]], *, within: float = 15.0) -> T:
    """The first truthy result; fails at the timeout."""
    async with asyncio.timeout(within):
        while True:
            answer = await ask()
            if answer:
                return answer
            await asyncio.sleep(ASK_EVERY_S)


async def refused(doing: Awaitable[object]) -> Refusal:
    """The refusal that the block raises."""
    try:
        await doing
    except Refusal as refusal:
        return refusal
    raise AssertionError("nothing was refused")
