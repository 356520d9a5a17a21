"""`xuanhao person …`: one person's data. Whom it is about is never an argument, which others could see."""

import getpass
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterator, Mapping

from cli.output import Output, Record
from operations.parts import OperationParts
from operations.people import delete_person, export_person, preselection_record
from operations.wishes import Wish
from storage.retention.person_records import PersonFile

PROMPT = "identity number or credit code (not shown): "


async def export(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    file = await export_person(parts, _asked(), wish)
    typed.json = True
    records = list(_records(file))
    return Output(records, [] if records else ["nothing is kept"], int(not records))


async def delete(parts: OperationParts, _: Namespace, wish: Wish) -> Output:
    done = await delete_person(parts, _asked(), wish)
    if done.obstacles:
        return Output(warnings=["nothing was deleted", *done.obstacles], exit_code=1)
    return Output([done.deleted], [f"kept: {each}" for each in done.kept])


def _asked() -> str:
    return getpass.getpass(PROMPT) if sys.stdin.isatty() else sys.stdin.readline()


def _records(file: PersonFile) -> Iterator[Record]:
    yield from (preselection_record(row) for row in file.preselections)
    yield from ({"kind": "sold", "preselection_id": each, "kept": "a keyed hash"} for each in file.as_seller)
    for kind, records in (
        ("ban", file.bans), ("message", file.messages), ("reason", file.reasons), ("act", file.acts),
    ):  # fmt: skip
        yield from ({"kind": kind} | record for record in records)
    if file.failed_checks:
        yield {"kind": "failed_checks", "count": file.failed_checks}


PERSON_COMMANDS: Mapping[str, Callable[[OperationParts, Namespace, Wish], Awaitable[Output]]] = {
    "person export": export,
    "person delete": delete,
}
