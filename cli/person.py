"""`xuanhao person …`: one person's data. The identity number is never an argument, which others could see."""

import getpass
import sys
from collections.abc import Iterator

from cli.areas import area
from cli.context import OperatorContext
from cli.options import Reason
from cli.output import Output, Record
from operations.people import delete_person, export_person, preselection_record
from storage.retention.person_records import PersonFile

PROMPT = "identity number or credit code (not shown): "

app = area("person")


@app.command
async def export(*, reason: Reason, context: OperatorContext) -> Output:
    """Export all data about a person or organisation, as JSON.

    The identity number or credit code is asked for, or read from standard input.
    """
    file = await export_person(context.operations, _ask(), context.command(reason))
    records = list(_records(file))
    return Output(records, [] if records else ["nothing is kept"], int(not records), always_json=True)


@app.command
async def delete(*, reason: Reason, context: OperatorContext) -> Output:
    """Delete a person's or organisation's data, except the plates' records and a ban.

    The identity number or credit code is asked for, or read from standard input.
    """
    done = await delete_person(context.operations, _ask(), context.command(reason))
    if done.obstacles:
        return Output(warnings=["nothing was deleted", *done.obstacles], exit_code=1)
    return Output([done.deleted], [f"kept: {each}" for each in done.kept])


def _ask() -> str:
    return getpass.getpass(PROMPT) if sys.stdin.isatty() else sys.stdin.readline()


def _records(file: PersonFile) -> Iterator[Record]:
    yield from (preselection_record(row) for row in file.preselections)
    yield from ({"kind": "sold", "preselection_id": each, "kept": "a keyed hash"} for each in file.as_seller)
    yield from ({"kind": "agent", "preselection_id": each, "kept": "a keyed hash"} for each in file.as_agent)
    for kind, records in (
        ("ban", file.bans), ("message", file.messages), ("reason", file.reasons), ("appeal", file.appeals),
        ("act", file.acts),
    ):  # fmt: skip
        yield from ({"kind": kind} | record for record in records)
    if file.failed_checks:
        yield {"kind": "failed_checks", "count": file.failed_checks}
