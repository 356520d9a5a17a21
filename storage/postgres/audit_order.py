"""Keeps the audit's rows in order after a dump was loaded into a new cluster.

Rows are ordered by the number of their transaction, which a new cluster counts from the beginning. So a base is added
to it, which a dump carries along. Only the owner of the tables can change it, and the change is a row of the audit.
"""

from sqlalchemy import Connection, text

_NUMBERS = text("""
    SELECT greatest((SELECT max(to_xact) FROM audit_seal), (SELECT max(xact) + 1 FROM audit)),
        CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint),
        CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint),
        audit_xact_base()
""")
_RECORD = text("""
    INSERT INTO audit (at, actor_kind, action, plates, facts)
    VALUES (now(), 'system', 'continue_audit', '{}', jsonb_build_object('base', CAST(:base AS bigint)))
""")


def continue_order(connection: Connection) -> bool:
    """Raise the base if new rows would be ordered before old ones; returns whether that was needed."""
    least, oldest_running, coming, base = connection.execute(_NUMBERS).one()
    if least is None or coming + base >= least:
        return False
    raised = int(least) - int(oldest_running)
    connection.execute(
        text(
            "CREATE OR REPLACE FUNCTION audit_xact_base() RETURNS bigint LANGUAGE sql STABLE "
            f"AS 'SELECT CAST({raised} AS bigint)'"
        )
    )
    connection.execute(_RECORD, {"base": raised})
    return True
