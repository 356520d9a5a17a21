"""The tree of refusals: every named error of the service.

    Refusal
    ├── WrongStage · TooEarly · NoDrawsLeft · NoComposedLeft · TooManyNumbers · NumbersUnavailable
    ├── BatchExpired · NotInBatch · CandidateExpired · NotACandidate
    ├── NumberMalformed · NumberDuplicated
    ├── VinInvalid · CertificateNumberInvalid · IdNumberInvalid · ValidationFailed
    ├── NoticeOutdated · InformationMismatch · VehicleNotEligible · VehicleInUse · VehicleExhausted
    ├── Blacklisted · AppealOpen · CancellationNotAllowed · VoucherInvalid
    ├── AlreadyReleased · NothingToConfirm · SecondOperatorNeeded · PrefixInUse
    ├── CodeNotSent · CodeIncorrect · CodeExpired · CodeAttemptsExceeded
    ├── Unauthenticated · Forbidden · OwnAffair · NotFound · IdempotencyKeyInvalid
    └── checked again when repeated: TooEarly · RateLimited · CodeAttemptsExceeded · Busy · Unavailable ·
        OutcomeUnknown

The base class is in `domain.refusal`, those of operators are in `domain.operator_errors`. `code` is the stable code of
`api.md`; the attributes are its facts. The API maps codes to statuses.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.instants import parse_instant
from domain.operator_errors import AlreadyReleased as AlreadyReleased
from domain.operator_errors import NothingToConfirm as NothingToConfirm
from domain.operator_errors import PrefixInUse as PrefixInUse
from domain.operator_errors import SecondOperatorNeeded as SecondOperatorNeeded
from domain.refusal import Refusal as Refusal


@dataclass(eq=False)
class WrongStage(Refusal):
    """The preselection is at a stage without this act."""

    stage: str
    code = "wrong_stage"


@dataclass(eq=False)
class TooEarly(Refusal):
    """A countdown has not ended yet (R-17, R-24)."""

    retry_at: datetime
    code = "too_early"
    is_retryable = True


@dataclass(eq=False)
class NoDrawsLeft(Refusal):
    code = "no_draws_left"


@dataclass(eq=False)
class NoComposedLeft(Refusal):
    code = "no_composed_left"


@dataclass(eq=False)
class TooManyNumbers(Refusal):
    """More numbers than can be entered at once, or than chances are left (R-22)."""

    max: int
    code = "too_many_numbers"


@dataclass(eq=False)
class NumbersUnavailable(Refusal):
    """No number is free to be drawn; the draw is not charged."""

    code = "numbers_unavailable"


@dataclass(eq=False)
class BatchExpired(Refusal):
    """The number was in the last batch, whose countdown is over (R-35)."""

    code = "batch_expired"


@dataclass(eq=False)
class NotInBatch(Refusal):
    code = "not_in_batch"


@dataclass(eq=False)
class CandidateExpired(Refusal):
    """The number was a candidate, and the candidates' countdown is over (R-38)."""

    code = "candidate_expired"


@dataclass(eq=False)
class NotACandidate(Refusal):
    code = "not_a_candidate"


@dataclass(eq=False)
class NumberMalformed(Refusal):
    """Not a GA 36-2018 number of an ordinary small car, or a number with a prefix of another office."""

    numbers: list[str]
    code = "number_malformed"

    @classmethod
    def of(cls, texts: list[str]) -> "NumberMalformed":
        """The refusal of typed texts, of which it repeats the first sixteen characters each."""
        return cls([text[:16] for text in texts])


@dataclass(eq=False)
class NumberDuplicated(Refusal):
    code = "number_duplicated"


@dataclass(eq=False)
class ValidationFailed(Refusal):
    """Fields are missing, unknown or malformed; `errors` never repeats what was sent."""

    errors: list[dict[str, str]]
    code = "validation_failed"


@dataclass(eq=False)
class VinInvalid(Refusal):
    code = "vin_invalid"


@dataclass(eq=False)
class CertificateNumberInvalid(Refusal):
    code = "certificate_number_invalid"


