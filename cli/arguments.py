"""What can be typed after `xuanhao`."""

import argparse
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from domain.calendar import DayKind
from domain.durations import SHANGHAI
from domain.instants import whole_milliseconds
from storage.sms.deliveries import DeliveryState

OPERATOR_VARIABLE = "XUANHAO_OPERATOR"
DAY_KINDS = (*(kind.value for kind in DayKind), "ordinary")
Group = Callable[[str, str], argparse.ArgumentParser]


def parser() -> argparse.ArgumentParser:
    """The whole grammar. Every command sets `command` to its words."""
    root = argparse.ArgumentParser(
        prog="xuanhao", description="What operators do. Times without a zone are Shanghai's."
    )
    root.add_argument("--data-dir", type=Path, help="data folder of a `make run` instance, in place of the environment")
    root.add_argument(
        "--operator", default=os.environ.get(OPERATOR_VARIABLE), help=f"who acts (or {OPERATOR_VARIABLE})"
    )
    root.add_argument("--json", action="store_true", help="answer in JSON, with instants in UTC")
    root.add_argument("--request-id", type=UUID, help="repeat a command that was cut off, without acting twice")
    areas = root.add_subparsers(metavar="AREA", required=True)
    for name, words, add_commands in AREAS:
        area = areas.add_parser(name, help=words, description=words)
        commands = area.add_subparsers(metavar="COMMAND", required=True)
        add_commands(_adding(commands, name))
    words = "find a vehicle's workflow, with its address in Temporal's UI"
    _find(areas.add_parser("find", help=words, description=words))
    return root


def moment(text: str) -> datetime:
    """An ISO 8601 moment; without a zone it is Shanghai's."""
    read = datetime.fromisoformat(text)
    return whole_milliseconds(read.replace(tzinfo=SHANGHAI) if read.tzinfo is None else read).astimezone(UTC)


def noted_seal(text: str) -> tuple[int, str]:
    """`NUMBER=DIGEST`, as it was noted down somewhere else."""
    number, _, digest = text.partition("=")
    return int(number), digest.strip().lower()


