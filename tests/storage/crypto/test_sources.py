"""Keys come from a file or a variable, are changed whole or not at all, and are reread while a process runs."""

import asyncio
import json
from base64 import b64encode
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.processes import RunningProgram
from process.clock import system_clock
from storage.crypto.readers import KeyReaders, keep_keys_current
from storage.crypto.sources import EnvironmentKeys, FileKeys, ReadOnlyKeys, key_source
from storage.crypto.vault import Keys
from storage.postgres.database import Database

KEY, OTHER = b64encode(b"k" * 32).decode(), b64encode(b"o" * 32).decode()
CONTENT = {"encryption": {"current": "a", "keys": {"a": KEY}}, "hashing": KEY}


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(CONTENT))
    file.chmod(0o600)
    return file


def with_new_key(content: dict[str, Any]) -> None:
    content["encryption"]["keys"]["b"] = OTHER
    content["encryption"]["current"] = "b"


def test_a_file_is_changed_whole_or_not_at_all_and_stays_its_owners(key_file: Path) -> None:
    source = FileKeys(key_file)

    def fail(content: dict[str, Any]) -> None:
        with_new_key(content)
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        source.change(fail)
    assert source.read() == CONTENT
    source.change(with_new_key)
    assert Keys.from_source(source).vault.current == "b"
    assert key_file.stat().st_mode & 0o777 == 0o600


def test_the_environment_goes_before_the_file_and_can_t_be_changed(key_file: Path) -> None:
    source = key_source(key_file, json.dumps(CONTENT))
    assert isinstance(source, EnvironmentKeys)
    assert Keys.from_source(source).vault.ids == ["a"]
    with pytest.raises(ReadOnlyKeys):
        source.change(with_new_key)
    assert isinstance(key_source(key_file, None), FileKeys)
    with pytest.raises(ValueError, match="neither"):
        key_source(None, None)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"encryption": 1, "hashing": ""}', '{"encryption": {"keys": []}, "hashing": {}}']
)
def test_what_is_no_key_file_is_refused(key_file: Path, text: str) -> None:
    key_file.write_text(text)
    with pytest.raises((ValueError, KeyError)):
        Keys.from_file(key_file)


async def test_a_process_reads_new_keys_by_itself_and_survives_a_broken_file(
    key_file: Path, own_database: Database
) -> None:
    keys, readers = Keys.from_file(key_file), KeyReaders(own_database)
    async with keep_keys_current(
        keys, own_database, RunningProgram("api"), system_clock, every=timedelta(milliseconds=20)
    ):
        await until(lambda: has_reported(readers, "encryption:a"))
        before = (await readers.live_readers(system_clock()))[0].seen_at
        break_file(key_file)
        await until(lambda: has_reported_after(readers, before))
        assert keys.vault.current == "a"
        mend(key_file)
        await until(lambda: has_reported(readers, "encryption:b"))
        assert keys.vault.current == "b"
    assert await readers.live_readers(system_clock()) == []


def break_file(key_file: Path) -> None:
    key_file.write_text("{ half a fi")


def mend(key_file: Path) -> None:
    key_file.write_text(json.dumps(CONTENT))
    FileKeys(key_file).change(with_new_key)


async def has_reported_after(readers: KeyReaders, instant: datetime) -> bool:
    """After three intervals the broken file has certainly been read."""
    return all(
        reader.seen_at > instant + timedelta(milliseconds=60) for reader in await readers.live_readers(system_clock())
    )


async def has_reported(readers: KeyReaders, current: str) -> bool:
    return [reader for reader in await readers.live_readers(system_clock()) if current in reader.current] != []


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await holds():  # noqa: ASYNC110 -- the awaited event happens in the database.
            await asyncio.sleep(0.02)
