"""Every table, for code that creates or compares the whole schema: importing this module loads them all."""

from storage.appeals import tables as appeal_tables
from storage.audit import tables as audit_tables
from storage.crypto import tables as key_tables
from storage.fairness import tables as fairness_tables
from storage.offices import tables as office_tables
from storage.pool import tables as pool_tables
from storage.postgres import tables
from storage.preselections import tables as preselection_tables
from storage.rollups import tables as rollup_tables
from storage.sessions import tables as session_tables
from storage.sms import tables as sms_tables
from storage.staff import tables as staff_tables
from storage.waiting_room import tables as waiting_room_tables

metadata = tables.metadata

__all__ = [
    "appeal_tables",
    "audit_tables",
    "fairness_tables",
    "key_tables",
    "metadata",
    "office_tables",
    "pool_tables",
    "preselection_tables",
    "rollup_tables",
    "session_tables",
    "sms_tables",
    "staff_tables",
    "waiting_room_tables",
]
