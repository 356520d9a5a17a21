"""Counts by hour and by day, for the operators' charts. They contain no personal data and name no preselection."""

from sqlalchemy import BigInteger, Column, Date, PrimaryKeyConstraint, Table, Text

from storage.postgres.marks import mark_table
from storage.postgres.tables import Instant, Plate, metadata


def _dimensions() -> list[Column[str]]:
    """`detail` divides further: the pattern of free numbers, the state of an SMS; empty otherwise."""
    return [
        Column("office_code", Text, nullable=False),
        Column("prefix", Plate, nullable=False),
        Column("detail", Text, nullable=False),
    ]


figure_hour = Table(
    "figure_hour",
    metadata,
    Column("name", Text, nullable=False),
    Column("begins", Instant, nullable=False),
    *_dimensions(),
    Column("value", BigInteger, nullable=False),
    PrimaryKeyConstraint("name", "begins", "office_code", "prefix", "detail"),
)

figure_day = Table(
    "figure_day",
    metadata,
    Column("name", Text, nullable=False),
    # A day in Shanghai.
    Column("day", Date, nullable=False),
    *_dimensions(),
    Column("value", BigInteger, nullable=False),
    PrimaryKeyConstraint("name", "day", "office_code", "prefix", "detail"),
)

# All before it is counted.
figure_mark = mark_table("figure_mark", Column("counted_until", Instant, nullable=False))
