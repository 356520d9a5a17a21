"""The deny list in the database, and what a process does when it is lost or away."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from api.auth import live_sessions
from api.auth.live_sessions import LiveSessions
from domain.dependencies import DependencyUnavailable
from domain.errors import Unauthenticated
from gateways.identity.claims import Claims
from gateways.identity.logout_tokens import LogoutToken
from storage.crypto.personal_hashes import PersonalHashes
from storage.postgres.database import Database
from storage.sessions.ended_sessions import EndedSessions
from tests.support.clocks import NOW, SettableClock
from tests.support.stored_preselections import KEYS
from tests.support.waiting import eventually

LIFETIME = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
async def processes(own_database: Database, clock: SettableClock) -> AsyncIterator[Callable[[], LiveSessions]]:
    """Starts API processes on one database."""
    started: list[LiveSessions] = []

    def start() -> LiveSessions:
        started.append(process_of(own_database, clock))
        return started[-1]

    yield start
    for each in started:
        await each.close()


@pytest.fixture
def process(processes: Callable[[], LiveSessions]) -> LiveSessions:
    return processes()


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


def process_of(database: Database, clock: SettableClock) -> LiveSessions:
    """One API process."""
    hashes = PersonalHashes(KEYS.hashes)
    return LiveSessions(EndedSessions(database, hashes), hashes, clock, LIFETIME)


def token(subject: str = "wang", session: str | None = "s-1", age: timedelta = SECOND) -> Claims:
    return Claims(subject, frozenset({"applicant"}), None, NOW + LIFETIME, NOW - age, session)


def logout(session: str | None = "s-1", subject: str | None = "wang") -> LogoutToken:
    return LogoutToken(str(uuid4()), NOW, session, subject)


async def is_refused(process: LiveSessions, claims: Claims) -> bool:
    try:
        await process.require(claims)
    except Unauthenticated:
        return True
    return False


async def test_a_session_ends_in_every_process_and_no_other_one_does(
    process: LiveSessions, processes: Callable[[], LiveSessions]
) -> None:
    other, late = processes(), processes()
    assert not await is_refused(other, token())
    await process.end(logout())
    assert await is_refused(process, token())
    assert await is_refused(late, token()), "a process that starts later"
    await eventually(lambda: is_refused(other, token()))
    # Nobody can say to which session a token without `sid` belongs.
    assert await is_refused(late, token(session=None))
    for kept in (token(session="s-2"), token(session=None, age=-SECOND), token("li", "s-3"), token("li", None)):
        assert not await is_refused(late, kept)


async def test_a_subject_signs_in_again_after_all_its_sessions_ended(process: LiveSessions) -> None:
    await process.end(logout(session=None))
    assert [await is_refused(process, token(session=name)) for name in ("s-1", "s-2", None)] == [True] * 3
    assert not await is_refused(process, token(age=-SECOND))
    assert not await is_refused(process, token("li"))


async def test_a_logout_token_acts_once_and_its_row_lives_as_long_as_tokens_may(
    process: LiveSessions, own_database: Database, clock: SettableClock
) -> None:
    once = logout()
    await process.end(once)
    with pytest.raises(Unauthenticated):
        await process.end(once)
    clock.now += LIFETIME
    await process.end(logout(session="s-9", subject=None))
    [(sessions,)] = await own_database.rows(text("SELECT count(*) FROM ended_session WHERE until < '9999-01-01'"))
    [(tokens,)] = await own_database.rows(text("SELECT count(*) FROM logout_token"))
    assert (sessions, tokens) == (1, 1)


async def test_what_a_restored_database_lost_is_written_again_by_whoever_knows_it(
    process: LiveSessions,
    processes: Callable[[], LiveSessions],
    own_database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await process.end(logout())
    assert await is_refused(process, token())
    await own_database.rows(text("DELETE FROM ended_session"))
    monkeypatch.setattr(live_sessions, "READ_AGAIN_S", 0.0)

    async def is_back() -> bool:
        assert await is_refused(process, token())
        return await is_refused(processes(), token())

    await eventually(is_back)


async def test_after_a_restore_everybody_signs_in_again_where_sessions_were_ever_ended(
    process: LiveSessions, own_database: Database, processes: Callable[[], LiveSessions]
) -> None:
    ended = EndedSessions(own_database, PersonalHashes(KEYS.hashes))
    assert not await ended.refuse_earlier(NOW)
    await process.end(logout())
    assert await ended.refuse_earlier(NOW)
    fresh = processes()
    assert await is_refused(fresh, token("li", "s-7"))
    assert not await is_refused(fresh, token("li", "s-7", age=-SECOND))


async def test_no_token_is_accepted_without_a_list(clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> None:
    away = Database("postgresql+psycopg://nobody@127.0.0.1:1/none", pool_size=2)
    process = process_of(away, clock)
    results = await asyncio.gather(*(process.require(token()) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [DependencyUnavailable] * 3
    await process.close()
    await away.close()
