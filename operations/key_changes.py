"""Key rotation while the service runs.

A rotation has four steps, and can be interrupted after each: the new key is created; when every process has read it,
it becomes the current one; when every process writes with it, all values are converted; later the old key is retired.
"""

import asyncio
import secrets
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from domain.instants import format_instant, parse_instant
from operations.commands import OperatorCommand
from operations.context import OperationsContext
from storage.all_tables import metadata
from storage.audit.actions import AuditAction
from storage.audit.trail import note
from storage.crypto.readers import KeyReader, KeyReaders
from storage.crypto.reencryption import Reencryption
from storage.crypto.rehashing import Rehashing
from storage.crypto.vault import FIRST, Keys, Vault

Kind = Literal["encryption", "hashing"]
KINDS: tuple[Kind, ...] = ("encryption", "hashing")

TIMEOUT = timedelta(seconds=90)
"""How long a rotation waits for the other processes: longer than a process that has ended is still counted."""

SETTLED_AFTER = timedelta(minutes=15)
"""No value takes this long from encryption to its row, so an old key without rows is then no longer needed."""

_PAUSE_SECONDS = 0.5
_KEY_BYTES = 32
_ID_BYTES = 4
_MOST_PASSES = 10


@dataclass(frozen=True)
class KeyState:
    """A key: whether it writes, whether it is closed, and how many rows still need it.

    `lapsing` are rows that expire within two days.
    """

    kind: Kind
    id: str
    is_current: bool
    is_closed: bool
    rows: int
    lapsing: int = 0


@dataclass(frozen=True)
class KeyChange:
    """The result of a command. With an `obstacle` it is unfinished, or was refused, and nothing is lost."""

    kind: Kind
    key: str
    rows: int = 0
    obstacle: str | None = None


async def key_states(context: OperationsContext) -> list[KeyState]:
    """Every key. A row does not show which old hashing key it needs, so its count belongs to the oldest open one."""
    keys, states = context.repositories.keys, []
    reencryption = Reencryption(context.repositories.database, keys.vault, metadata.sorted_tables)
    for key_id in keys.vault.ids:
        rows = await reencryption.remaining_rows(Vault.head_of(key_id))
        states.append(KeyState("encryption", key_id, key_id == keys.vault.current, is_closed=False, rows=rows))
    left = await Rehashing(context.repositories.database, keys).remaining_rows()
    for key_id in keys.hashes.ids:
        is_current, is_closed = key_id == keys.hashes.current, key_id in keys.hashes.closed_ids
        needed = (0, 0) if is_current or is_closed else left
        states.append(KeyState("hashing", key_id, is_current, is_closed, *needed))
    return states


async def make_key(context: OperationsContext, kind: Kind, command: OperatorCommand) -> KeyChange:
    """Create a new key and run the rotation. Needs a reason; raises `ReadOnlyKeys`."""
    command.require_reason()
    keys = context.repositories.keys
    if _newest(keys, kind) != _current(keys, kind):
        return KeyChange(kind, _newest(keys, kind), obstacle="the previous rotation is unfinished: continue it first")
    if kind == "hashing" and (await Rehashing(context.repositories.database, keys).remaining_rows())[0]:
        return KeyChange(kind, _current(keys, kind), obstacle="rows wait for the previous rotation: continue it first")
    key_id, key = secrets.token_hex(_ID_BYTES), b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
    _change(keys, lambda content: _add(content, kind, key_id, key, format_instant(command.at)))
    await _audit(context, command, "make_key", kind=kind, key=key_id)
    return await continue_change(context, kind, command)


async def continue_change(context: OperationsContext, kind: Kind, command: OperatorCommand) -> KeyChange:
    """Continue a rotation from its current step; may be repeated at any time. Needs a reason."""
    command.require_reason()
    keys = context.repositories.keys
    key_id = _newest(keys, kind)
    name = f"{kind}:{key_id}"
    if key_id != _current(keys, kind):
        if behind := await _wait_for_readers(context, command, lambda reader: name in reader.known):
            return KeyChange(kind, key_id, obstacle=f"not read by {_names(behind)}: no value is written with it yet")
        _change(keys, lambda content: _make_current(content, kind, key_id))
        await _audit(context, command, "use_key", kind=kind, key=key_id)
    if behind := await _wait_for_readers(context, command, lambda reader: name in reader.current):
        return KeyChange(kind, key_id, obstacle=f"not yet used by {_names(behind)}: values were not converted")
    rows = await _convert_rows(context, kind)
    await _audit(context, command, "make_anew", kind=kind, key=key_id, rows=rows)
    return KeyChange(kind, key_id, rows)


