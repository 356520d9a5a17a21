"""Refusals at the border of a workflow: an ApplicationError outside, a named refusal of the domain inside."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio import workflow
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

with workflow.unsafe.imports_passed_through():
    from domain.errors import REFUSALS, Refusal, refusal_from


def as_failure(refusal: Refusal) -> ApplicationError:
    """What a client, or the workflow that asked an activity, receives: the code as type, the facts as detail."""
    return ApplicationError(
        refusal.code,
        refusal.facts(),
        type=refusal.code,
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )


@contextmanager
def refusing() -> Iterator[None]:
    """Let a refusal of the domain leave as a failure."""
    try:
        yield
    except Refusal as refusal:
        raise as_failure(refusal) from None


def as_refusal(failure: BaseException | None) -> Refusal | None:
    """The refusal somewhere in the chain of causes; None where it is another kind of failure."""
    while failure is not None:
        if isinstance(failure, ApplicationError) and failure.type in REFUSALS:
            return refusal_from(failure.type, failure.details[0] if failure.details else {})
        failure = getattr(failure, "cause", None)
    return None
