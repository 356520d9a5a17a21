"""Logging of all our processes: one JSON object per line on stderr, for our code and for libraries.

The caller's input (bodies, headers, query strings) is never logged. The request's id and similar values are bound with
`structlog.contextvars.bind_contextvars` and are then part of every line of that request.
"""

import logging
import sys
import threading
import traceback
from typing import Any

import structlog
from structlog.typing import ExcInfo, Processor

LEVELS_OF_LIBRARIES = {
    # uvicorn's access log contains query strings; the API writes its own line for each request.
    "uvicorn.access": logging.CRITICAL,
    # httpx logs whole URLs at INFO, and the URL of an SMS gateway may contain secrets.
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    # These log paths with phone numbers, whole requests and signatures.
    "urllib3": logging.WARNING,
    "tencentcloud_sdk_common": logging.WARNING,
    # The engine's INFO lines are SQL with its parameters.
    "sqlalchemy": logging.WARNING,
    # At DEBUG it logs every chunk of every stream, and so whole views.
    "sse_starlette": logging.WARNING,
    # Our code logs workflows and activities; the SDK logs inputs only below WARNING.
    "temporalio": logging.WARNING,
    # Messages that workflows log, such as the end of a countdown, use Temporal's logger and are ours.
    "temporalio.workflow": logging.INFO,
}
FIELDS_OF_WORKFLOWS = frozenset({"preselection_id", "office", "countdown", "purpose", "signal"})
"""Additional fields of a workflow's log message; other fields that a library attaches are left out."""


_NOT_SHOWN = {
    "_srcfile": None,
    **dict.fromkeys(("logThreads", "logMultiprocessing", "logProcesses", "logAsyncioTasks"), False),
}
"""Python's switches for what a record notes besides its message (`logging`, "Optimization")."""


def kinds_and_frames(exc_info: ExcInfo) -> list[str]:
    """Type and location of an exception, without its text: texts of drivers and validators repeat personal data."""
    kinds: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        kinds.append(type(error).__qualname__)
        error = error.__cause__ or error.__context__
    frames = traceback.extract_tb(exc_info[2])
    return [" from ".join(kinds), *(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)]


def configure_logging(level: str = "INFO") -> None:
    """Send all log messages of this process from this level on to stderr as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_shared_processors(), structlog.stdlib.ExtraAdder(FIELDS_OF_WORKFLOWS)],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(kinds_and_frames),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    # No line shows where it was logged, in which thread or process: looking for it would be a third of a line's time.
    vars(logging).update(_NOT_SHOWN)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name, least in LEVELS_OF_LIBRARIES.items():
        logging.getLogger(name).setLevel(least)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared_processors(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def log_output_of_python() -> None:
    """Make warnings, and errors that nobody catches, lines of the log too, in a process that serves."""
    logging.captureWarnings(capture=True)
    log = logging.getLogger("python")

    def log_uncaught(kind: type[BaseException], error: BaseException, frames: Any) -> None:
        log.critical("uncaught error", exc_info=(kind, error, frames))

    def log_unraisable(found: "sys.UnraisableHookArgs") -> None:
        if found.exc_value:
            log.error("error while cleaning up", exc_info=(found.exc_type, found.exc_value, found.exc_traceback))

    def log_of_thread(found: threading.ExceptHookArgs) -> None:
        if found.exc_value:
            log.error("a thread ended", exc_info=(found.exc_type, found.exc_value, found.exc_traceback))

    sys.excepthook, sys.unraisablehook, threading.excepthook = log_uncaught, log_unraisable, log_of_thread


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
