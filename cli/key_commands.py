"""`xuanhao keys …`: changing the keys of personal data while the service runs."""

from argparse import Namespace
from collections.abc import Awaitable, Callable, Mapping

from cli.output import Output
from operations.key_changes import KeyChange, continue_change, key_states, make_key, retire_key
from operations.parts import OperationParts
from operations.wishes import Wish
from storage.crypto.sources import ReadOnlyKeys

READ_ONLY = "XUANHAO_KEYS can't be changed from here: put the new key beside the old one there, and start all anew"
UNWRITABLE = "the key file can't be written"


async def show(parts: OperationParts, _: Namespace, __: Wish) -> Output:
    return Output([vars(state) for state in await key_states(parts)])


async def new(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    return await _told(make_key(parts, typed.kind, wish))


async def go_on(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    return await _told(continue_change(parts, typed.kind, wish))


async def retire(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    return await _told(retire_key(parts, typed.kind, typed.id, wish))


async def _told(changing: Awaitable[KeyChange]) -> Output:
    try:
        return _output(await changing)
    except ReadOnlyKeys:
        return Output(warnings=[READ_ONLY], exit_code=1)
    except OSError as problem:
        return Output(warnings=[f"{UNWRITABLE}: {problem.strerror}"], exit_code=1)


def _output(change: KeyChange) -> Output:
    records = [{"kind": change.kind, "key": change.key, "rows": change.rows}]
    return Output(records, [change.obstacle] if change.obstacle else [], int(change.obstacle is not None))


KEY_COMMANDS: Mapping[str, Callable[[OperationParts, Namespace, Wish], Awaitable[Output]]] = {
    "keys status": show,
    "keys new": new,
    "keys continue": go_on,
    "keys retire": retire,
}
