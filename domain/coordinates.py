"""Where an office is, in degrees of WGS 84: what GPS, `geo:` links (RFC 5870) and calendar files (RFC 5545) use.

Maps that are published in mainland China show GCJ-02, which lies 50 to 700 metres away from WGS 84, by an offset that
depends on the place. Coordinates that were read from such a map must be converted before they are entered. A map that
takes our numbers for GCJ-02 shows a place some streets away, so the address remains what a visitor follows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import nan

LATITUDES = (3.0, 54.0)
LONGITUDES = (73.0, 136.0)
"""Every vehicle office is in these bounds, and swapped numbers are outside of them."""

_DECIMALS = 6
"""A tenth of a metre."""
_NUMBER = re.compile(r"[0-9]{1,3}(\.[0-9]{1,15})?", re.ASCII)


@dataclass(frozen=True)
class Coordinates:
    latitude: float
    longitude: float

    @classmethod
    def parse(cls, latitude: str, longitude: str) -> "Coordinates | None":
        """The coordinates of two texts; None if both are blank. What is no number is a problem of `problems`."""
        texts = latitude.strip(), longitude.strip()
        return cls(*map(_number, texts)) if any(texts) else None

    def round_off(self) -> "Coordinates":
        return Coordinates(round(self.latitude, _DECIMALS), round(self.longitude, _DECIMALS))

    def problems(self) -> Iterator[str]:
        """The names of the fields that are no number within the bounds."""
        if not LATITUDES[0] <= self.latitude <= LATITUDES[1]:
            yield "latitude"
        if not LONGITUDES[0] <= self.longitude <= LONGITUDES[1]:
            yield "longitude"


def _number(text: str) -> float:
    return float(text) if _NUMBER.fullmatch(text) else nan