@dataclass(eq=False)
class IdNumberInvalid(Refusal):
    code = "id_number_invalid"


@dataclass(eq=False)
class NoticeOutdated(Refusal):
    """Another version of the 业务须知 is in force (R-04)."""

    version: str
    code = "notice_outdated"


@dataclass(eq=False)
class InformationMismatch(Refusal):
    """The facts do not all match; the response never says which."""

    code = "information_mismatch"
    is_costly = True


@dataclass(eq=False)
class VehicleNotEligible(Refusal):
    """All facts match, but this car can't be transferred with a preselected number (R-12)."""

    reasons: list[str]
    code = "vehicle_not_eligible"
    is_costly = True


@dataclass(eq=False)
class VehicleInUse(Refusal):
    code = "vehicle_in_use"
    is_costly = True


@dataclass(eq=False)
class VehicleExhausted(Refusal):
    """Both counts of this transfer are used up for good (R-30, R-45)."""

    code = "vehicle_exhausted"
    is_costly = True


@dataclass(eq=False)
class Blacklisted(Refusal):
    """The acting party missed a deadline (R-41)."""

    until: datetime
    code = "blacklisted"


@dataclass(eq=False)
class AppealOpen(Refusal):
    """The ban has an appeal that nobody has answered yet."""

    code = "appeal_open"


@dataclass(eq=False)
class CancellationNotAllowed(Refusal):
    code = "cancellation_not_allowed"


@dataclass(eq=False)
class VoucherInvalid(Refusal):
    code = "voucher_invalid"


@dataclass(eq=False)
class CodeNotSent(Refusal):
    code = "code_not_sent"


@dataclass(eq=False)
class CodeIncorrect(Refusal):
    attempts_left: int
    code = "code_incorrect"
    is_costly = True


@dataclass(eq=False)
class CodeExpired(Refusal):
    code = "code_expired"


@dataclass(eq=False)
class CodeAttemptsExceeded(Refusal):
    code = "code_attempts_exceeded"
    is_retryable = True


@dataclass(eq=False)
class Unauthenticated(Refusal):
    code = "unauthenticated"
    is_retryable = True


@dataclass(eq=False)
class Forbidden(Refusal):
    code = "forbidden"


@dataclass(eq=False)
class OwnAffair(Refusal):
    code = "own_affair"


@dataclass(eq=False)
class NotFound(Refusal):
    code = "not_found"


@dataclass(eq=False)
class OtherOffices(NotFound):
    """A genuine voucher of another office; who presents it knows that it exists."""

    office_code: str
    office: str


@dataclass(eq=False)
class IdempotencyKeyInvalid(Refusal):
    code = "idempotency_key_invalid"


@dataclass(eq=False)
class RateLimited(Refusal):
    retry_at: datetime
    code = "rate_limited"
    is_retryable = True


@dataclass(eq=False)
class Busy(Refusal):
    """The process has more work than it can do in time. Nothing has happened; the same key may be repeated."""

    retry_at: datetime
    code = "busy"
    is_retryable = True


@dataclass(eq=False)
class Unavailable(Refusal):
    """Nothing was done. `parts` names what does not respond: database, redis, temporal, sms, registry, or the api."""

    parts: dict[str, str]
    code = "unavailable"
    is_retryable = True


@dataclass(eq=False)
class OutcomeUnknown(Refusal):
    """No result in time: the act may still happen. Repeating the request with its key returns the result."""

    code = "outcome_unknown"
    is_retryable = True


REFUSALS: dict[str, type[Refusal]] = {kind.code: kind for kind in Refusal.__subclasses__()}
_INSTANTS = {"retry_at", "until"}


def refusal_from(code: str, facts: dict[str, Any]) -> Refusal:
    """Rebuild the refusal from its `facts()` after a JSON round trip; raises KeyError for an unknown code."""
    kind = REFUSALS[code]
    return kind(**{name: parse_instant(value) if name in _INSTANTS else value for name, value in facts.items()})
