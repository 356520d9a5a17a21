from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from documents.voucher_codes import VoucherCodes
from documents.voucher_facts import VoucherFacts, VoucherProof
from documents.voucher_token import VoucherClaims, VoucherSigner, voucher_expiry

PRESELECTION_ID = UUID("3f2b8c1e-7d64-4a0b-9c55-1b2d3e4f5a6b")
DEADLINE = datetime(2026, 11, 26, 16, tzinfo=UTC)


@pytest.fixture
def facts() -> VoucherFacts:
    return VoucherFacts(
        preselection_id=PRESELECTION_ID,
        plate="粤BA1234",
        holder="张*",
        vin="L************7371",
        certificate_number="********5678",
        visit_by=date(2026, 11, 26),
        office_name="深圳市公安局交通警察局车辆管理所",
        office_address="深圳市南山区龙珠四路2号",
    )


@pytest.fixture
def claims() -> VoucherClaims:
    return VoucherClaims(PRESELECTION_ID, "粤BA1234", date(2026, 11, 26), "440300", voucher_expiry(DEADLINE))


@pytest.fixture
def signer() -> VoucherSigner:
    return VoucherSigner(bytes(range(32)))


@pytest.fixture
def codes() -> VoucherCodes:
    return VoucherCodes(b"k" * 32)


@pytest.fixture
def proof(signer: VoucherSigner, claims: VoucherClaims, codes: VoucherCodes) -> VoucherProof:
    return VoucherProof(signer.sign(claims), codes.code_for(PRESELECTION_ID))
