"""Publishing notices (业务须知): each is the next version of its office, in force at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.audit.trail import Act, note
from storage.offices.offices import NOTICE_COLUMNS, Notice
from storage.postgres.database import Database
from storage.postgres.tables import notice, office

_COLUMNS = [notice.c[name] for name in NOTICE_COLUMNS]
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class NoticeText:
    """A notice in Chinese, and in `translations` by language as `title` and `body`."""

    title: str
    body: str
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class NoticePublisher:
    """Writes notices."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def publish_next(self, code: str, text: NoticeText, request_id: UUID, act: Act) -> Notice | None:
        """Publish the office's next version; None for an unknown office. A repeat of the request publishes nothing."""
        async with self._database.transaction() as connection:
            # Versions of one office are published one after the other.
            locked = select(office.c.code).where(office.c.code == code).with_for_update(key_share=True)
            if (await connection.execute(locked)).one_or_none() is None:
                return None
            repeated = await _find(connection, notice.c.request_id == request_id)
            if repeated:
                return repeated[0]
            next_one = _following(await _find(connection, notice.c.office_code == code), code, text, act)
            values = {name: getattr(next_one, name) for name in NOTICE_COLUMNS}
            await connection.execute(insert(notice).values(values | {"request_id": request_id}))
            languages = ["zh-CN", *sorted(text.translations)]
            await note(
                connection, act, "publish_notice", office_code=code, version=next_one.version, languages=languages
            )
        return next_one


async def _find(connection: AsyncConnection, condition: ColumnElement[bool]) -> list[Notice]:
    found = await connection.execute(select(*_COLUMNS).where(condition).order_by(notice.c.published_at))
    return [Notice(*row) for row in found]


def _following(known: Sequence[Notice], code: str, text: NoticeText, act: Act) -> Notice:
    """The next version: the number after the highest, published after all others."""
    numbers = [int(each.version) for each in known if each.version.isdecimal()]
    version = str(max([len(known), *numbers]) + 1)
    published_at = max([act.at, *(each.published_at + _MILLISECOND for each in known)])
    return Notice(code, version, text.title, text.body, published_at, dict(text.translations))
