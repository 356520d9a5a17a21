"""The verification of the audit's chain, part by part, so that each call is short."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from api.http.form_fields import EmptyIs
from api.http.request_context import CurrentContext
from api.http.responses import responses_of_read
from api.http.schemas import Answer, Instant
from api.http.schemas import Query as QueryModel
from api.http.secured_route import area
from storage.audit.verification import FaultKind, verify_part

router = area("/audit", tags=["audit"])
_LAST_SEAL = 2**63 - 1


class VerificationQuery(QueryModel):
    """`after`: the number of the last seal that was verified; `next` of the part before."""

    after: Annotated[int, Field(ge=0, le=_LAST_SEAL), EmptyIs(0)] = 0


class VerifiedSeal(Answer):
    """A seal of the chain; its digest can be compared with one that was noted elsewhere."""

    number: int
    digest: str
    sealed_at: Instant


class VerificationFault(Answer):
    """A difference from what was sealed; `seal` is the number of the seal that shows it."""

    seal: int
    reason: str
    kind: FaultKind


class VerificationPart(Answer):
    """What was verified: `intact` if nothing differs. `next` continues; null after the last seal.

    `unsealed` rows are newer than the last seal, and are counted with the last part; null before it.
    """

    intact: bool
    seals: int
    rows: int
    unsealed: int | None
    last: VerifiedSeal | None
    faults: list[VerificationFault]
    next: int | None


@router.get("/verification", responses=responses_of_read("validation_failed"))
async def verify_chain(context: CurrentContext, query: Annotated[VerificationQuery, Query()]) -> VerificationPart:
    """Recompute the next part of the chain and compare it with its seals."""
    part = await verify_part(context.repositories.database, query.after)
    report, last = part.report, part.report.last
    return VerificationPart(
        intact=report.is_intact,
        seals=report.seals,
        rows=report.rows,
        unsealed=report.unsealed if part.next is None else None,
        last=VerifiedSeal(number=last.number, digest=last.digest.hex(), sealed_at=last.sealed_at) if last else None,
        faults=[VerificationFault(**vars(fault)) for fault in report.faults],
        next=part.next,
    )
