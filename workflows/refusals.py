"""Refusals at the boundary of a workflow: an ApplicationError outside, a named refusal of the domain inside."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio import workflow
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

with workflow.unsafe.imports_passed_through():
    from domain.errors import REFUSALS, Refusal, refusal_from

ROW_MISSING = "row_missing"
"""The type of the failure of an activity that does not find its row."""

NO_MISSED_DEADLINE = "no_missed_deadline"
"""The type of the failure of a ban without a missed deadline in the row."""


def as_failure(refusal: Refusal, revision: int | None = None) -> ApplicationError:
    """The failure that a client, or the workflow that called an activity, receives: code as type, facts as detail.

    `revision` is that of the row on which the refusal is based; it is a second detail.
    """
    return ApplicationError(
        refusal.code,
        refusal.facts(),
        *([] if revision is None else [revision]),
        type=refusal.code,
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )


@contextmanager
def convert_refusals() -> Iterator[None]:
    """Convert a refusal of the domain into a failure."""
    try:
        yield
    except Refusal as refusal:
        raise as_failure(refusal) from None


def as_refusal(failure: BaseException | None) -> Refusal | None:
    """The refusal in the chain of causes; None for another kind of failure."""
    error = application_error(failure)
    if error is None or error.type not in REFUSALS:
        return None
    return refusal_from(error.type, error.details[0] if error.details else {})


def refusal_revision(failure: BaseException) -> int | None:
    """The revision of the row on which a refusal is based, if an activity has read it."""
    error = application_error(failure)
    return error.details[1] if error and len(error.details) > 1 else None


def application_error(failure: BaseException | None) -> ApplicationError | None:
    while failure is not None:
        if isinstance(failure, ApplicationError):
            return failure
        failure = getattr(failure, "cause", None)
    return None
