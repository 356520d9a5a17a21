"""Draws vouchers in a helper process.

A thread of this process would hold its interpreter for most of a page, and every other call would wait.
"""

from documents.page_request import PageRequest
from process.helper_process import HelperProcess


class VoucherDrawer:
    """One helper for an API process, which starts with the first page."""

    def __init__(self, log_level: str = "INFO") -> None:
        self._helper = HelperProcess("api.preselections.voucher_process", log_level)

    @property
    def pid(self) -> int | None:
        """The helper, if it has been started."""
        return self._helper.pid

    async def draw(self, page: PageRequest) -> bytes:
        """The voucher as a PDF. Raises `HelperFailed`."""
        return await self._helper.ask(page.to_json())

    async def close(self) -> None:
        await self._helper.close()
