"""Traces: nothing is loaded where they are off, and no text of an error leaves the process where they are on."""

import subprocess
import sys
from contextlib import suppress

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from config import tracing
from config.settings import SettingsError
from config.spans import WithoutTexts
from config.tracing import ENDPOINTS, open_tracing
from storage.postgres.traced_cursor import summary_of
from tests.rules.source_files import ROOT

MARKER = "440301199001011234"
PROGRAM = """
import sys, api.__main__, worker.__main__, demo.server
from config.tracing import open_tracing
with open_tracing("test") as found:
    assert found is None
parts = ("opentelemetry.sdk.trace", "opentelemetry.exporter", "temporalio.contrib.opentelemetry")
ours = ("config.spans", "api.http.request_spans", "storage.postgres.traced_cursor")
print([name for name in sys.modules if name.startswith(parts + ours)])
"""


@pytest.mark.slow
def test_nothing_is_imported_for_traces_that_are_off() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, env={}, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


@pytest.mark.parametrize("name", ENDPOINTS)
def test_a_malformed_address_is_named_without_its_value(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, f"user:{MARKER}@collector:4318")
    with pytest.raises(SettingsError, match=name) as refused, open_tracing("test"):
        pass
    assert MARKER not in str(refused.value)


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINTS[0], "http://127.0.0.1:4318")
    monkeypatch.setitem(sys.modules, "config.spans", None)
    with pytest.raises(SettingsError, match=r"OTEL_EXPORTER_OTLP_ENDPOINT needs: pip install 'xuanhao\[tracing\]'"):
        tracing._load(ENDPOINTS[0], "test")


def test_no_text_of_an_error_and_no_other_attribute_is_sent() -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(WithoutTexts(exporter)))
    with (
        suppress(ValueError),
        provider.get_tracer("test").start_as_current_span(
            "act", attributes={"http.route": "/entries", "url.full": MARKER}
        ),
    ):
        raise ValueError(MARKER)
    [span] = exporter.get_finished_spans()
    assert (span.name, span.attributes) == ("act", {"http.route": "/entries"})
    assert MARKER not in span.to_json()
    assert not span.status.is_ok


@pytest.mark.parametrize(
    "query, summary",
    [
        ("SELECT a.b FROM code WHERE x FOR UPDATE SKIP LOCKED", "SELECT code"),
        (b"WITH clear AS (SELECT FROM lines) INSERT INTO claim SELECT 1", "INSERT claim"),
        ("DELETE FROM claim WHERE number = '\u7ca4B12345'", "DELETE claim"),
        ("UPDATE claim SET until = %(at)s", "UPDATE claim"),
        ("SELECT 1", "SELECT"),
        ("", "statement"),
    ],
)
def test_a_statement_is_named_by_what_it_does(query: str | bytes, summary: str) -> None:
    assert summary_of(query) == summary
