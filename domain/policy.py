"""The settings that an office may choose: the table `Policy` of the contract, its defaults and its bounds."""

# ruff: noqa: RUF009 -- a Duration is immutable, so all policies may share the defaults.

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Self

from domain.durations import Duration, MalformedDuration, parse_duration

Plain = str | int | bool

_OFF = "off"
_COUNT = re.compile("[0-9]{1,9}")
_SWITCHES = {"true": True, "1": True, "on": True, "yes": True, "false": False, "0": False, "off": False, "no": False}
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_NO_BOUND = 999_999_999


class MalformedPolicy(ValueError):
    """A setting is unknown or has an impossible value. `name` is the setting's; the value is never repeated."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(f"{name}: {reason}")


@dataclass(frozen=True)
class Policy:
    """An office's settings. A limit of `None` is off."""

    draws: int = 5
    batch_size: int = 10
    composed: int = 20
    composed_per_submission: int = 5
    batch_ttl: Duration = parse_duration("PT90S")
    candidate_ttl: Duration = parse_duration("PT180S")
    candidate_ttl_cap: Duration = parse_duration("PT15M")
    compose_interval: Duration = parse_duration("PT10S")
    draw_interval: Duration = parse_duration("PT0S")
    confirm_delay: Duration = parse_duration("PT5S")
    session_idle: Duration = parse_duration("PT30M")
    code_ttl: Duration = parse_duration("PT5M")
    code_resend: Duration = parse_duration("PT60S")
    code_attempts: int = 5
    codes_per_hour: int = 5
    codes_per_day: int = 10
    validity: Duration = parse_duration("P3D")
    validity_working_days: bool = True
    blacklist: Duration = parse_duration("P2Y")
    keyboard_snapshot: Duration = parse_duration("PT5M")
    cooling_min: Duration = parse_duration("P1D")
    cooling_max: Duration = parse_duration("P3D")
    random_only: Duration = parse_duration("P7D")
    cancellation: bool = False
    reminder: Duration = parse_duration("P1D")
    keyboard_per_minute: int = 240
    failed_checks_per_day: int = 5
    writes_per_minute: int = 120
    unfinished_idle: Duration = parse_duration("P30D")
    appeal_answer: Duration = parse_duration("P15D")
    suggestions_per_session: int = 30
    address_per_minute: int | None = None
    codes_per_minute: int | None = None

    def with_overrides(self, overrides: Mapping[str, Plain]) -> Self:
        """Return the policy with some settings replaced; names in any case, values as text or plain.

        Raises `MalformedPolicy` for an unknown name and for a malformed or impossible value.
        """
        changed = replace(self, **dict(_read(name, value) for name, value in overrides.items()))
        if not changed.draws and not changed.composed:
            raise MalformedPolicy("draws", "zero, and composed is zero too: no chance of either kind")
        if changed.cooling_min.after(_SOME_DAY) > changed.cooling_max.after(_SOME_DAY):
            raise MalformedPolicy("cooling_min", "longer than cooling_max")
        return changed

    def to_dict(self) -> dict[str, Plain]:
        """Return every setting as a plain value: durations in ISO 8601, `None` as `off`."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    @staticmethod
    def from_dict(settings: Mapping[str, Plain]) -> "Policy":
        """Return the policy of `to_dict`; absent settings take their defaults. Raises `MalformedPolicy`."""
        return _policy_of(tuple((name, type(value), value) for name, value in settings.items()))


# Every decision and every view starts with a policy. There are few, and parsing thirty settings is slow. The type
# is part of the key, because 1 and True are equal and mean different things.
@lru_cache(maxsize=256)
def _policy_of(settings: tuple[tuple[str, type, Plain], ...]) -> Policy:
    return Policy().with_overrides({name: value for name, _, value in settings})


def _plain(value: Duration | int | bool | None) -> Plain:  # noqa: FBT001 -- a setting's value, not a switch of this function
    if value is None:
        return _OFF
    return str(value) if isinstance(value, Duration) else value


def _read(name: str, value: Plain) -> tuple[str, Any]:
    known = name.lower()
    if known not in _READERS:
        raise MalformedPolicy(name, "no such setting")
    try:
        return known, _READERS[known](value)
    except ValueError as refusal:
        raise MalformedPolicy(known, str(refusal)) from None


def _count(least: int, most: int = _NO_BOUND) -> Callable[[Plain], int]:
    def read(value: Plain) -> int:
        if not _COUNT.fullmatch(str(value)):
            raise ValueError("not a whole number")
        if not least <= int(value) <= most:
            raise ValueError(f"not between {least} and {most}")
        return int(value)

    return read


def _limit(value: Plain) -> int | None:
    if isinstance(value, str) and value.lower() == _OFF:
        return None
    return _count(1)(value)


def _switch(value: Plain) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _SWITCHES:
        return _SWITCHES[value.lower()]
    raise ValueError("neither true nor false")


def _any_duration(value: Plain) -> Duration:
    if not isinstance(value, str):
        raise MalformedDuration("not an ISO 8601 duration")
    return parse_duration(value)


def _duration(value: Plain) -> Duration:
    duration = _any_duration(value)
    if duration == Duration():
        raise ValueError("zero")
    return duration


_READERS: dict[str, Callable[[Plain], Duration | int | bool | None]] = {
    "draws": _count(0, 100_000),
    "batch_size": _count(1, 100),
    "composed": _count(0, 1_000_000),
    "composed_per_submission": _count(1, 100),
    "batch_ttl": _duration,
    "candidate_ttl": _duration,
    "candidate_ttl_cap": _duration,
    "compose_interval": _any_duration,
    "draw_interval": _any_duration,
    "confirm_delay": _any_duration,
    "session_idle": _duration,
    "code_ttl": _duration,
    "code_resend": _any_duration,
    "code_attempts": _count(1, 1_000),
    "codes_per_hour": _count(1),
    "codes_per_day": _count(1),
    "validity": _duration,
    "validity_working_days": _switch,
    "blacklist": _duration,
    "keyboard_snapshot": _any_duration,
    "cooling_min": _any_duration,
    "cooling_max": _any_duration,
    "random_only": _any_duration,
    "cancellation": _switch,
    "reminder": _any_duration,
    "keyboard_per_minute": _count(1),
    "failed_checks_per_day": _count(1),
    "writes_per_minute": _count(1),
    "unfinished_idle": _duration,
    "appeal_answer": _duration,
    "suggestions_per_session": _count(1),
    "address_per_minute": _limit,
    "codes_per_minute": _limit,
}
