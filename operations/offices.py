"""The register of vehicle offices for operators: read, change one, or import many at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.errors import NotFound, PrefixInUse, ValidationFailed
from domain.offices import OfficeDetails, prefixes_twice
from operations.commands import OperatorCommand
from operations.context import OperationsContext
from storage.offices.offices import Office
from storage.offices.register import OfficeChange, PrefixesInUse, PrefixesTaken


@dataclass(frozen=True)
class OfficeRow:
    """An office of a file, and the line where it begins."""

    line: int
    details: OfficeDetails


@dataclass(frozen=True)
class RowProblem:
    """What is wrong in a line; `message` is a key of the catalogues' section `fields`."""

    line: int
    field: str
    message: str


class ImportRefused(Exception):
    """A file has bad rows; nothing of it was entered."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} problems")


async def offices(context: OperationsContext) -> list[Office]:
    """Every office, by code."""
    return await context.repositories.offices.all()


async def office_of_code(context: OperationsContext, code: str) -> Office:
    """Raises `NotFound`."""
    office = await context.repositories.offices.get(code)
    if office is None:
        raise NotFound
    return office


async def put_office(context: OperationsContext, details: OfficeDetails, command: OperatorCommand) -> OfficeChange:
    """Add an office, or replace its details. Raises `ValidationFailed` and `PrefixInUse`."""
    command.require_reason()
    wanted = details.normalise()
    problems = wanted.problems()
    if not problems:
        try:
            return (await context.repositories.office_register.enter([wanted], command.act))[0]
        except PrefixesTaken as taken:
            problems = [(f"prefixes.{wanted.prefixes.index(prefix)}", "prefix_taken") for prefix in taken.owners]
        except PrefixesInUse as used:
            raise PrefixInUse(sorted(used.owners)) from None
    raise ValidationFailed([{"field": field, "message": message} for field, message in problems])


async def import_offices(
    context: OperationsContext, rows: Sequence[OfficeRow], command: OperatorCommand, *, dry_run: bool
) -> list[OfficeChange]:
    """Add or change all offices of a file, or none of them. With `dry_run` only return what would change.

    Raises `ImportRefused`, and `ValidationFailed` without a reason, which a dry run does not need.
    """
    if not dry_run:
        command.require_reason()
    wanted = [row.details.normalise() for row in rows]
    twice = prefixes_twice(wanted)
    problems = [
        RowProblem(row.line, *problem)
        for place, row in enumerate(rows)
        for problem in [*wanted[place].problems(), *twice.get(place, [])]
    ]
    if problems:
        raise ImportRefused(problems)
    try:
        return await context.repositories.office_register.enter(wanted, command.act, dry_run=dry_run)
    except PrefixesTaken as taken:
        raise ImportRefused(_taken_problems(rows, wanted, taken)) from None
    except PrefixesInUse as used:
        raise ImportRefused(_in_use(rows, wanted, used)) from None


def _taken_problems(
    rows: Sequence[OfficeRow], wanted: Sequence[OfficeDetails], taken: PrefixesTaken
) -> list[RowProblem]:
    return [
        RowProblem(row.line, f"prefixes.{place}", "prefix_taken")
        for row, details in zip(rows, wanted, strict=True)
        for place, prefix in enumerate(details.prefixes)
        if prefix in taken.owners
    ]


def _in_use(rows: Sequence[OfficeRow], wanted: Sequence[OfficeDetails], used: PrefixesInUse) -> list[RowProblem]:
    losing = set(used.owners.values())
    return [
        RowProblem(row.line, "prefixes", "prefix_live")
        for row, details in zip(rows, wanted, strict=True)
        if details.code in losing
    ]
