"""Removes expired rows. Nothing depends on it: each row is already ignored after its own end."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import text

from storage.partial_failures import PartialFailures
from storage.postgres.database import Database
from storage.postgres.tables import ENDING
from storage.retention.ended_offers import OFFERS_KEPT, EndedOffers

# How long a row is kept after its use. A claim's owner may still write its end, and a clock may be slow; limits count
# the codes and failed checks of a day; decisions are kept as long as Temporal keeps the history of their workflow.
# Attachments are kept for a further appeal, or a court, after the confirmed decision.
_KEPT = {
    "lasting_claims": timedelta(hours=1),
    "answers": timedelta(hours=1),
    "codes": timedelta(days=2),
    "failed_checks": timedelta(days=2),
    "submissions": timedelta(days=2),
    "messages": timedelta(days=30),
    "deliveries": timedelta(days=30),
    "decisions": timedelta(days=30),
    "attachments": timedelta(days=90),
}
# A row that is in use now is kept until the next run: waiting for it could cause a deadlock.
_REMOVE = """
    DELETE FROM {table} WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM {table} WHERE {over} LIMIT :most FOR UPDATE SKIP LOCKED
    ))
"""
# Each condition is that of an index, so what is not over is not read.
_OVER = {
    "lasting_claims": ("claim", f"until <= :instant AND {ENDING}"),
    "answers": ("idempotency", "kept_until < :instant AND lease_until < :instant"),
    "codes": ("code", "created_at < :instant AND expires_at < :instant"),
    "failed_checks": ("failed_check", '"at" < :instant'),
    "submissions": (
        "preselection",
        "purged_at IS NULL AND created_at < :instant AND stage IN ('submitted', 'refused')",
    ),
    "messages": ("text_message", "sent_at < :instant"),
    "deliveries": ("text_delivery", "ordered_at < :instant"),
    "decisions": ("decision", '"at" < :instant'),
    # Attachments are fewer than all appeals ever confirmed.
    "attachments": (
        "appeal_attachment",
        "(SELECT confirmed_at FROM appeal WHERE appeal.id = appeal_attachment.appeal_id) < :instant",
    ),
}
_STATEMENTS = {name: text(_REMOVE.format(table=table, over=over)) for name, (table, over) in _OVER.items()}
_AT_ONCE = 20_000
_TIMEOUT = 30.0


class ExpiredRows:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._ended_offers = EndedOffers(database)

    async def remove(self, at: datetime) -> Mapping[str, int]:
        """Remove rows that have expired by `at`; returns how many of each kind. May be repeated at any time.

        A kind that can't be removed now does not keep the others.
        """
        removed, failures = dict[str, int](), PartialFailures("removal")
        for name, kept in _KEPT.items():
            with failures.part(name):
                removed[name] = await self._remove(name, at - kept)
        with failures.part("offers"):
            removed["offers"] = await self._ended_offers.remove(at - OFFERS_KEPT)
        failures.finish()
        removed["claims"] = removed.pop("lasting_claims") + removed.pop("offers")
        return removed

    async def _remove(self, name: str, instant: datetime) -> int:
        removed, some = 0, _AT_ONCE
        while some == _AT_ONCE:
            async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
                done = await connection.execute(_STATEMENTS[name], {"instant": instant, "most": _AT_ONCE})
                some = done.rowcount
            removed += some
        return removed
