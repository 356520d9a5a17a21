"""Settings of the gateways for SMS and the vehicle registry."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

from config.addresses import LOCAL, check_gateway

Gateway = Annotated[str, AfterValidator(check_gateway)]


class GatewaySettings(BaseSettings):
    """The addresses of both gateways. API and worker must have them; other programs need none."""

    sms_url: Gateway | None = Field(None, repr=False, description="HTTP gateway for SMS; `local:` is the local adapter")
    registry_url: Gateway | None = Field(
        None, repr=False, description="HTTP gateway of the vehicle registry; `local:` is the local adapter"
    )

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
