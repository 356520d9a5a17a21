"""The view of a preselection, from its row and the rules of the domain."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from api.offices.schemas import OfficeBrief, OfficeCoordinates
from api.preselections.schemas import (
    BatchView,
    CandidatesView,
    Composed,
    Draws,
    Identity,
    PreselectionView,
    Terms,
    TriedNumber,
    VehicleMasked,
)
from documents.voucher_facts import USUAL_HOURS
from domain.masking import mask_certificate_number, mask_mobile, mask_vin
from domain.preselection.record import from_record
from domain.preselection.state import Preselection
from domain.preselection.values import Batch, Stage
from locales.languages import Language
from storage.offices.offices import Office
from storage.preselections.rows import PreselectionRow

_KEEPS_PLATE = (Stage.COMPLETED, Stage.REGISTERED)


def state_of(row: PreselectionRow, at: datetime) -> Preselection:
    """The state at this instant, whether or not a timer has written it yet."""
    return from_record(row.state, row.rules).settle(at)


def unchanged_until(row: PreselectionRow, now: datetime) -> datetime:
    """The instant whose view shows what the row's decision led to: now, unless time alone has changed it since."""
    return now if state_of(row, now) == from_record(row.state, row.rules) else row.changed_at


def view_of(row: PreselectionRow, office: Office, at: datetime, language: Language) -> PreselectionView:
    """The owner's view, without anything that has expired at `at`; the office's name in this language if it has one."""
    state = state_of(row, at)
    return PreselectionView(
        id=str(row.id),
        stage=state.stage,
        now=at,
        office=_office(office, language),
        vehicle=VehicleMasked(
            vin=mask_vin(row.vin),
            certificate_number=mask_certificate_number(row.certificate_number),
            seller_name=row.seller_name_masked,
        ),
        phone=mask_mobile(row.phone),
        **parts_of(state, at),
    )


def parts_of(state: Preselection, at: datetime) -> Mapping[str, Any]:
    """What the view shows of the settled state alone."""
    terms = Terms(
        validity=str(state.policy.validity),
        validity_working_days=state.policy.validity_working_days,
        ban=str(state.policy.blacklist),
    )
    return {"terms": terms, **_chances(state), **_selection(state, at), **_reservation(state)}


def _office(office: Office, language: Language) -> OfficeBrief:
    return OfficeBrief(
        code=office.code,
        name=office.name_in(language),
        address=office.address,
        prefixes=list(office.prefixes),
        # The page must show the same as the voucher.
        hours=office.hours or USUAL_HOURS,
        telephone=office.telephone,
        coordinates=OfficeCoordinates.of(office.coordinates),
    )


def _chances(state: Preselection) -> Mapping[str, Any]:
    selecting = state.stage is Stage.PLATE_SELECTION and state.composed_remaining > 0
    return {
        "composed": Composed(
            remaining=state.composed_remaining,
            max_per_submission=state.policy.composed_per_submission,
            confirm_enabled_at=state.compose_from if selecting else None,
        ),
        "draws": Draws(remaining=state.draws_remaining, batch_size=state.policy.batch_size, total=state.policy.draws),
    }


def _selection(state: Preselection, at: datetime) -> Mapping[str, Any]:
    batch = state.batch if state.batch and state.batch.is_live(at) else None
    column = state.candidates if state.candidates and state.candidates.is_live(at) else None
    code = state.identity if state.stage is Stage.IDENTITY_VERIFICATION else None
    return {
        "session_until": state.session_until if state.stage is Stage.PLATE_SELECTION else None,
        "identity": code
        and Identity(
            code_sent=True,
            confirm_enabled_at=code.confirm_enabled_at,
            resend_at=code.resend_at,
            expires_at=code.expires_at,
        ),
        "batch": batch and _batch(batch),
        "candidates": column and CandidatesView(numbers=list(column.numbers), expires_at=column.expires_at),
        "last_submission": state.last_submission
        and [TriedNumber(number=tried.number, outcome=tried.outcome) for tried in state.last_submission],
    }


def _batch(batch: Batch) -> BatchView:
    proof = asdict(batch.proof) if batch.proof else {}
    return BatchView(id=batch.id, numbers=list(batch.numbers), expires_at=batch.expires_at, **proof)


def _reservation(state: Preselection) -> Mapping[str, Any]:
    """After an overdue or cancelled reservation there is no plate, and after registration there is no deadline."""
    reservation = state.reservation if state.stage in _KEEPS_PLATE else None
    return {
        "plate": reservation and reservation.plate,
        "visit_by": reservation and reservation.visit_by,
        "deadline": reservation.deadline if reservation and state.stage is Stage.COMPLETED else None,
        # Stored apart from the row: `with_ending` adds them.
        "rejection": None,
        "success_sms": None,
        "ban": None,
        "appeal": None,
        "cancellation_allowed": state.policy.cancellation and state.stage is Stage.COMPLETED,
    }
