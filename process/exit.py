"""Ends a process that has used the Temporal SDK."""

import logging
import os
import sys
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """End the process at once with this exit code, after everything written has been flushed.

    The SDK's native threads outlive `main`, and the interpreter's finalisation sometimes crashes on them (a
    segmentation fault in two of six runs, sdk-python #300): the work is done, but the exit code reports a failure.
    So commands exit without finalisation; our code does not use `atexit`.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
