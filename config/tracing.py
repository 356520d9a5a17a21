"""Traces for OpenTelemetry: off, and nothing is imported for them, unless the environment names a collector."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from config.addresses import HTTP_SCHEMES, check_url
from config.settings import SettingsError

if TYPE_CHECKING:
    from config.spans import Tracing

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""The standard's own variables; its SDK also reads headers, certificates and the sampler from `OTEL_*`."""


@contextmanager
def open_tracing(program: str) -> "Iterator[Tracing | None]":
    """The traces of this process, sent until the end of the block; None when they are off. Raises `SettingsError`."""
    endpoint = next((name for name in reversed(ENDPOINTS) if os.environ.get(name)), None)
    if endpoint is None:
        yield None
        return
    try:
        check_url(os.environ[endpoint], HTTP_SCHEMES)
    except ValueError as problem:
        raise SettingsError(f"{endpoint}: {problem}") from None
    tracing = _load(endpoint, program)
    try:
        yield tracing
    finally:
        tracing.close()


def _load(endpoint: str, program: str) -> "Tracing":
    try:
        from config.spans import Tracing  # noqa: PLC0415 - the packages are an extra, and take a quarter of a second.
    except ImportError:
        raise SettingsError(f"{endpoint} needs: pip install 'xuanhao[tracing]'") from None
    return Tracing(program)
