"""The areas of commands, and how the commands of an area are made."""

from cyclopts import App

AREAS = {
    "offices": "Vehicle offices (车管所) and their policies.",
    "notices": "Notices (业务须知).",
    "queue": "Waiting rooms of offices (排队).",
    "segments": "Segments (号段): release them, exclude numbers.",
    "numbers": "Withheld numbers.",
    "pool": "Levels of the pool.",
    "calendar": "Working days.",
    "blacklist": "The blacklist (黑名单).",
    "deadlines": "Last days, and their extension.",
    "texts": "SMS that are sent automatically, and their delivery.",
    "audit": "The audit.",
    "keys": "The keys of personal data.",
    "verify": "Published draws.",
    "person": "One person's or organisation's data.",
}
"""Each is the module `cli.<name>`, imported when one of its commands is called."""


def area(name: str) -> App:
    return App(name=name, help=AREAS[name])
