"""What a token must show beside its signature before it is believed to be that of staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.errors import Unauthenticated


class StaffNotProved(Unauthenticated):
    """The token is good, but not good enough for staff: no second factor, or it lives too long."""


@dataclass(frozen=True)
class StaffRules:
    """A second factor is shown by one of `acr` or by one of `amr`; with neither named, nobody is staff.

    `lifetime` is the longest from `iat` to `exp`.
    """

    acr: frozenset[str] = frozenset()
    amr: frozenset[str] = frozenset({"mfa"})
    lifetime: timedelta = timedelta(hours=1)

    def require(self, claims: Mapping[str, Any], *, lifetime: timedelta | None) -> None:
        """Raises `StaffNotProved`; `lifetime` is that of the token, if it tells."""
        if not self._shows_second_factor(claims) or lifetime is None or lifetime > self.lifetime:
            raise StaffNotProved

    def _shows_second_factor(self, claims: Mapping[str, Any]) -> bool:
        level, methods = claims.get("acr"), claims.get("amr")
        # RFC 8176 has a list; some providers send a single method as a text.
        named = methods if isinstance(methods, list) else [methods]
        shown = {method for method in named if isinstance(method, str)}
        return bool(self.amr & shown) or (isinstance(level, str) and level in self.acr)
