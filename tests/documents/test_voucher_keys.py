"""The keys, from the file that `make run` writes."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest

from documents.voucher_keys import VoucherKeys
from documents.voucher_token import VoucherClaims, VoucherSigner
from embedded.folders import DataFolder
from embedded.key_file import ensure_key_file

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_the_key_file_of_an_instance_signs_and_reads(tmp_path: Path, claims: VoucherClaims) -> None:
    folder = DataFolder(tmp_path)
    ensure_key_file(folder)
    content = json.loads(folder.keys.read_text("utf-8"))
    keys = VoucherKeys.from_content(content)
    assert keys.verifier.verify(keys.signer.sign(claims), now=NOW) == claims
    code = keys.codes.code_for(claims.preselection_id)
    assert VoucherKeys.from_content(content).codes.matches(code, claims.preselection_id)


def test_a_retired_key_still_reads_but_does_not_sign(claims: VoucherClaims) -> None:
    retired = VoucherSigner(b"r" * 32)
    content = {
        "voucher_signing": b64encode(b"s" * 32).decode(),
        "voucher_verifying": [b64encode(retired.public_key).decode()],
        "hashing": b64encode(b"h" * 32).decode(),
    }
    keys = VoucherKeys.from_content(content)
    assert keys.verifier.verify(retired.sign(claims), now=NOW) == claims
    assert keys.signer.public_key == VoucherSigner(b"s" * 32).public_key


@pytest.mark.parametrize("content", ["{}", "[]", '{"voucher_signing": "AAAA", "hashing": "AAAA"}'])
def test_content_of_another_form_is_refused(content: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        VoucherKeys.from_content(json.loads(content))
