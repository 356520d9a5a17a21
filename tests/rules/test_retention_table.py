"""docs/retention.md names every table once, with the time for which the code keeps its rows."""

import re

from config.settings import Settings
from gateways.identity.logout_tokens import VALID_FOR
from storage.all_tables import metadata
from storage.fairness.archive import LOG_KEPT
from storage.retention.ended_offers import OFFERS_KEPT
from storage.retention.expired_rows import _KEPT, _OVER
from storage.rollups.writer import HOURS_KEPT
from tests.rules.source_files import ROOT

ROW = re.compile(r"^\| (`\w+`(?:, `\w+`)*) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def rows() -> list[tuple[str, str]]:
    """Each table, and the words of its row."""
    page = (ROOT / "docs" / "retention.md").read_text("utf-8")
    return [(table, f"{kept} {then}") for names, kept, then in ROW.findall(page) for table in re.findall(r"\w+", names)]


def test_every_table_has_one_row() -> None:
    assert sorted(table for table, _ in rows()) == sorted(metadata.tables)


def test_the_times_are_those_of_the_code() -> None:
    said = dict(rows())
    for name, kept in _KEPT.items():
        hours = round(kept.total_seconds() / 3600)
        number, unit = (hours // 24, "day") if hours % 24 == 0 else (hours, "hour")
        assert f"{number} {unit}{'s' if number > 1 else ''}" in said[_OVER[name][0]], name
    assert _KEPT["lasting_claims"] == OFFERS_KEPT
    assert f"{LOG_KEPT.days} days after its day" in said["pool_log"]
    assert f"{HOURS_KEPT.days} days" in said["figure_hour"]
    assert f"{2 * VALID_FOR.seconds // 60} minutes" in said["logout_token"]
    assert Settings.model_fields["oidc_token_lifetime"].default == "P1D"
    assert "(a day)" in said["ended_session"]
