"""`xuanhao offices …`: the register of vehicle offices, and their policies."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from cyclopts import App, Parameter

from cli.areas import area
from cli.context import Context, OperatorContext
from cli.files import read_file
from cli.options import Instant, Reason
from cli.output import Output, Record
from domain.coordinates import Coordinates
from domain.errors import NotFound
from domain.offices import OfficeDetails
from domain.policy import Plain
from locales.problem_text import field_message
from operations import offices, policies
from operations.office_files import read_office_file
from storage.offices.offices import Office
from storage.offices.register import OfficeChange

NOTHING_ENTERED = "nothing was entered"

app = area("offices")
policy_app = App(name="policy", help="Request or confirm a change of an office's policy.")
app.command(policy_app)


class Assignment:
    """`NAME=VALUE` of a setting; an empty value removes the office's override."""

    def __init__(self, text: str) -> None:
        self.name, equals, value = text.partition("=")
        if not equals or not self.name:
            raise ValueError("not NAME=VALUE")
        self.value: Plain | None = value or None


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class OfficeOptions:
    """What is set of an office; what is None stays as it is."""

    name: str | None = None
    name_zh_tw: str | None = None
    name_en: str | None = None
    address: str | None = None
    hours: str | None = None
    telephone: str | None = None
    coordinates: Annotated[
        str | None, Parameter(help="Latitude and longitude in degrees of WGS 84, such as 22.5431,114.0579.")
    ] = None
    province: str | None = None
    prefixes: Annotated[str | None, Parameter(help="All of them, separated by spaces.")] = None

    def apply_to(self, office: OfficeDetails) -> OfficeDetails:
        names = {"zh-TW": self.name_zh_tw, "en": self.name_en}
        given: dict[str, Any] = {name: getattr(self, name) for name in _PLAIN}
        if self.prefixes is not None:
            given["prefixes"] = tuple(self.prefixes.split())
        if self.coordinates is not None:
            latitude, _, longitude = self.coordinates.partition(",")
            office = replace(office, coordinates=Coordinates.parse(latitude, longitude))
        known = dict(office.names) | {tag: text for tag, text in names.items() if text is not None}
        return replace(office, names=known, **{name: value for name, value in given.items() if value is not None})


_PLAIN = ("name", "address", "hours", "telephone", "province")
_NOTHING = OfficeOptions()


@app.command(name="import")
async def import_offices(
    file: Path,
    /,
    *,
    dry_run: Annotated[bool, Parameter(help="Only list what would change.")] = False,
    reason: Annotated[str, Parameter(help="Stored in the audit, in plain text; not needed for a dry run.")] = "",
    context: OperatorContext,
) -> Output:
    """Add or change all offices of a CSV or JSON file, or none of them."""
    try:
        rows = read_office_file(read_file(file))
        changes = await offices.import_offices(context.operations, rows, context.command(reason), dry_run=dry_run)
    except offices.ImportRefused as refusal:
        problems = [
            asdict(each) | {"message": field_message(each.message, context.language)} for each in refusal.problems
        ]
        lines = [f"line {each['line']}: {each['field']}: {each['message']}" for each in problems]
        return Output(problems, [*lines, NOTHING_ENTERED], 1)
    return Output([_change_record(change) for change in changes], [NOTHING_ENTERED] if dry_run else [])


@app.command(name="list")
async def list_offices(*, context: Context) -> Output:
    """List every office."""
    return Output([_record(office) for office in await offices.offices(context.operations)])


@app.command(name="show")
async def show_office(
    code: str, /, *, at: Annotated[Instant | None, Parameter(help="The policy's instant; now by default.")] = None,
    context: Context,
) -> Output:  # fmt: skip
    """Show an office with its policy: each setting's value, and whether office, deployment or nobody has set it."""
    office = await offices.office_of_code(context.operations, code)
    values = await policies.policy_values(context.operations, code, at or context.now)
    return Output([{**_record(office), "policy": {name: vars(value) for name, value in values.items()}}])


@app.command(name="set")
async def set_office(
    code: str, /, *, options: OfficeOptions = _NOTHING, reason: Reason, context: OperatorContext
) -> Output:
    """Add an office, or change what is named here; an empty text removes it."""
    wanted = options.apply_to(await _details(context, code))
    return Output([_change_record(await offices.put_office(context.operations, wanted, context.command(reason)))])


@policy_app.default
async def request_policy(
    code: str,
    /,
    *assignments: Assignment,
    start: Annotated[
        Instant | None, Parameter(name="--from", help="When it begins; by default at the confirmation.")
    ] = None,
    reason: Reason,
    context: OperatorContext,
) -> Output:
    """Request a change of an office's policy, as NAME=VALUE; a second operator confirms it."""
    requested = await policies.request_policy(
        context.operations,
        code,
        {each.name: each.value for each in assignments},
        context.command(reason),
        effective_from=start,
    )
    return Output([asdict(requested)])


@policy_app.command(name="confirm")
async def confirm_policy(policy_id: UUID, /, *, context: OperatorContext) -> Output:
    """Confirm a change of a policy, as a second operator."""
    return Output([asdict(await policies.confirm_policy(context.operations, policy_id, context.command()))])


async def _details(context: OperatorContext, code: str) -> OfficeDetails:
    try:
        office = await offices.office_of_code(context.operations, code)
    except NotFound:
        return OfficeDetails(code, "", "", "", ())
    return OfficeDetails(**{name: getattr(office, name) for name in OfficeDetails.__dataclass_fields__})


def _record(office: Office) -> Record:
    names = ("code", "name", "names", "address", "hours", "telephone", "province", "prefixes")
    place = office.coordinates
    return {name: getattr(office, name) for name in names} | {"coordinates": place and vars(place)}


def _change_record(change: OfficeChange) -> Record:
    what = "new" if change.is_new else "changed" if change.fields else "unchanged"
    return {"change": what, "fields": list(change.fields), **_record(change.office)}