def _adding(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", area: str) -> Group:
    def add(name: str, words: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=words, description=words)
        command.set_defaults(command=f"{area} {name}")
        return command

    return add


def _segments(add: Group) -> None:
    add("list", "the segments of a prefix").add_argument("prefix")
    release = add("release", "release a segment: `!` is a digit, `@` a letter")
    release.add_argument("prefix")
    release.add_argument("template")
    release.add_argument("--exclude", action="append", default=[], metavar="TEMPLATE", help="`*` is any character")
    release.add_argument("--released-at", type=moment, help="now, unless told otherwise")
    release.add_argument("--compose-from", type=moment, help="after the office's random_only, unless told otherwise")
    exclude = add("exclude", "take numbers out of a segment for good")
    exclude.add_argument("prefix")
    exclude.add_argument("template")
    exclude.add_argument("excluded", nargs="+")
    _reason(exclude)


def _numbers(add: Group) -> None:
    add("list", "numbers withheld of a prefix, or all that wait for a second operator").add_argument(
        "prefix", nargs="?"
    )
    withhold = add("withhold", "keep numbers of one prefix out of the pool")
    withhold.add_argument("numbers", nargs="+")
    _reason(withhold)
    release = add("release", "give withheld numbers back; they cool first")
    release.add_argument("id", type=UUID)
    _reason(release)
    add("confirm", "agree, as a second operator").add_argument("id", type=UUID)


def _pool(add: Group) -> None:
    add("levels", "how many numbers there are, and what has become of them").add_argument("prefix", nargs="+")


def _calendar(add: Group) -> None:
    show = add("show", "the days of a year that differ from the plain week")
    show.add_argument("year", type=int)
    _office(show)
    change = add("set", "make days off or working; deadlines on closed days move, and the holders are told")
    change.add_argument("kind", choices=DAY_KINDS)
    change.add_argument("day", nargs="+", type=date.fromisoformat)
    _office(change)
    _reason(change)
    seed = add("seed", "enter a year's holidays from the library, as far as nobody has entered them")
    seed.add_argument("year", type=int)
    _reason(seed)
    official = add("official", "say that a year's official holiday notice has been entered")
    official.add_argument("year", type=int)
    official.add_argument("--not", dest="provisional", action="store_true", help="take it back: provisional again")
    _reason(official)


def _blacklist(add: Group) -> None:
    entries = add("list", "entries, newest first")
    entries.add_argument("--preselection", type=UUID, metavar="ID")
    entries.add_argument("--unconfirmed", action="store_true", help="early releases that wait for a second operator")
    entries.add_argument("--limit", type=int, default=100)
    release = add("release", "end a ban before its time")
    release.add_argument("id", type=UUID)
    _reason(release)
    add("confirm", "agree, as a second operator").add_argument("id", type=UUID)


def _deadlines(add: Group) -> None:
    due = add("due", "the reservations whose last day is this one (today)")
    due.add_argument("day", nargs="?", type=date.fromisoformat)
    _office(due)
    extend = add("extend", "our own service was out: give everybody concerned more time")
    extend.add_argument("--since", type=moment, required=True)
    extend.add_argument("--until", type=moment, required=True)
    extend.add_argument("--visit-by", type=date.fromisoformat, help="the next working day, unless told otherwise")
    extend.add_argument(
        "--directly", action="store_true", help="without a worker: before the workers are started again"
    )
    _office(extend)
    _reason(extend)


def _find(find: argparse.ArgumentParser) -> None:
    find.set_defaults(command="find")
    by = find.add_mutually_exclusive_group(required=True)
    by.add_argument("--plate")
    by.add_argument("--preselection", type=UUID, metavar="ID")
    by.add_argument("--vin", action="store_true", help="read the VIN from standard input, where no history keeps it")


def _texts(add: Group) -> None:
    entries = add("list", "those that nobody has received, newest first")
    which = entries.add_mutually_exclusive_group()
    which.add_argument("--preselection", type=UUID, metavar="ID", help="all about this one")
    which.add_argument("--state", choices=[state.value for state in DeliveryState])
    entries.add_argument("--limit", type=int, default=100)


def _audit(add: Group) -> None:
    verify = add("verify", "find any change of the audit")
    verify.add_argument("--noted", type=noted_seal, action="append", default=[], metavar="NUMBER=DIGEST")
    entries = add("list", "who did what, oldest first; of the last day unless told otherwise")
    _period(entries)
    entries.add_argument("--actor")
    entries.add_argument("--action", dest="act")
    entries.add_argument("--preselection", type=UUID, metavar="ID")
    _period(add("withholdings", "numbers withheld and given back, with reasons; of the last 30 days"))
    _period(add("ban-releases", "bans ended before their time, with reasons; of the last 30 days"))
    add("unconfirmed", "what waits for a second operator").add_argument("--limit", type=int, default=1000)
    desk = add("desk", "confirmations and rejections per clerk; of the last 30 days")
    _period(desk)
    desk.add_argument("--clerk", action="store_true", help="one clerk's acts; read the account from standard input")


def _period(command: argparse.ArgumentParser) -> None:
    command.add_argument("--since", type=moment)
    command.add_argument("--until", type=moment)
    command.add_argument("--limit", type=int, default=1000)


def _keys(add: Group) -> None:
    add("status", "every key, and how many rows need it")
    for name, words in (
        ("new", "make a new key, and everything anew with it, while the service runs"),
        ("continue", "go on with a change that was cut off"),
        ("retire", "remove an encryption key, or close a hashing key, that no row needs any more"),
    ):
        command = add(name, words)
        command.add_argument("kind", choices=("encryption", "hashing"))
        if name == "retire":
            command.add_argument("id")
        _reason(command)


def _person(add: Group) -> None:
    for name, words in (
        ("export", "all that is kept about one person or organisation, as JSON"),
        ("delete", "delete it, but for what has to be kept: the plates' records and a ban"),
    ):
        command = add(name, f"{words}; the identity or credit code is asked for, or read from standard input")
        _reason(command)


def _office(command: argparse.ArgumentParser) -> None:
    command.add_argument("--office", metavar="CODE", help="one office; all of them, unless told otherwise")


def _reason(command: argparse.ArgumentParser) -> None:
    command.add_argument("--reason", required=True)


AREAS: tuple[tuple[str, str, Callable[[Group], None]], ...] = (
    ("segments", "segments (号段): release them, take numbers out", _segments),
    ("numbers", "numbers withheld from the pool", _numbers),
    ("pool", "how full the pool is", _pool),
    ("calendar", "working days", _calendar),
    ("blacklist", "the blacklist (黑名单)", _blacklist),
    ("deadlines", "last days, and moving them", _deadlines),
    ("texts", "SMS that follow by themselves, and what became of them", _texts),
    ("audit", "the audit", _audit),
    ("keys", "the keys of personal data", _keys),
    ("person", "one person's or organisation's data", _person),
)
