"""The early release of a ban and its confirmation, as steps of a transaction: of an operator's, or of an appeal's."""

from uuid import UUID

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.audit.trail import Act, Subject, note
from storage.failures import NotTheSecond
from storage.postgres.tables import blacklist

_COLUMNS = blacklist.c
IS_LIVE = _COLUMNS.released_at.is_(None)
IS_UNCONFIRMED = and_(_COLUMNS.released_by.is_not(None), _COLUMNS.confirmed_at.is_(None))


async def release_early(connection: AsyncConnection, entry_id: UUID, act: Act) -> bool:
    """Release a ban at the instant of the act; False when it was released already or does not exist."""
    releasing = (
        update(blacklist)
        .where(_COLUMNS.id == entry_id, IS_LIVE)
        .values(released_at=act.at, released_by=act.actor, release_reason=act.reason)
        .returning(_COLUMNS.preselection_id, _COLUMNS.until)
    )
    released = (await connection.execute(releasing)).one_or_none()
    if released:
        subject = Subject(released.preselection_id)
        await note(
            connection, act, "release_ban_early", subject, entry_id=entry_id, until=released.until, in_force=True
        )
    return released is not None


async def confirm_early_release(connection: AsyncConnection, entry_id: UUID, act: Act) -> bool:
    """Confirm an early release as a second operator; False when there is none to confirm.

    Raises `NotTheSecond` for the operator who released it.
    """
    which = (_COLUMNS.id == entry_id, IS_UNCONFIRMED)
    open_release = select(_COLUMNS.released_by, _COLUMNS.preselection_id).where(*which).with_for_update()
    found = (await connection.execute(open_release)).one_or_none()
    if found is None:
        return False
    if found.released_by == act.actor:
        raise NotTheSecond
    await connection.execute(update(blacklist).where(*which).values(confirmed_by=act.actor, confirmed_at=act.at))
    subject = Subject(found.preselection_id)
    await note(connection, act, "confirm_ban_release", subject, entry_id=entry_id, first=found.released_by)
    return True
