"""The keys of vouchers, from the key file of the deployment."""

import hmac
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

from documents.voucher_codes import VoucherCodes
from documents.voucher_token import VoucherSigner, VoucherVerifier

# Derived, not the hashing key itself. Unlike every input of `KeyedHash` it does not start with the length of a text, so
# the two never hash the same input.
_CODES_LABEL = b"voucher codes"


@dataclass(frozen=True)
class VoucherKeys:
    """The keys that sign and verify vouchers."""

    signer: VoucherSigner
    verifier: VoucherVerifier
    codes: VoucherCodes

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> Self:
        """Take `{"voucher_signing": seed, "voucher_verifying"?: [public key], "hashing": key}`.

        Each value is base64 of 32 bytes. Of several hashing keys the first is used, so that printed codes stay valid.
        `voucher_verifying` holds the public keys of retired signing keys, until their last voucher expires.
        Raises ValueError or KeyError for any other form.
        """
        signer = VoucherSigner(b64decode(content["voucher_signing"], validate=True))
        retired = [b64decode(key, validate=True) for key in content.get("voucher_verifying", ())]
        hashing = b64decode(_first_hashing_key(content["hashing"]), validate=True)
        codes = VoucherCodes(hmac.digest(hashing, _CODES_LABEL, sha256))
        return cls(signer, VoucherVerifier([signer.public_key, *retired]), codes)


def _first_hashing_key(hashing: str | Mapping[str, Any]) -> str:
    return hashing if isinstance(hashing, str) else next(iter(hashing["keys"].values()))
