"""The tables of the audit. The application can add rows, and can neither change nor remove one."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from storage.postgres.tables import Instant, metadata, one_of

ACTOR_KINDS = ("applicant", "clerk", "operator", "timer", "system", "temporal", "auditor")

audit = Table(
    "audit",
    metadata,
    # The transaction that wrote the row, counted on from earlier clusters. The application may set neither it nor the
    # number: they fix the order of rows.
    Column(
        "xact",
        BigInteger,
        nullable=False,
        server_default=text("CAST(CAST(pg_current_xact_id() AS text) AS bigint) + audit_xact_base()"),
    ),
    Column("id", BigInteger, Identity(always=True), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor_kind", Text, nullable=False),
    # An operator's name or a clerk's keyed hash; an applicant is known by the preselection alone. Of kind `temporal`
    # the act came through Temporal itself, and the name is what its sender claimed.
    Column("actor", Text),
    Column("action", Text, nullable=False),
    Column("preselection_id", Uuid),
    Column("request_id", Uuid),
    Column("plates", ARRAY(Text), nullable=False),
    Column("facts", JSONB, nullable=False),
    # The preselection's office, where a decision wrote the row, so that counts need not look for it. No seal covers it.
    Column("office_code", Text),
    # The last column is that of the months (`storage.audit.months`), and must be in the key.
    PrimaryKeyConstraint("xact", "id", "at"),
    CheckConstraint(one_of("actor_kind", ACTOR_KINDS), name="actor_kind"),
    Index("ix_audit_at", "at", postgresql_using="brin"),
    Index("ix_audit_actor", "actor", "at", postgresql_where=text("actor IS NOT NULL")),
    Index("ix_audit_temporal", "at", "id", postgresql_where=text("actor_kind = 'temporal'")),
    # The desk's counters read the confirmations and rejections of a day.
    Index("ix_audit_desk", "at", postgresql_where=text("action IN ('register', 'reject')")),
    Index("ix_audit_inspected", "preselection_id", "at", postgresql_where=text("action = 'inspect_voucher'")),
    postgresql_partition_by="RANGE (at)",
)

audit_seal = Table(
    "audit_seal",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("sealed_at", Instant, nullable=False),
    # The seal covers every row that a transaction from the first to before the last of these has written.
    Column("from_xact", BigInteger, nullable=False),
    Column("to_xact", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)
