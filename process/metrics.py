"""The metrics of our processes, all in one place, and the server that shows them to Prometheus.

Labels have few values: routes, acts, stages, codes and prefixes, never ids or anything that a caller typed.
`docs/metrics.md` lists them, and a test compares the list, the dashboard and the alerts with this module.
"""

import http.client
from collections.abc import Callable

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from process.local_server import LocalAnswer, serve_paths

_QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)

REQUESTS = Counter("xuanhao_requests", "HTTP requests.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram("xuanhao_request_seconds", "Time until the response was sent.", ["route"], buckets=_QUICK)
ACTIONS = Counter(
    "xuanhao_actions", "Acts of callers, by the stage before them; `done`, or a code.", ["action", "stage", "outcome"]
)
DECISIONS = Counter("xuanhao_decisions", "Committed decisions, by the stage after them.", ["action", "stage"])
CHANCES = Counter("xuanhao_chances_spent", "Chances spent: draws, and composed numbers that were taken.", ["kind"])
DATABASE_WAIT = Histogram("xuanhao_database_wait_seconds", "Wait for a connection of the pool.", buckets=_QUICK)
DATABASE_CONNECTIONS = Gauge("xuanhao_database_connections", "Connections of the pool in use.")
INDEX_REPAIRS = Counter("xuanhao_index_repairs", "Pool indexes that were built again.", ["prefix"])
PLATES = Gauge("xuanhao_plates", "Released numbers, by what became of them; `free` can be drawn.", ["prefix", "kind"])
DEADLINE_LATENESS = Gauge("xuanhao_deadline_lateness_seconds", "Age of the oldest missed deadline not acted upon.")
SMS = Gauge("xuanhao_sms", "SMS of the last day, by state.", ["state"])
SMS_RECEIPTS = Counter("xuanhao_sms_receipts", "Delivery receipts, by state; `ignored`: unknown or old.", ["state"])
GATEWAY_CALLS = Counter("xuanhao_gateway_calls", "Calls to gateways, by outcome.", ["part", "outcome"])
GATEWAY_CIRCUIT = Gauge("xuanhao_gateway_circuit", "Circuit breakers: 0 closed, 1 half-open, 2 open.", ["part"])
DRAW_BIAS = Gauge("xuanhao_draw_bias_evidence", "Evidence against uniform draws this year; 1 is none.")
DRAW_TESTS = Gauge(
    "xuanhao_draw_test_probability", "Probability in fair draws of the newest published day.", ["kind", "period"]
)
DRAW_TEST_ALARM = Gauge("xuanhao_draw_test_alarm_probability", "A test below it is an alarm.")
FIGURES_AGE = Gauge("xuanhao_figures_read_timestamp_seconds", "When the worker last read the figures of the database.")

for _kind in ("draw", "composed"):
    # A rate needs the zero before the first one.
    CHANCES.labels(_kind)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_SDK_SECONDS = 2.0
_CIRCUITS = ("closed", "half_open", "open")


def known_method(method: str) -> str:
    """The method; any that we do not know is `other`, because a caller can type it."""
    return method if method in _METHODS else "other"


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count a response."""
    REQUESTS.labels(known_method(method), route, str(status)).inc()
    REQUEST_SECONDS.labels(route).observe(seconds)


def count_refused(method: str, status: int, requests: int) -> None:
    """Count requests that were refused at once. They have no time, which would hide how long the others take."""
    REQUESTS.labels(known_method(method), "-", str(status)).inc(requests)


class GatewayMetrics:
    """Counts calls to gateways, and shows their circuits."""

    def count_call(self, part: str, outcome: str) -> None:
        GATEWAY_CALLS.labels(part, outcome).inc()

    def show_circuit(self, part: str, circuit: str) -> None:
        GATEWAY_CIRCUIT.labels(part).set(_CIRCUITS.index(circuit))


def serve_metrics(host: str, port: int, sdk_port: int | None) -> Callable[[], None]:
    """Serve `GET /metrics` in a thread, with those of Temporal's SDK; returns what ends it. Raises `OSError`."""

    def read() -> LocalAnswer:
        return LocalAnswer(CONTENT_TYPE_PLAIN_0_0_4, [generate_latest(REGISTRY), _of_sdk(sdk_port)])

    return serve_paths(host, port, {"/metrics": read})


def _of_sdk(port: int | None) -> bytes:
    """What the SDK's own exporter shows, which listens on this machine only; nothing while it does not answer."""
    if port is None:
        return b""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SDK_SECONDS)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read()
    except OSError:
        return b""
    finally:
        connection.close()
