"""Settings of the gateways for SMS and the vehicle registry."""

from typing import Annotated

from pydantic import AfterValidator, Field, field_validator
from pydantic_settings import BaseSettings

from config.addresses import LOCAL, check_gateway
from config.identity_settings import words_of
from domain.sms import Purpose

Gateway = Annotated[str, AfterValidator(check_gateway)]


class GatewaySettings(BaseSettings):
    """The addresses of both gateways. API and worker must have them; other programs need none."""

    sms_url: Gateway | None = Field(None, repr=False, description="HTTP gateway for SMS; `local:` is the local adapter")
    registry_url: Gateway | None = Field(
        None, repr=False, description="HTTP gateway of the vehicle registry; `local:` is the local adapter"
    )

    sms_templates: str | None = Field(
        None, description="Template ids of the SMS provider by purpose, `reserved=SMS_1 overdue=SMS_2`; unset: none"
    )

    @field_validator("sms_templates")
    @classmethod
    def _has_purposes(cls, text: str | None) -> str | None:
        pairs = [word.partition("=") for word in words_of(text)]
        if not all(purpose in set(Purpose) and template for purpose, _, template in pairs):
            raise ValueError(f"words such as reserved=SMS_1, for {', '.join(Purpose)}")
        return text

    @property
    def template_ids(self) -> dict[str, str]:
        """The provider's template id of each purpose that has one."""
        return {
            purpose: template for purpose, _, template in (word.partition("=") for word in words_of(self.sms_templates))
        }

    @property
    def sms_gateway(self) -> str | None:
        """The URL of the SMS gateway; None for the local adapter."""
        return None if self.sms_url == LOCAL else self.sms_url

    @property
    def registry_gateway(self) -> str | None:
        """The URL of the registry's gateway; None for the local adapter."""
        return None if self.registry_url == LOCAL else self.registry_url

    def missing_gateways(self) -> list[str]:
        """The variables that API and worker need and that are not set."""
        return [f"XUANHAO_{name.upper()}" for name in ("sms_url", "registry_url") if not getattr(self, name)]
