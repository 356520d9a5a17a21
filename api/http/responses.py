"""The refusals in the published document: the possible codes of a call, by status."""

from collections import defaultdict
from typing import Any

from api.http.problems import STATUSES
from api.http.schemas import ProblemDetails

Responses = dict[int | str, dict[str, Any]]

PUBLIC = ("rate_limited", "busy", "unavailable")
SIGNED_IN = ("unauthenticated", "forbidden", "rate_limited", "busy", "unavailable", "outcome_unknown")
WRITES = (
    "idempotency_key_invalid",
    "payload_too_large",
    "unsupported_media_type",
    "request_timeout",
    "validation_failed",
)


def problems(*codes: str) -> Responses:
    """`responses=` of a route that may refuse with these codes."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in dict.fromkeys(codes):
        by_status[STATUSES[code]].append(code)
    return {
        status: {
            "model": ProblemDetails,
            "description": " · ".join(f"`{code}`" for code in named),
        }
        for status, named in sorted(by_status.items())
    }


def responses_of_public(*codes: str) -> Responses:
    """A call that changes nothing and takes no token."""
    return problems(*PUBLIC, *codes)


def responses_of_read(*codes: str) -> Responses:
    """An authenticated call that changes nothing."""
    return problems(*SIGNED_IN, *codes)


def responses_of_write(*codes: str) -> Responses:
    """An authenticated call that may change something."""
    return problems(*SIGNED_IN, *WRITES, *codes)
