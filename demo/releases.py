"""The segments of the demo's offices: most patterns, without at least two of the ten.

There are only a few recipes, so all prefixes share the masks of a few templates.
"""

from datetime import UTC, datetime, timedelta

from demo.offices import DemoOffice
from domain.segments import Segment

# Long before any demo: every number can be drawn and composed from the demo's start.
FIRST_RELEASE = datetime(2024, 3, 4, 1, 0, tzinfo=UTC)
BETWEEN_RELEASES = timedelta(days=28)
RANDOM_ONLY = timedelta(days=7)

# Numbers of repeated lucky digits are excluded, as offices do for auctions.
_FOUR_ALIKE = ("*6666", "*8888", "*9999")
_THREE_ALIKE = ("**666", "**888", "**999")

Recipe = tuple[tuple[str, tuple[str, ...]], ...]

RECIPES: dict[str, Recipe] = {
    # All but DDDLL and LDLDD.
    "wide": (
        ("!!!!!", _FOUR_ALIKE),
        ("@!!!!", _FOUR_ALIKE),
        ("@@!!!", _THREE_ALIKE),
        ("!@!!!", _THREE_ALIKE),
        ("!!@!!", ()),
        ("!!!@!", ()),
        ("!!!!@", ()),
        ("@!!!@", ()),
    ),
    # All but DDDDL, LDDDL and LDLDD.
    "mixed": (
        ("@!!!!", _FOUR_ALIKE),
        ("@@!!!", _THREE_ALIKE),
        ("!!!!!", _FOUR_ALIKE),
        ("!!@!!", ()),
        ("!@!!!", _THREE_ALIKE),
        ("!!!@!", ()),
        ("!!!@@", ()),
    ),
    # None of LLDDD, LDDDL, DDDLL and LDLDD; LDDDD one letter at a time.
    "young": (
        ("A!!!!", _FOUR_ALIKE),
        ("B!!!!", _FOUR_ALIKE),
        ("C!!!!", _FOUR_ALIKE),
        ("D!!!!", _FOUR_ALIKE),
        ("!!!!!", _FOUR_ALIKE),
        ("!@!!!", _THREE_ALIKE),
        ("!!@!!", ()),
        ("!!!@!", ()),
        ("!!!!@", ()),
    ),
    # The oldest patterns are used up: all but DDDDD, LDDDD and DLDDD.
    "late": (
        ("@@!!!", _THREE_ALIKE),
        ("!!@!!", ()),
        ("!!!@!", ()),
        ("!!!!@", ()),
        ("@!!!@", ()),
        ("!!!@@", ()),
        ("@!@!!", ()),
    ),
}


def segments_of(office: DemoOffice) -> list[Segment]:
    """The office's segments, the same for each of its prefixes, oldest first."""
    return [
        _segment(prefix, template, excluded, FIRST_RELEASE + place * BETWEEN_RELEASES)
        for prefix in office.prefixes
        for place, (template, excluded) in enumerate(RECIPES[office.release])
    ]


def _segment(prefix: str, template: str, excluded: tuple[str, ...], released_at: datetime) -> Segment:
    return Segment(prefix, template, excluded, released_at, released_at + RANDOM_ONLY)
