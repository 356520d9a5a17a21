"""`xuanhao keys …`: rotates the keys of personal data while the service runs."""

from collections.abc import Awaitable

from cli.areas import area
from cli.context import Context, OperatorContext
from cli.options import Reason
from cli.output import Output
from operations.key_changes import KeyChange, Kind, continue_change, key_states, make_key, retire_key
from storage.crypto.sources import ReadOnlyKeys

READ_ONLY = (
    "XUANHAO_KEYS can't be changed by a command: "
    "put the new key beside the old one there, and restart all processes one after the other"
)
UNWRITABLE = "the key file can't be written"

app = area("keys")


@app.command(name="status")
async def list_keys(*, context: Context) -> Output:
    """Show every key, and how many rows need it."""
    return Output([vars(state) for state in await key_states(context.operations)])


@app.command(name="new")
async def new_key(kind: Kind, /, *, reason: Reason, context: OperatorContext) -> Output:
    """Create a new key, and convert all rows to it, while the service runs."""
    return await _to_output(make_key(context.operations, kind, context.command(reason)))


@app.command(name="continue")
async def continue_with_key(kind: Kind, /, *, reason: Reason, context: OperatorContext) -> Output:
    """Continue an interrupted rotation."""
    return await _to_output(continue_change(context.operations, kind, context.command(reason)))


@app.command
async def retire(kind: Kind, key_id: str, /, *, reason: Reason, context: OperatorContext) -> Output:
    """Remove an encryption key, or close a hashing key, that no row needs any more."""
    return await _to_output(retire_key(context.operations, kind, key_id, context.command(reason)))


async def _to_output(changing: Awaitable[KeyChange]) -> Output:
    try:
        change = await changing
    except ReadOnlyKeys:
        return Output(warnings=[READ_ONLY], exit_code=1)
    except OSError as problem:
        return Output(warnings=[f"{UNWRITABLE}: {problem.strerror}"], exit_code=1)
    records = [{"kind": change.kind, "key": change.key, "rows": change.rows}]
    return Output(records, [change.obstacle] if change.obstacle else [], int(change.obstacle is not None))