async def retire_key(context: OperationsContext, kind: Kind, key_id: str, command: OperatorCommand) -> KeyChange:
    """Remove an encryption key that no value needs; close a hashing key without rows.

    A closed hashing key stays among the keys: wrapped hashes need it. Needs a reason.
    """
    command.require_reason()
    keys = context.repositories.keys
    if kind == "encryption" and context.temporal.data_converter.payload_codec:
        return KeyChange(kind, key_id, obstacle="Temporal's histories may need it")
    state = next((each for each in await key_states(context) if (each.kind, each.id) == (kind, key_id)), None)
    if state is None or state.is_current or state.rows or state.lapsing or not _is_settled(keys, kind, command):
        return KeyChange(kind, key_id, obstacle=_why_not(state))
    name = f"{kind}:{_current(keys, kind)}"
    if behind := await _wait_for_readers(context, command, lambda reader: name in reader.current):
        return KeyChange(kind, key_id, obstacle=f"the current key is not yet used by {_names(behind)}")
    _change(keys, lambda content: _retire(content, kind, key_id))
    await _audit(context, command, "retire_key", kind=kind, key=key_id)
    return KeyChange(kind, key_id)


def _why_not(state: KeyState | None) -> str:
    if state is None:
        return "there is no such key"
    if state.is_current:
        return "it is the current key"
    if state.rows or state.lapsing:
        return f"{state.rows} rows need it, and {state.lapsing} more for at most two days"
    minutes = SETTLED_AFTER // timedelta(minutes=1)
    return f"the next key is not {minutes} minutes old yet"


def _is_settled(keys: Keys, kind: Kind, command: OperatorCommand) -> bool:
    made = _content(keys).get("made", {}).get(_current(keys, kind))
    return made is None or parse_instant(made) <= command.at - SETTLED_AFTER


async def _convert_rows(context: OperationsContext, kind: Kind) -> int:
    """Repeat until a pass finds nothing: a running request may have written a value with the old key."""
    database, keys, rows = context.repositories.database, context.repositories.keys, 0
    for _ in range(_MOST_PASSES):
        work = Reencryption(database, keys.vault, metadata.sorted_tables) if kind == "encryption" else None
        some = await (work or Rehashing(database, keys)).run()
        rows += some
        if not some:
            break
    return rows


async def _wait_for_readers(
    context: OperationsContext, command: OperatorCommand, has_done: Callable[[KeyReader], bool]
) -> list[KeyReader]:
    """Wait until every live process has done it; returns those that have not at the timeout."""
    clock, readers = asyncio.get_running_loop().time, KeyReaders(context.repositories.database)
    began = clock()
    while True:
        passed = timedelta(seconds=clock() - began)
        behind = [reader for reader in await readers.live_readers(command.at + passed) if not has_done(reader)]
        if not behind or passed > TIMEOUT:
            return behind
        await asyncio.sleep(_PAUSE_SECONDS)


def _names(readers: Sequence[KeyReader]) -> str:
    return ", ".join(sorted(reader.program.name for reader in readers))


def _newest(keys: Keys, kind: Kind) -> str:
    ids = keys.vault.ids if kind == "encryption" else keys.hashes.ids
    return ids[-1]


def _current(keys: Keys, kind: Kind) -> str:
    return keys.vault.current if kind == "encryption" else keys.hashes.current


def _content(keys: Keys) -> Any:
    return keys.source.read() if keys.source else {}


def _change(keys: Keys, how: Callable[[dict[str, Any]], None]) -> None:
    if keys.source is None:
        raise ValueError("these keys have no source")
    keys.source.change(how)
    keys.refresh()


def _add(content: dict[str, Any], kind: Kind, key_id: str, key: str, made: str) -> None:
    if isinstance(content[kind], str):
        content[kind] = {"current": FIRST, "keys": {FIRST: content[kind]}}
    content[kind]["keys"][key_id] = key
    content.setdefault("made", {})[key_id] = made


def _make_current(content: dict[str, Any], kind: Kind, key_id: str) -> None:
    content[kind]["current"] = key_id


def _retire(content: dict[str, Any], kind: Kind, key_id: str) -> None:
    """Another command may have retired it meanwhile."""
    if kind == "encryption":
        content[kind]["keys"].pop(key_id, None)
        content.get("made", {}).pop(key_id, None)
    elif key_id not in (closed := content[kind].setdefault("closed", [])):
        closed.append(key_id)


async def _audit(context: OperationsContext, command: OperatorCommand, action: AuditAction, **facts: Any) -> None:
    async with context.repositories.database.transaction() as connection:
        await note(connection, command.act, action, **facts)
