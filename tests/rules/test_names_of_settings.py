"""Every setting of a policy has a name in each language of the operators' pages."""

import re
from dataclasses import fields

import pytest

from domain.policy import Policy
from tests.rules.source_files import ROOT

_NAMES = ROOT / "web" / "src" / "i18n" / "staff" / "names"


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW", "en"])
def test_every_setting_has_a_name(language: str) -> None:
    _, _, after = (_NAMES / f"{language}.ts").read_text("utf-8").partition("export const settings = {")
    named = re.findall(r"^  (\w+): '[^']+',$", after.partition("\n}")[0], re.MULTILINE)
    assert named == [field.name for field in fields(Policy)]
