"""The tables of the calendar (days off, days worked, years with an official notice), and of policies with a start."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from storage.postgres.tables import Instant, metadata, one_of

calendar_day = Table(
    "calendar_day",
    metadata,
    Column("id", Integer, primary_key=True),
    # Without an office the day applies to the whole country.
    Column("office_code", Text, ForeignKey("office.code")),
    Column("day", Date, nullable=False),
    Column("kind", Text, nullable=False),
    CheckConstraint(one_of("kind", ("holiday", "working")), name="kind"),
    UniqueConstraint("office_code", "day", postgresql_nulls_not_distinct=True),
)

calendar_year = Table(
    "calendar_year",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    # False until the year's official holiday notice has been entered.
    Column("official", Boolean, nullable=False),
)

# Overrides that an operator requested for an office. They have no effect until a second operator has confirmed them.
office_policy = Table(
    "office_policy",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("office_code", Text, ForeignKey("office.code"), nullable=False),
    # None until the confirmation, if the request named no instant.
    Column("effective_from", Instant),
    # name → value; null removes the office's override.
    Column("overrides", JSONB, nullable=False),
    Column("reason", Text, nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("confirmed_at", Instant),
    Column("confirmed_by", Text),
    CheckConstraint("confirmed_by <> requested_by", name="confirmed_by_another"),
    CheckConstraint("confirmed_at IS NULL OR effective_from IS NOT NULL", name="confirmed_has_a_start"),
    Index("ix_office_policy_office_code", "office_code", "effective_from"),
)
