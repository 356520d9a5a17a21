"""Response schemas of the operators. The only personal data is the masked holder of a ban."""

from datetime import date
from typing import Any

from api.http.schemas import Answer, Instant
from domain.calendar import DayKind
from domain.withholding import WithholdingKind
from storage.sms.deliveries import DeliveryState


class BanItem(Answer):
    """`released_by` released it early, and `confirmed_by` confirmed that."""

    id: str
    holder: str
    since: Instant
    until: Instant
    preselection_id: str
    released_at: Instant | None
    released_by: str | None
    release_reason: str | None
    confirmed_at: Instant | None
    confirmed_by: str | None


class BanPage(Answer):
    items: list[BanItem]
    next: str | None


class PoolLevels(Answer):
    """`total` are released and not excluded: the sum of the others. `offered` includes candidates."""

    prefix: str
    total: int
    free: int
    offered: int
    reserved: int
    issued: int
    withheld: int
    cooling: int


class ReleasedSegment(Answer):
    """A segment with its exclusions, for operators."""

    prefix: str
    template: str
    excluded: list[str]
    released_at: Instant
    compose_from: Instant


class SegmentAnswer(ReleasedSegment):
    """A segment after its release, or after a confirmation.

    `requested_compose_from` is earlier than the office's policy allows, and holds once a second operator confirms it.
    """

    id: str
    requested_compose_from: Instant | None
    confirmed_by: str | None


class SegmentWithLevels(ReleasedSegment):
    """`numbers` are its numbers without the excluded ones, `free` those of them that nobody has."""

    numbers: int
    free: int


class ReleasedSegmentList(Answer):
    items: list[SegmentWithLevels]


class WithholdingItem(Answer):
    """Numbers withheld together; both withholding and release wait for a second operator's confirmation."""

    id: str
    prefix: str
    numbers: list[str]
    reason: str
    kind: WithholdingKind
    withheld_at: Instant
    withheld_by: str
    confirmed_at: Instant | None
    confirmed_by: str | None
    released_at: Instant | None
    released_by: str | None
    release_reason: str | None
    release_confirmed_at: Instant | None
    release_confirmed_by: str | None


class WithholdingList(Answer):
    items: list[WithholdingItem]


class WithheldAnswer(Answer):
    """`taken` are numbers with a claim; the withholding is null if all have one."""

    withholding: WithholdingItem | None
    taken: list[str]


class CalendarDay(Answer):
    """An entry; without an office it applies to the whole country."""

    day: date
    kind: DayKind
    office_code: str | None


class PostponementAnswer(Answer):
    """The workflow that moves the deadlines; `reservations` had their last day on one of the days when it started.

    While it waits for a second operator (`waits_for_confirmation`), nothing has started, and `id` is to be confirmed.
    """

    id: str
    waits_for_confirmation: bool
    workflow_id: str
    workflow_url: str
    reservations: int


class CalendarAnswer(Answer):
    """`provisional`: the year's official notice has not been entered; `warnings` has a text about it."""

    year: int
    office_code: str | None
    provisional: bool
    warnings: list[str]
    days: list[CalendarDay]
    postponement: PostponementAnswer | None = None


class WorkflowItem(Answer):
    """`workflow_url` is its page in Temporal's UI."""

    preselection_id: str
    workflow_id: str
    workflow_url: str
    office_code: str
    stage: str
    plate: str | None
    visit_by: date | None
    deadline: Instant | None
    created_at: Instant


class WorkflowList(Answer):
    items: list[WorkflowItem]


class TextItem(Answer):
    """An automatic SMS. `handed_over`: the gateway has it; until `give_up_at` it is retried.

    `delivered` and `failed` are the provider's receipt, of `receipt_at`.
    """

    preselection_id: str
    purpose: str
    state: DeliveryState
    attempts: int
    ordered_at: Instant
    tried_at: Instant
    handed_at: Instant | None
    give_up_at: Instant
    failure: str | None
    receipt_at: Instant | None
    workflow_id: str
    workflow_url: str


class TextPage(Answer):
    items: list[TextItem]
    next: str | None


class AuditItem(Answer):
    """An operator by name, a clerk by keyed hash; an applicant only by the preselection."""

    id: int
    at: Instant
    actor_kind: str
    actor: str | None
    action: str
    preselection_id: str | None
    request_id: str | None
    plates: list[str]
    facts: dict[str, Any]


class AuditList(Answer):
    items: list[AuditItem]
