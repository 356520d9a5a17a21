"""The one place that ends a process which has used the Temporal SDK."""

import logging
import os
import sys
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """End the process at once with this exit code, after everything written has been flushed.

    The SDK's native threads outlive `main`, and the interpreter's finalisation now and then crashes on them (a
    segmentation fault in two of six runs, sdk-python #300): the work is done, yet the exit code says otherwise.
    So commands leave without that finalisation; nothing of ours relies on `atexit`.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
