"""Settings of the gateways: a provider's account is whole, and secrets may be in files."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from config import gateway_settings
from config.settings import Settings, SettingsError
from domain.sms import Purpose
from tests.config.required_settings import REQUIRED
from tests.support.tls import Authority

KEY = "an example key of 32 characters."
ALIYUN = {
    "SMS_URL": "aliyun://dysmsapi.aliyuncs.com",
    "SMS_ACCESS_KEY": "an id",
    "SMS_ACCESS_SECRET": "a secret",
    "SMS_SIGN_NAME": "深圳车管所",
    "SMS_TEMPLATES": " ".join(f"{purpose}=SMS_1" for purpose in Purpose),
}
TENCENT = ALIYUN | {"SMS_URL": "tencent://sms.tencentcloudapi.com", "SMS_APP_ID": "1400006666"}
Read = Callable[..., Settings]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    def read(**variables: str) -> Settings:
        for name, value in {**REQUIRED, **variables}.items():
            monkeypatch.setenv(f"XUANHAO_{name}", value)
        return Settings.from_environment()

    return read


@pytest.mark.parametrize("account", [ALIYUN, TENCENT], ids=["aliyun", "tencent"])
def test_a_whole_account_is_taken(read: Read, account: dict[str, str]) -> None:
    found = read(**account)
    provider, host = account["SMS_URL"].split("://")
    assert (found.sms_provider, found.sms_gateway) == (provider, f"https://{host}")


WRONG = [
    (ALIYUN | {"SMS_ACCESS_SECRET": ""}, "XUANHAO_SMS_ACCESS_SECRET must be set"),
    (TENCENT | {"SMS_APP_ID": ""}, "XUANHAO_SMS_APP_ID must be set"),
    (ALIYUN | {"SMS_TEMPLATES": "reserved=SMS_1"}, "no template for confirm_information"),
    (ALIYUN | {"SMS_URL": "aliyun://dysmsapi.aliyuncs.com/send"}, "XUANHAO_SMS_URL: .*host only"),
    ({"SMS_RECEIPT_SECRET": "short"}, "XUANHAO_SMS_RECEIPT_SECRET: .*32 characters"),
    ({"SMS_RECEIPT_SECRET_FILE": "/nowhere/private"}, "XUANHAO_SMS_RECEIPT_SECRET_FILE: .*can't be read"),
    ({"REGISTRY_TOKEN": "a token", "REGISTRY_HMAC_KEY": KEY}, "only one of XUANHAO_REGISTRY_TOKEN"),
    ({"REGISTRY_TOKEN": "a token", "REGISTRY_URL": "https://private@registry"}, "only one of XUANHAO_REGISTRY_TOKEN"),
    ({"REGISTRY_CLIENT_CERT": "/nowhere/private"}, "belong together"),
    ({"REGISTRY_CA": "/nowhere/private"}, "can't be read"),
]


@pytest.mark.parametrize("variables, problem", WRONG)
def test_what_is_wrong_is_named_without_its_value(read: Read, variables: dict[str, str], problem: str) -> None:
    with pytest.raises(SettingsError, match=problem) as refused:
        read(**variables)
    assert not [value for value in ("a secret", "a token", "short", "private") if value in str(refused.value)]


def test_a_provider_whose_sdk_is_not_installed_is_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_settings, "find_spec", lambda name: None if "alibaba" in name else find_spec(name))
    assert read(**TENCENT).sms_provider
    with pytest.raises(SettingsError, match=r"pip install 'xuanhao\[aliyun\]'"):
        read(**ALIYUN)


def test_secrets_come_from_files_and_are_not_shown(read: Read, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    pair = authority.issue("client.example.org")
    secret = tmp_path / "secret"
    secret.write_text(f"{KEY}\n")
    found = read(
        SMS_RECEIPT_SECRET_FILE=str(secret),
        REGISTRY_HMAC_KEY_FILE=str(secret),
        REGISTRY_CLIENT_CERT=str(pair.certificate),
        REGISTRY_CLIENT_KEY=str(pair.key),
    )
    assert (found.sms_receipt_secret, found.registry_hmac_key) == (KEY, KEY)
    assert found.registry_tls() is not None
    assert KEY not in repr(found)
