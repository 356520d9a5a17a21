"""The machine of a measurement, and where its log goes."""

import logging
import os
import platform
from typing import TextIO

from process.clock import system_clock
from process.logging import configure_logging


def machine() -> str:
    """The machine of the measurement; the ratios should hardly depend on it."""
    load = f"load {os.getloadavg()[0]:.1f}"
    python = f"Python {platform.python_version()}"
    return f"{system_clock():%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores, {load} at the end, {python}"


def log_to(nowhere: TextIO) -> None:
    """Log to a file as all our processes do: logging is part of the measurement, but would clutter the output."""
    configure_logging()
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(nowhere)
