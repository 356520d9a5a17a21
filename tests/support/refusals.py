"""Catches refusals."""

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager

from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from domain.errors import Refusal
from workflows.refusals import as_refusal


@contextmanager
def raise_refusals() -> Iterator[None]:
    """Convert a failed update into its refusal."""
    try:
        yield
    except WorkflowUpdateFailedError as error:
        raise as_refusal(error) or error from None


async def refusal_of(call: Awaitable[object]) -> Refusal:
    """The refusal that the call raises."""
    try:
        await call
    except Refusal as refusal:
        return refusal
    raise AssertionError("nothing was refused")


async def refusal_code_of(call: Awaitable[object]) -> str:
    """The code with which an activity that is called directly refuses."""
    try:
        await call
    except ApplicationError as error:
        return error.type or ""
    raise AssertionError("nothing was refused")
