"""One function for each command: from what was typed to an operation, and from what came of it to records."""

import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict

from cli.audit_commands import AUDIT_COMMANDS
from cli.key_commands import KEY_COMMANDS
from cli.output import Output, Record
from cli.person_commands import PERSON_COMMANDS
from domain.ascii_folding import fold_capitals
from domain.calendar import DayKind, shanghai_day
from operations import bans, calendar, finding, pool, telling, withholding
from operations.parts import OperationParts
from operations.wishes import Wish
from storage.bans.ban_list import BanEntry
from storage.pool.withheld import Withholding
from storage.sms.deliveries import DeliveryState
from workflows.messages import vehicle_workflow_id

Command = Callable[[OperationParts, Namespace, Wish], Awaitable[Output]]
PROVISIONAL = "the official holiday notice of {year} has not been entered: its working days are a prediction"


async def list_segments(parts: OperationParts, typed: Namespace, _: Wish) -> Output:
    return Output([vars(segment) for segment in await pool.segments_of(parts, typed.prefix)])


async def release_segment(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    new = pool.NewSegment(typed.prefix, typed.template, typed.exclude, typed.released_at, typed.compose_from)
    return Output([vars(await pool.release_segment(parts, new, wish))])


async def exclude_numbers(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    segment = await pool.exclude_numbers(
        parts, wish, prefix=typed.prefix, template=typed.template, excluded=typed.excluded
    )
    return Output([vars(segment)])


async def list_withheld(parts: OperationParts, typed: Namespace, _: Wish) -> Output:
    prefix = fold_capitals(typed.prefix) if typed.prefix else None
    return Output([_withheld(known) for known in await withholding.withholdings(parts, prefix)])


async def withhold_numbers(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    done = await withholding.withhold_numbers(parts, typed.numbers, wish)
    warnings = [f"somebody has {plate}" for plate in done.taken]
    return Output([_withheld(done.withholding)] if done.withholding else [], warnings, int(not done.withholding))


async def release_withheld(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    return Output([_withheld(await withholding.release_withheld(parts, typed.id, wish))])


async def confirm_withheld(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    return Output([_withheld(await withholding.confirm_withheld(parts, typed.id, wish))])


async def show_levels(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    return Output(
        [{"prefix": fold_capitals(name)} | await pool.pool_levels(parts, name, wish.at) for name in typed.prefix]
    )


async def show_calendar(parts: OperationParts, typed: Namespace, _: Wish) -> Output:
    return _year(await calendar.calendar_of(parts, typed.year, typed.office))


async def set_days(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    kind = None if typed.kind == "ordinary" else DayKind(typed.kind)
    days, year = dict.fromkeys(typed.day, kind), typed.day[0].year
    change = await calendar.enter_days(parts, wish, year=year, days=days, office_code=typed.office)
    shown = _year(change.year)
    entered = [record for record in shown.records if record["day"] in days]
    if change.postponement is None:
        return Output(entered, shown.warnings)
    moving = change.postponement
    told = f"{moving.reservations} reservations have their last day then and are moved: {moving.address}"
    return Output(entered, [*shown.warnings, told])


async def seed_year(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    return _year((await calendar.seed_year(parts, wish, typed.year)).year)


async def declare_year(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    change = await calendar.enter_days(parts, wish, year=typed.year, days={}, official=not typed.provisional)
    return Output([{"year": typed.year, "official": not change.year.is_provisional}], _year(change.year).warnings)


async def list_bans(parts: OperationParts, typed: Namespace, _: Wish) -> Output:
    if typed.unconfirmed:
        return Output([_ban(entry) for entry in await parts.bans.unconfirmed(limit=typed.limit)])
    return Output(
        [_ban(entry) for entry in await parts.bans.page(preselection_id=typed.preselection, limit=typed.limit)]
    )


async def release_ban(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    return Output([_ban(await bans.release_ban(parts, typed.id, wish))])


async def confirm_ban(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    return Output([_ban(await bans.confirm_ban_release(parts, typed.id, wish))])


async def find(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    if typed.vin:
        found = await finding.find_by_vin(parts, sys.stdin.readline().strip(), wish.at)
    elif typed.plate:
        found = await finding.find_by_plate(parts, typed.plate, wish.at)
    else:
        found = await finding.find_by_id(parts, typed.preselection, wish.at)
    return Output([vars(each) for each in found], exit_code=0 if found else 1)


async def due(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    day = typed.day or shanghai_day(wish.at)
    found = await parts.reservations.ending_on([day], office_code=typed.office)
    return Output([vars(each) | {"address": parts.addresses.of(vehicle_workflow_id(str(each.id)))} for each in found])


async def list_texts(parts: OperationParts, typed: Namespace, wish: Wish) -> Output:
    if typed.preselection:
        found = await telling.texts_of(parts, typed.preselection, wish.at)
    else:
        state = DeliveryState(typed.state) if typed.state else None
        found = await telling.texts_page(parts, wish.at, state=state, limit=typed.limit)
    return Output([vars(each) for each in found])


def _withheld(known: Withholding) -> Record:
    return asdict(known)


def _ban(entry: BanEntry) -> Record:
    return asdict(entry)


def _year(year: calendar.CalendarYear) -> Output:
    records = [vars(entry) | {"kind": entry.kind.value} for entry in year.entries]
    return Output(records, [PROVISIONAL.format(year=year.year)] if year.is_provisional else [])


COMMANDS: Mapping[str, Command] = {
    "segments list": list_segments,
    "segments release": release_segment,
    "segments exclude": exclude_numbers,
    "numbers list": list_withheld,
    "numbers withhold": withhold_numbers,
    "numbers release": release_withheld,
    "numbers confirm": confirm_withheld,
    "pool levels": show_levels,
    "calendar show": show_calendar,
    "calendar set": set_days,
    "calendar seed": seed_year,
    "calendar official": declare_year,
    "blacklist list": list_bans,
    "blacklist release": release_ban,
    "blacklist confirm": confirm_ban,
    "deadlines due": due,
    "find": find,
    "texts list": list_texts,
    **KEY_COMMANDS,
    **PERSON_COMMANDS,
    **AUDIT_COMMANDS,
}
"""`deadlines extend` is in `cli.deadlines`."""

ACTING = frozenset(
    {
        "segments release", "segments exclude", "numbers withhold", "numbers release", "numbers confirm",
        "calendar set", "calendar seed", "calendar official", "blacklist release", "blacklist confirm",
        "deadlines extend", "keys new", "keys continue", "keys retire", "person export", "person delete",
    }
)  # fmt: skip
"""The commands that change something: they need to know who acts."""
