"""The titles and static details of workflows in Temporal's UI, with the signals that operators may send.

Without personal data. Examples have the form that Temporal's UI accepts: one JSON object.
"""

from collections.abc import Sequence

_VEHICLE = """\
**车管所 / office**: {office} {prefixes}

**操作员信号 / signals of operators** (docs/operators.md), `{{"operator": "…", "reason": "…"}}`:

- `release_holds`: 释放展示和备选的号码 / free what is held
- `extend_validity`: `+ "visit_by": "YYYY-MM-DD"`，改最后一天 / move the last day
- `cancel`: 取消预选，不列黑名单 / end the reservation, no ban
"""

_BAN = """\
**车管所 / office**: {office}

到期自动解除 / ends automatically. 提前解除 / release early: `xuanhao blacklist release`,
`POST /operations/blacklist/…/release`
"""

_APPEAL = """\
**车管所 / office**: {office}

决定和第二人确认 / decide and confirm: `POST /operations/appeals/…/decision`, `…/confirmation`
"""


def vehicle_summary(office: str, prefixes: Sequence[str]) -> str:
    """The title of a vehicle's workflow."""
    return f"选号 {office} {'/'.join(prefixes)}".strip()


def vehicle_details(office: str, prefixes: Sequence[str]) -> str:
    return _VEHICLE.format(office=office, prefixes=" ".join(prefixes))


def continued_details(office: str, details: str) -> str:
    """The current details of a continued run, with the title and the guide that Temporal does not pass on."""
    return f"## {vehicle_summary(office, ())}\n\n{details}\n\n---\n\n{vehicle_details(office, ())}"


def ban_summary(office: str) -> str:
    """The title of a ban's workflow."""
    return f"黑名单 {office}"


def ban_details(office: str) -> str:
    return _BAN.format(office=office)


def appeal_summary(office: str) -> str:
    """The title of an appeal's workflow."""
    return f"申诉 {office}"


def appeal_details(office: str) -> str:
    return _APPEAL.format(office=office)
