"""An office with few numbers, which the demo does not have: the only step here that needs the database."""

from datetime import UTC, datetime, timedelta

from domain.segments import Segment
from embedded.folders import DataFolder
from embedded.postgres import Postgres
from embedded.supervisor import DATABASE
from embedded.valkey import Valkey
from storage.audit.trail import Act
from storage.pool.reconcile import PoolReconciler
from storage.pool.segments import SegmentRepository
from storage.postgres.database import Database
from storage.redis.client import make_redis
from tests.support.running_stack import RunningStack

# Of the pattern LDLDD, which no demo office has released: ten numbers, and three.
TEMPLATES = ("A1A1!", "B1B11", "B1B12", "B1B13")
EVERYTHING = "*****"


async def leave_thirteen_numbers(stack: RunningStack, office: str) -> list[str]:
    """Leave only thirteen numbers in the office's pool, and return them."""
    database = Database(Postgres(DataFolder(stack.folder)).url(DATABASE), pool_size=1, application_name="tests")
    redis = make_redis(Valkey(DataFolder(stack.folder)).url())
    repository, now = SegmentRepository(database), datetime.now(UTC)
    long_ago = now - timedelta(days=30)
    try:
        segments = await repository.of_office(office)
        for segment in segments:
            await repository.exclude(segment.prefix, segment.template, [EVERYTHING], Act(now, "system"))
        prefix = segments[0].prefix
        for template in TEMPLATES:
            await repository.release(Segment(prefix, template, (), long_ago, long_ago), Act(now, "system"))
        # As an operator's call does: the worker would find the change within two seconds.
        await PoolReconciler(database, redis).rebuild(prefix, now)
    finally:
        await redis.aclose()
        await database.close()
    serials = [*(TEMPLATES[0].replace("!", digit) for digit in "0123456789"), *TEMPLATES[1:]]
    return [prefix + serial for serial in serials]
