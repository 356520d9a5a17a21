"""The authorisation table: who may make which call, and which record a call is about. Deny by default.

The key is the name of the route. A route without an entry is refused for everybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from api.auth.callers import Caller, Role

LARGEST_BODY = 64 * 1024
LARGEST_APPEAL = 2_000_000 * 4 // 3 + LARGEST_BODY
"""Bytes of a body: an appeal has an attachment of at most 2,000,000 bytes in base64."""

SEPARATE = frozenset({Role.AUDITOR, Role.APPLICANT})
"""Roles that go with no staff role on one token: nobody audits their own acts, or decides their own applications."""


class Record(Enum):
    """The record in a path; a caller without access gets `not_found`."""

    NONE = auto()
    OFFICE = auto()
    OWN_PRESELECTION = auto()
    OWN_KEYBOARD = auto()
    """The same, and the call is counted."""
    DESK_RESERVATION = auto()
    """One of the clerk's own office."""
    BAN = auto()
    WITHHOLDING = auto()
    APPEAL = auto()


@dataclass(frozen=True)
class Rule:
    """One of `roles` is needed, unless the route is public.

    A public route that `takes_token` needs none and refuses a bad one.
    """

    roles: frozenset[Role]
    record: Record = Record.NONE
    is_public: bool = False
    takes_token: bool = False
    largest_body: int = LARGEST_BODY
    is_queued: bool = True
    """Whether a call waits for a place while the process is busy."""
    is_delayed: bool = True
    """Whether a call waits where its address has made too many."""

    def admits(self, caller: Caller | None) -> bool:
        """Whether the caller has the role; no auditor or applicant with another role on the same token has any."""
        if self.is_public:
            return True
        roles = caller.claims.roles if caller else frozenset()
        return bool(self.roles & roles) and not (len(roles) > 1 and roles & SEPARATE)


PUBLIC = Rule(frozenset(), is_public=True)
PUBLIC_OFFICES = Rule(frozenset(), is_public=True, takes_token=True)
PRACTICE = Rule(frozenset(), is_public=True, takes_token=True)
PUBLIC_OFFICE = Rule(frozenset(), Record.OFFICE, is_public=True, takes_token=True)
HEALTH = Rule(frozenset(), is_public=True, is_queued=False, is_delayed=False)
GATEWAY = Rule(frozenset(), is_public=True, is_delayed=False)
"""A gateway has one address for everybody's messages, and signs each of them."""
APPLICANT = Rule(frozenset({Role.APPLICANT}))
WAITING = Rule(frozenset({Role.APPLICANT}), Record.OFFICE)
OWNER = Rule(frozenset({Role.APPLICANT}), Record.OWN_PRESELECTION)
CLERK = Rule(frozenset({Role.CLERK}))
DESK = Rule(frozenset({Role.CLERK}), Record.DESK_RESERVATION)
OPERATOR = Rule(frozenset({Role.OPERATOR}))
AUDITOR = Rule(frozenset({Role.AUDITOR}))
BAN = Rule(frozenset({Role.OPERATOR}), Record.BAN)
APPEAL = Rule(frozenset({Role.OPERATOR}), Record.APPEAL)
WITHHOLDING = Rule(frozenset({Role.OPERATOR}), Record.WITHHOLDING)

RULES: Mapping[str, Rule] = {
    "list_offices": PUBLIC_OFFICES,
    "read_notice": PUBLIC_OFFICE,
    "list_segments": PUBLIC_OFFICE,
    "enter": APPLICANT,
    "send_verification_code": APPLICANT,
    "create_preselection": APPLICANT,
    "list_preselections": APPLICANT,
    "read_preselection": OWNER,
    "start": OWNER,
    "send_identity_code": OWNER,
    "confirm_identity": OWNER,
    "read_keyboard": Rule(frozenset({Role.APPLICANT}), Record.OWN_KEYBOARD),
    "list_suggestions": OWNER,
    "compose": OWNER,
    "draw": OWNER,
    "put_aside": OWNER,
    "confirm": OWNER,
    "cancel": OWNER,
    "stream_events": OWNER,
    "read_voucher": OWNER,
    "read_calendar_file": OWNER,
    "list_things_to_bring": OWNER,
    "list_reservations": CLERK,
    "list_rejection_reasons": CLERK,
    "read_desk_counters": CLERK,
    "inspect_voucher": CLERK,
    "confirm_reservation": DESK,
    "reject_reservation": DESK,
    "file_appeal": Rule(frozenset({Role.APPLICANT}), Record.OWN_PRESELECTION, largest_body=LARGEST_APPEAL),
    "list_appeals": OPERATOR,
    "read_attachment": APPEAL,
    "decide": APPEAL,
    "confirm_appeal": APPEAL,
    "list_bans": OPERATOR,
    "release_ban": BAN,
    "confirm_ban_release": BAN,
    "read_pool": OPERATOR,
    "list_prefix_segments": OPERATOR,
    "release_segment": OPERATOR,
    "confirm_segment": OPERATOR,
    "exclude_numbers": OPERATOR,
    "list_withholdings": OPERATOR,
    "withhold_numbers": OPERATOR,
    "release_withheld": WITHHOLDING,
    "confirm_withheld": WITHHOLDING,
    "list_operated_offices": OPERATOR,
    "put_office": OPERATOR,
    "read_policy": OPERATOR,
    "request_policy": OPERATOR,
    "confirm_policy": OPERATOR,
    "publish_notice": OPERATOR,
    "open_waiting_room": OPERATOR,
    "close_waiting_room": OPERATOR,
    "read_calendar": OPERATOR,
    "enter_days": OPERATOR,
    "seed_calendar_year": OPERATOR,
    "extend_deadlines": OPERATOR,
    "confirm_extension": OPERATOR,
    "find_workflows": OPERATOR,
    "search_workflows": OPERATOR,
    "list_audit": OPERATOR,
    "audit_withholdings": AUDITOR,
    "audit_ban_releases": AUDITOR,
    "audit_unconfirmed": AUDITOR,
    "audit_desk": AUDITOR,
    "audit_desk_acts": AUDITOR,
    "audit_segments": AUDITOR,
    "audit_appeals": AUDITOR,
    "audit_calendar": AUDITOR,
    "audit_deadlines": AUDITOR,
    "audit_policies": AUDITOR,
    "audit_looks": AUDITOR,
    "audit_look_figures": AUDITOR,
    "audit_temporal": AUDITOR,
    "list_texts": OPERATOR,
    "list_unconfirmed": OPERATOR,
    "search_bans": OPERATOR,
    "send_text_again": OPERATOR,
    "preview_segment": OPERATOR,
    "preview_extension": OPERATOR,
    "read_figures": OPERATOR,
    "verify_chain": AUDITOR,
    "list_draws": OWNER,
    "read_queue": PUBLIC_OFFICE,
    "join_queue": WAITING,
    "stream_queue": WAITING,
    "list_fairness_days": PUBLIC,
    "read_fairness_day": PUBLIC,
    "read_fairness_figures": PUBLIC,
    "read_fairness_file": PUBLIC,
    "begin_practice": PRACTICE,
    "practise": PRACTICE,
    "read_practice_keyboard": PRACTICE,
    "decode_payloads": OPERATOR,
    "encode_payloads": OPERATOR,
    "take_sms_receipts": GATEWAY,
    "read_health": HEALTH,
    "read_readiness": HEALTH,
}
