"""Logs of every process of ours: one JSON object a line on stderr, ours and the libraries' alike.

What a caller sent (bodies, headers, query strings) is never logged. The request's id and the like are bound with
`structlog.contextvars.bind_contextvars` and then stand on every line that is written on the request's behalf.
"""

import logging
import sys
import traceback

import structlog
from structlog.typing import ExcInfo, Processor
from temporalio import workflow

LEVELS_OF_LIBRARIES = {
    # uvicorn's access lines would hold query strings; the API writes its own line for each request.
    "uvicorn.access": logging.CRITICAL,
    # httpx logs whole addresses at INFO, and those of an SMS gateway may hold secrets.
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    # The engine's INFO lines are SQL with its parameters.
    "sqlalchemy": logging.WARNING,
    # At DEBUG it logs every chunk of every stream, and so whole views.
    "sse_starlette": logging.WARNING,
    # Workflow and activity lines are ours already; the SDK repeats the failed input only above WARNING.
    "temporalio": logging.WARNING,
    # What workflows themselves say, such as that a countdown ended, has Temporal's name and is ours.
    "temporalio.workflow": logging.INFO,
}
TOLD_BY_WORKFLOWS = frozenset({"preselection_id", "office", "countdown", "purpose", "signal"})
"""What a workflow may say besides its sentence; whatever else a library attaches to a record is left out."""


def kinds_and_frames(exc_info: ExcInfo) -> list[str]:
    """What was raised and where, without the words: a driver's or a validator's text repeats what people have sent."""
    kinds: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        kinds.append(type(error).__qualname__)
        error = error.__cause__ or error.__context__
    frames = traceback.extract_tb(exc_info[2])
    return [" from ".join(kinds), *(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)]


def configure_logging(level: str = "INFO") -> None:
    """Send everything that is logged in this process to stderr as JSON lines, from this level on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_shared_processors(), structlog.stdlib.ExtraAdder(TOLD_BY_WORKFLOWS)],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(kinds_and_frames),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    # The ids stand beside a workflow's sentence, not in it, so that a line can be searched for by either.
    workflow.logger.workflow_info_on_message = False
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


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
