"""The table of the audit's actions: every name that a row of the audit can have.

The staff pages have a name for each in three languages; a test compares them.
"""

from typing import Literal

AuditAction = Literal[
    # Acts on a preselection: `domain.acts`, the timers, and a batch that its caller has not seen.
    "begin",
    "enter",
    "start",
    "send_identity_code",
    "confirm_identity",
    "draw",
    "restart_batch",
    "put_aside",
    "confirm",
    "compose",
    "withdraw",
    "register",
    "reject",
    "release_holds",
    "extend_validity",
    "settle",
    # The pool.
    "release_segment",
    "exclude_numbers",
    "request_compose_early",
    "confirm_compose_early",
    "withhold_numbers",
    "confirm_withholding",
    "release_withheld",
    "confirm_withheld_release",
    "open_waiting_room",
    "close_waiting_room",
    # Bans and appeals.
    "bar",
    "extend_ban",
    "release_ban",
    "release_ban_early",
    "confirm_ban_release",
    "file_appeal",
    "decide_appeal",
    "confirm_appeal",
    "appeal_late",
    # Offices, calendar and deadlines.
    "add_office",
    "change_office",
    "request_policy",
    "confirm_policy",
    "publish_notice",
    "enter_days",
    "declare_year",
    "request_extend_deadlines",
    "confirm_extend_deadlines",
    "extend_deadlines",
    # SMS, people's data and looks at it.
    "resend_sms",
    "export_person",
    "delete_person",
    "inspect_voucher",
    "look_reservations",
    "look_workflows",
    "look_blacklist",
    "look_appeals",
    "look_sms",
    "looks_above_limit",
    # Keys, and the audit of a new database cluster.
    "make_key",
    "use_key",
    "make_anew",
    "retire_key",
    "continue_audit",
]
