"""The persons behind the accounts of staff."""

from sqlalchemy import Column, LargeBinary, PrimaryKeyConstraint, Table, Text

from storage.postgres.tables import Instant, metadata

staff_person = Table(
    "staff_person",
    metadata,
    # The token's `sub`, as tables and audit name an operator.
    Column("subject", Text, nullable=False),
    # Always of the first key, so that two accounts of one person are found after any key rotation.
    Column("person_hash", LargeBinary, nullable=False),
    Column("seen_at", Instant, nullable=False),
    PrimaryKeyConstraint("subject", "person_hash"),
)
