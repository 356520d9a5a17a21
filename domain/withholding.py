"""Why numbers are withheld from the pool, as the public may know: a short list, in which nobody can be named."""

from typing import Literal, get_args

WithholdingKind = Literal["special_vehicles", "under_investigation", "technical", "reserved_by_law", "other"]
"""For vehicles of special use, while something is investigated, for a technical reason, reserved by law, or another."""

WITHHOLDING_KINDS: tuple[WithholdingKind, ...] = get_args(WithholdingKind)
