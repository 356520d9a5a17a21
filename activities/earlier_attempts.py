"""What an earlier attempt of the same request may have done, or may still be doing.

An attempt that was given up need not have come to nothing: the database may have carried it out all the same, and a
frozen server carries it out as soon as it goes on. So nothing is refused before that is known.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from temporalio import activity

from domain.policy import Policy
from domain.preselection.record import from_record
from storage.failures import AlreadyDecided, StaleRevision

if TYPE_CHECKING:
    from activities.commits import Commits
    from workflows.ports import Order


async def rule_out(commits: Commits, order: Order) -> None:
    """Return once no attempt of this request has been or will be carried out. Raises `AlreadyDecided`."""
    if order.state is not None and _may_be_under_way(order):
        # A decision without effect takes the revision that every earlier attempt was made from.
        fence, state = replace(order, request_id=str(uuid4())), from_record(order.state, Policy.from_dict(order.policy))
        with suppress(StaleRevision):
            await commits.commit(fence, "rule_out", state)
    await _answer_if_decided(commits, order)


async def look_back(commits: Commits, order: Order) -> None:
    """Raise `AlreadyDecided` where an attempt that was given up has been carried out by now."""
    if _may_be_under_way(order):
        await _answer_if_decided(commits, order)


def was_late(order: Order, earlier: AlreadyDecided) -> bool:
    """Whether the decision was made by an attempt that was given up, so that nobody has been told of it yet."""
    return order.asked_at is not None and order.asked_at <= earlier.at < order.at


async def _answer_if_decided(commits: Commits, order: Order) -> None:
    decided = await commits.decisions.find(UUID(order.request_id))
    if decided:
        raise AlreadyDecided(decided.request_id, decided.at, decided.answer)


def _may_be_under_way(order: Order) -> bool:
    again = activity.in_activity() and activity.info().attempt > 1
    return again or (order.asked_at is not None and order.asked_at < order.at)
