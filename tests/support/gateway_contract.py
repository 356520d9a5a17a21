"""The examples of docs/gateways.md."""

import json
import re
from typing import Any

from tests.rules.source_files import ROOT

CONTRACT = (ROOT / "docs" / "gateways.md").read_text("utf-8")


def example_text(name: str) -> str:
    """The block after the mark with this name."""
    found = re.search(rf"<!-- {name} -->\n```\w*\n(.*?)\n```", CONTRACT, re.DOTALL)
    assert found, name
    return found[1]


def example(name: str) -> Any:
    return json.loads(example_text(name))


def example_headers(name: str) -> dict[str, str]:
    lines = example_text(name).splitlines()
    return {header: value for header, _, value in (line.partition(": ") for line in lines)}
