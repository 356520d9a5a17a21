"""The pattern of a plate (GA 36-2018), written a second time for the tests."""

import re

DIGIT, LETTER = "[0-9]", "[A-HJ-NP-Z]"
SHAPES = "DDDDD LDDDD LLDDD DLDDD DDLDD DDDLD DDDDL LDDDL DDDLL LDLDD".split()  # noqa: SIM905 - as the standard has it.
PATTERN = re.compile("|".join(shape.replace("D", DIGIT).replace("L", LETTER) for shape in SHAPES))


def fits(number: str, segment: dict[str, str]) -> bool:
    """Whether the segment's template matches the number."""
    places = {"!": DIGIT, "@": LETTER}
    template = "".join(places.get(sign, sign) for sign in segment["template"])
    return number[:2] == segment["prefix"] and bool(re.fullmatch(template, number[2:]))
