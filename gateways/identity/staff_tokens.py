"""Additional requirements for tokens of staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.errors import Unauthenticated


class StaffNotProved(Unauthenticated):
    """The token is valid, but not for staff: it has no second factor, or its lifetime is too long."""


@dataclass(frozen=True)
class StaffRules:
    """One of `acr` or one of `amr` shows a second factor; with both empty, no staff token is valid.

    `lifetime` is the longest from `iat` to `exp`.
    """

    acr: frozenset[str] = frozenset()
    amr: frozenset[str] = frozenset({"mfa"})
    lifetime: timedelta = timedelta(hours=1)

    def require(self, claims: Mapping[str, Any], *, lifetime: timedelta | None) -> None:
        """Raises `StaffNotProved`; `lifetime` is the token's, if it is known."""
        if not self._shows_second_factor(claims) or lifetime is None or lifetime > self.lifetime:
            raise StaffNotProved

    def _shows_second_factor(self, claims: Mapping[str, Any]) -> bool:
        level, methods = claims.get("acr"), claims.get("amr")
        # RFC 8176 has a list; some providers send a single method as a string.
        named = methods if isinstance(methods, list) else [methods]
        shown = {method for method in named if isinstance(method, str)}
        return bool(self.amr & shown) or (isinstance(level, str) and level in self.acr)
