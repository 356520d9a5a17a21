from datetime import UTC, date, datetime

import pytest

from documents.voucher_codes import VoucherCodes
from documents.voucher_facts import VoucherFacts, VoucherProof
from documents.voucher_token import VoucherClaims, VoucherSigner, voucher_expiry
from tests.support.vouchers import FACTS, PRESELECTION_ID

DEADLINE = datetime(2026, 11, 26, 16, tzinfo=UTC)


@pytest.fixture
def facts() -> VoucherFacts:
    return FACTS


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
