"""The runtime of Temporal's SDK: its logs are lines of ours, and its metrics stand beside ours."""

import logging
import socket

from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from process.metrics import serve_metrics

_LOCAL = "127.0.0.1"


def install_runtime(metrics_at: tuple[str, int] | None) -> None:
    """Call it before the first client of Temporal. With an address it also serves the metrics.

    Raises `OSError` if the address can't be used.
    """
    sdk_port = _free_port() if metrics_at else None
    metrics = PrometheusConfig(
        bind_address=f"{_LOCAL}:{sdk_port}", counters_total_suffix=True, durations_as_seconds=True
    )
    forwarding = LogForwardingConfig(logging.getLogger("temporalio.core"), append_target_to_name=False)
    telemetry = TelemetryConfig(
        logging=LoggingConfig(TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding),
        metrics=metrics if sdk_port else None,
    )
    if metrics_at:
        serve_metrics(*metrics_at, sdk_port)
    Runtime.set_default(Runtime(telemetry=telemetry))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOCAL, 0))
        port: int = probe.getsockname()[1]
    return port
