"""Every act of the audit and every kind of actor has a name in each language of the staff pages, and no other has."""

import re
from typing import get_args

import pytest

from activities.decide.decide import SETTLE
from domain.acts import ACTS
from domain.sms import Purpose
from storage.audit.actions import AuditAction
from storage.audit.looks import ABOVE
from storage.audit.trail import ActorKind
from storage.preselections.decisions import RESTART
from storage.sms.deliveries import DeliveryState
from tests.rules.source_files import ROOT, in_packages, python_files, text_of

_CODES = ROOT / "web" / "src" / "i18n" / "staff" / "codes"
AUDIT_ACTIONS: tuple[str, ...] = get_args(AuditAction)
_TABLE = "storage/audit/actions.py"
_LISTS = {_TABLE, "operations/auditing.py", "storage/audit/looks.py"}
"""Files that list acts and write none; the act of the alert about looks is written under its constant."""


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW", "en"])
def test_every_act_and_every_kind_of_actor_has_a_name(language: str) -> None:
    text = (_CODES / f"{language}.ts").read_text("utf-8")
    assert _named(text, "action") == list(AUDIT_ACTIONS)
    assert _named(text, "actor_kind") == list(get_args(ActorKind))
    assert _named(text, "purpose") == [each.value for each in Purpose]
    assert _named(text, "state") == [each.value for each in DeliveryState]


def test_no_two_acts_have_the_same_name() -> None:
    for language in ("zh-CN", "zh-TW", "en"):
        block = _block((_CODES / f"{language}.ts").read_text("utf-8"), "action")
        names = re.findall(r": '([^']+)',$", block, re.MULTILINE)
        assert len(set(names)) == len(names) == len(AUDIT_ACTIONS)


def test_decisions_are_recorded_under_acts_of_the_table() -> None:
    assert {*(act.action for act in ACTS.values()), SETTLE.action, RESTART} <= set(AUDIT_ACTIONS)


def test_no_act_of_the_table_is_left_that_nothing_writes() -> None:
    """Writers other than decisions have the table's type, so that mypy finds an act that is not in the table."""
    writing = "\n".join(text_of(path) or "" for path in python_files() if in_packages(path) and path not in _LISTS)
    unwritten = [each for each in AUDIT_ACTIONS if not re.search(rf"[\"']{each}[\"']", writing)]
    assert unwritten == [ABOVE]


def test_the_glossary_has_every_act() -> None:
    glossary = text_of("docs/glossary.md") or ""
    assert [each for each in AUDIT_ACTIONS if f"`{each}`" not in glossary] == []


def _named(text: str, group: str) -> list[str]:
    return re.findall(r"^    (\w+): '[^']+',$", _block(text, group), re.MULTILINE)


def _block(text: str, group: str) -> str:
    _, found, after = text.partition(f"\n  {group}: {{\n")
    assert found
    return after.partition("\n  },")[0] + "\n"
