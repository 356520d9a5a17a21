"""Every setting is documented, with the default that it has, and nothing else is."""

import re
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from config.settings import POLICY_PREFIX, PREFIX, Settings
from domain.policy import Policy
from tests.rules.source_files import ROOT

ROW = re.compile(r"^\| `(?P<name>[^`]+)` \| (?P<default>[^|]+) \| (?P<meaning>[^|]+) \|$", re.MULTILINE)


def documented_defaults(heading: str, text: str | None = None) -> dict[str, str]:
    """Name and default in each row of the table under a heading; a name that stands there twice is an error."""
    text = text or (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [(row["name"], row["default"].strip("` ")) for row in ROW.finditer(section)]
    assert len(rows) == len(dict(rows)), "a setting stands twice in the table"
    return dict(rows)


def default_of(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.get_default()
    if default is None:
        return "none"
    return str(default).lower() if isinstance(default, bool) else str(default)


def test_every_variable_is_documented_with_its_default() -> None:
    expected = {
        f"{PREFIX}{name.upper()}": default_of(field)
        for name, field in Settings.model_fields.items()
        if name != "policy"
    }
    assert documented_defaults("Processes") == expected | {f"{POLICY_PREFIX}<NAME>": "the table below"}


def test_every_setting_of_the_policy_is_documented_with_its_default() -> None:
    expected = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in plain_policy()}
    assert durations_as_written(documented_defaults("Policy")) == durations_as_written(expected)


def plain_policy() -> list[tuple[str, str | int | bool]]:
    return list(Policy().to_dict().items())


def durations_as_written(settings: dict[str, str]) -> dict[str, str]:
    """PT180S and PT3M are the same duration: compare what they mean."""
    policy = Policy().with_overrides(settings).to_dict()
    assert policy.keys() == settings.keys(), policy.keys() ^ settings.keys()
    return {name: str(value) for name, value in policy.items()}


@pytest.mark.parametrize(
    "text",
    [
        "\n## Policy\n\n| `draws` | `5` | Draws |\n",
        "\n## Policy\n\n| `draws` | `6` | Draws |\n| `composed` | `20` | Numbers |\n",
        "\n## Policy\n\n| `draws` | `5` | Draws |\n| `composed` | `20` | Numbers |\n| `other` | `1` | Unknown |\n",
    ],
)
def test_a_missing_an_unknown_or_a_wrong_row_is_caught(text: str) -> None:
    assert documented_defaults("Policy", text) != {"draws": "5", "composed": "20"}


def test_a_row_that_stands_twice_is_caught() -> None:
    row = "| `draws` | `5` | Draws |\n"
    with pytest.raises(AssertionError, match="twice"):
        documented_defaults("Policy", f"\n## Policy\n\n{row}{row}")


def test_the_page_of_the_settings_is_there() -> None:
    assert Path(ROOT / "docs" / "configuration.md").is_file()
