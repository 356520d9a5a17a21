"""`python -m api.preselections.voucher_process LOG_LEVEL`: the helper process that draws vouchers."""

import sys

from documents.page_request import PageRequest
from documents.voucher import render_voucher
from process.helper_process import answer_parent
from process.logging import configure_logging, log_output_of_python


def draw(text: bytes) -> bytes:
    page = PageRequest.from_json(text)
    return render_voucher(page.facts, page.proof, created_at=page.created_at)


if __name__ == "__main__":
    configure_logging(sys.argv[1])
    log_output_of_python()
    answer_parent(draw)
