"""The tables of the calendar: days off and days worked, and the years whose official notice has been entered."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Integer, Table, Text, UniqueConstraint

from storage.postgres.tables import metadata, one_of

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
