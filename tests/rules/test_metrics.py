"""The list of metrics, the dashboard and the alerts name metrics that exist, and the list names all."""

import re

import yaml
from prometheus_client import REGISTRY

from process import metrics
from tests.rules.source_files import ROOT
from tests.support.metric_queries import ALERTS, expressions, names_in_files


def existing() -> dict[str, str]:
    """Each name that a query may use → the name under which the list has it."""
    found: dict[str, str] = {}
    for family in REGISTRY.collect():
        if family.name.startswith("xuanhao_"):
            suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(family.type, [""])
            listed = f"{family.name}_total" if family.type == "counter" else family.name
            found |= {family.name + suffix: listed for suffix in suffixes}
    return found


def test_queries_name_metrics_that_exist() -> None:
    named = {name for name in names_in_files() if name.startswith("xuanhao_")}
    assert named
    assert named <= set(existing())


def test_every_metric_is_listed_with_its_labels() -> None:
    page = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(xuanhao_\w+)` \| ([^|]+) \|", page, re.MULTILINE))
    labels = {
        existing_name: ", ".join(collector._labelnames) or "–"
        for collector in vars(metrics).values()
        if hasattr(collector, "_labelnames")
        for existing_name in [collector._name + ("_total" if collector._type == "counter" else "")]
    }
    assert {name: text.strip() for name, text in rows.items()} == labels


def test_every_alert_has_a_summary_and_a_remedy() -> None:
    for group in yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]:
        for rule in group["rules"]:
            assert rule["annotations"].keys() == {"summary", "remedy"}
            assert rule["labels"]["severity"] in ("warning", "critical")


def test_queries_have_matching_brackets() -> None:
    for expression in expressions():
        assert all(expression.count(a) == expression.count(b) for a, b in ("()", "[]", "{}")), expression
