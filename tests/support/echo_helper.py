"""`python -m tests.support.echo_helper`: a helper process that returns each question, or does what it says."""

import os
import time

from process.helper_process import answer_parent
from process.logging import configure_logging

FAIL, END, WAIT, NICENESS, SETTINGS = b"fail", b"end", b"wait", b"niceness", b"settings"


def answer(question: bytes) -> bytes:
    if question == FAIL:
        raise ValueError(question)
    if question == END:
        os._exit(1)
    if question == WAIT:
        time.sleep(3600)
    if question == NICENESS:
        return str(os.nice(0)).encode()
    if question == SETTINGS:
        return "".join(name for name in os.environ if name.startswith("XUANHAO_")).encode()
    return question


if __name__ == "__main__":
    configure_logging()
    answer_parent(answer)
