"""The release that processes report is the one that is packaged."""

import tomllib
from pathlib import Path

from config.release import RELEASE

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_the_release_is_that_of_the_package() -> None:
    assert tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]["version"] == RELEASE
