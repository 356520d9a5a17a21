"""Settings of the gateways for SMS and the vehicle registry."""

import ssl
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator, model_validator
from pydantic_settings import BaseSettings

from config.addresses import LOCAL, PROVIDERS, check_gateway, check_sms
from config.client_tls import client_tls
from config.identity_settings import words_of
from domain.sms import Purpose

Gateway = Annotated[str, AfterValidator(check_gateway)]
SmsAddress = Annotated[str, AfterValidator(check_sms)]
SigningKey = Annotated[str, Field(min_length=32)]
"""A key of an HMAC."""

_SDKS = {"aliyun": "alibabacloud_dysmsapi20170525", "tencent": "tencentcloud"}


class SmsSettings(BaseSettings):
    """The SMS gateway: a generic one over HTTP, Aliyun or Tencent Cloud."""

    sms_url: SmsAddress | None = Field(
        None, repr=False, description="Gateway for SMS: http(s)://…, aliyun://…, tencent://…, or `local:`"
    )
    sms_templates: str | None = Field(
        None, description="Template ids of the SMS provider by purpose, `reserved=SMS_1 overdue=SMS_2`; unset: none"
    )
    sms_sign_name: str | None = Field(None, description="Registered signature, for Aliyun and Tencent")
    sms_access_key: str | None = Field(None, repr=False, description="Aliyun's AccessKey ID or Tencent's SecretId")
    sms_access_secret: str | None = Field(None, repr=False, description="The secret of this key")
    sms_app_id: str | None = Field(None, description="Tencent's SmsSdkAppId")
    sms_region: str = Field("ap-guangzhou", description="Tencent's region")
    sms_calls: int = Field(20, ge=1, le=1000, description="Most calls of one process to the SMS gateway in flight")
    sms_receipt_secret: SigningKey | None = Field(
        None, repr=False, description="Key of the delivery receipts' signatures; unset: no receipts"
    )

    @field_validator("sms_templates")
    @classmethod
    def _has_purposes(cls, text: str | None) -> str | None:
        pairs = [word.partition("=") for word in words_of(text)]
        if not all(purpose in set(Purpose) and template for purpose, _, template in pairs):
            raise ValueError(f"words such as reserved=SMS_1, for {', '.join(Purpose)}")
        return text

    @model_validator(mode="after")
    def _has_all_of_the_provider(self) -> Self:
        provider = self.sms_provider
        if provider is None:
            return self
        needed = ["sms_access_key", "sms_access_secret", "sms_sign_name"]
        needed += ["sms_app_id"] if provider == "tencent" else []
        missing = [f"XUANHAO_{name.upper()}" for name in needed if not getattr(self, name)]
        if missing:
            raise ValueError(f"XUANHAO_SMS_URL names {provider}, so {' and '.join(missing)} must be set")
        if lacking := [purpose for purpose in Purpose if purpose not in self.template_ids]:
            raise ValueError(f"XUANHAO_SMS_TEMPLATES has no template for {', '.join(lacking)}")
        if find_spec(_SDKS[provider]) is None:
            raise ValueError(f"XUANHAO_SMS_URL names {provider}: pip install 'xuanhao[{provider}]'")
        return self

    @property
    def template_ids(self) -> dict[str, str]:
        """The provider's template id of each purpose that has one."""
        return {
            purpose: template for purpose, _, template in (word.partition("=") for word in words_of(self.sms_templates))
        }

    @property
    def sms_provider(self) -> str | None:
        """`aliyun` or `tencent`; None for the generic and the local adapter."""
        scheme = urlsplit(self.sms_url or "").scheme
        return scheme if scheme in PROVIDERS else None

    @property
    def sms_gateway(self) -> str | None:
        """The URL of the SMS gateway; None for the local adapter. A provider's is that of its API."""
        if self.sms_provider:
            return f"https://{urlsplit(self.sms_url or '').netloc}"
        return None if self.sms_url == LOCAL else self.sms_url


class GatewaySettings(SmsSettings):
    """The addresses of both gateways. API and worker must have them; other programs need none."""

    registry_url: Gateway | None = Field(
        None, repr=False, description="HTTP gateway of the vehicle registry; `local:` is the local adapter"
    )
    registry_client_cert: Path | None = Field(None, description="PEM file of our certificate at the registry")
    registry_client_key: Path | None = Field(None, description="PEM file of its key")
    registry_ca: Path | None = Field(None, description="PEM file of the registry's own certificate authority")
    registry_token: str | None = Field(None, repr=False, description="Bearer token")
    registry_hmac_key: SigningKey | None = Field(None, repr=False, description="Key of our requests' signatures")
    registry_calls: int = Field(20, ge=1, le=1000, description="Most calls of one process to the registry in flight")

    @model_validator(mode="after")
    def _signs_in_once(self) -> Self:
        in_url = urlsplit(self.registry_url or "").username
        if sum(map(bool, (self.registry_token, self.registry_hmac_key, in_url))) > 1:
            raise ValueError("only one of XUANHAO_REGISTRY_TOKEN, XUANHAO_REGISTRY_HMAC_KEY and a name in the URL")
        self.registry_tls()
        return self

    @property
    def registry_gateway(self) -> str | None:
        """The URL of the registry's gateway; None for the local adapter."""
        return None if self.registry_url == LOCAL else self.registry_url

    def registry_tls(self) -> ssl.SSLContext | None:
        """TLS with our certificate or the registry's authority; None for the usual. Raises `ValueError`."""
        return client_tls(self.registry_ca, self.registry_client_cert, self.registry_client_key)

    def missing_gateways(self) -> list[str]:
        """The variables that API and worker need and that are not set."""
        return [f"XUANHAO_{name.upper()}" for name in ("sms_url", "registry_url") if not getattr(self, name)]
