"""The data of a voucher, as the service gives it to the drawing."""

from datetime import date
from uuid import UUID

from documents.voucher_facts import VoucherFacts

PRESELECTION_ID = UUID("3f2b8c1e-7d64-4a0b-9c55-1b2d3e4f5a6b")
FACTS = VoucherFacts(
    preselection_id=PRESELECTION_ID,
    plate="粤BA1234",
    holder="张*",
    vin="L************7371",
    certificate_number="********5678",
    visit_by=date(2026, 11, 26),
    office_name="深圳市公安局交通警察局车辆管理所",
    office_address="深圳市南山区龙珠四路2号",
)
