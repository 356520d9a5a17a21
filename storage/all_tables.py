"""Every table, for whoever makes or compares the whole schema: importing this module loads them all."""

from storage import audit_tables, calendar_tables, key_tables, operation_tables, tables, text_tables

metadata = tables.metadata

__all__ = ["audit_tables", "calendar_tables", "key_tables", "metadata", "operation_tables", "text_tables"]
