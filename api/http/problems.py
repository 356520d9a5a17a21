"""Refusals as RFC 9457 responses: one table of statuses, texts from the catalogues."""

import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.responses import Response

from domain.dependencies import DependencyBusy, DependencyUnavailable
from domain.errors import OutcomeUnknown, Refusal, Unauthenticated, Unavailable
from gateways.identity.staff_tokens import StaffNotProved
from locales.languages import Language
from locales.problem_text import field_message, problem_detail, problem_title
from storage.crypto.vault import Unreadable

STATUSES = {
    "idempotency_key_invalid": 400,
    "bad_request": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "blacklisted": 403,
    "own_affair": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "request_timeout": 408,
    "wrong_stage": 409,
    "too_early": 409,
    "no_draws_left": 409,
    "no_composed_left": 409,
    "too_many_numbers": 409,
    "batch_expired": 409,
    "not_in_batch": 409,
    "candidate_expired": 409,
    "not_a_candidate": 409,
    "numbers_unavailable": 409,
    "session_held": 409,
    "vehicle_in_use": 409,
    "vehicle_exhausted": 409,
    "notice_outdated": 409,
    "vehicle_not_eligible": 409,
    "cancellation_not_allowed": 409,
    "code_not_sent": 409,
    "already_released": 409,
    "appeal_open": 409,
    "nothing_to_confirm": 409,
    "second_operator_needed": 409,
    "prefix_in_use": 409,
    "not_yet": 409,
    "queue_closed": 409,
    "payload_too_large": 413,
    "unsupported_media_type": 415,
    "validation_failed": 422,
    "vin_invalid": 422,
    "certificate_number_invalid": 422,
    "id_number_invalid": 422,
    "number_malformed": 422,
    "number_duplicated": 422,
    "information_mismatch": 422,
    "code_incorrect": 422,
    "code_expired": 422,
    "voucher_invalid": 422,
    "state_invalid": 422,
    "rate_limited": 429,
    "code_attempts_exceeded": 429,
    "internal_error": 500,
    "busy": 503,
    "unavailable": 503,
    "outcome_unknown": 504,
}
FAILURES = (Refusal, DependencyUnavailable, TimeoutError, Unreadable)
"""The errors that the API converts into a problem; any other is a defect in our code."""

MEDIA_TYPE = "application/problem+json"
DOWN = "down"
UNREADABLE = "unreadable"
"""The keys are not those with which a value was encrypted: their file was lost or is an old one."""

# The challenge of RFC 9470: the sign-in was not strong enough, so another one may help.
_STEP_UP = 'Bearer error="insufficient_user_authentication"'


def refusal_response(refusal: Refusal, language: Language, now: datetime) -> Response:
    """The response of a refusal; where waiting helps, with the seconds from `now`."""
    headers = {}
    if retry_at := getattr(refusal, "retry_at", None):
        headers["Retry-After"] = retry_after(retry_at, now)
    if isinstance(refusal, Unauthenticated):
        headers["WWW-Authenticate"] = _STEP_UP if isinstance(refusal, StaffNotProved) else "Bearer"
    return problem(refusal.code, language, facts=refusal.facts(), headers=headers)


def retry_after(retry_at: datetime, now: datetime) -> str:
    """Whole seconds until an instant, at least one."""
    return str(max(1, math.ceil((retry_at - now).total_seconds())))


def problem(
    code: str, language: Language, *, facts: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """A problem in the caller's language."""
    facts = dict(facts or {})
    if "errors" in facts:
        facts["errors"] = [error | {"message": field_message(error["message"], language)} for error in facts["errors"]]
    status = STATUSES[code]
    content = {
        "type": f"urn:xuanhao:problem:{code}",
        "title": problem_title(code, language),
        "status": status,
        "detail": problem_detail(code, facts, language),
        "code": code,
    } | facts
    given = {"Content-Language": language.value, "Vary": "Accept-Language"} | dict(headers or {})
    return Response(json.dumps(content, ensure_ascii=False), status, given, MEDIA_TYPE)


def refusal_of(failure: Exception) -> Refusal | None:
    """The refusal for a failed dependency; None for a defect in our code."""
    match failure:
        case Refusal():
            return failure
        case DependencyBusy():
            return OutcomeUnknown()
        case DependencyUnavailable():
            return Unavailable({failure.part: DOWN})
        case TimeoutError():
            return OutcomeUnknown()
        case Unreadable():
            return Unavailable({"keys": UNREADABLE})
        case _:
            return None
