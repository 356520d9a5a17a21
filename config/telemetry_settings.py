"""Settings of what a process shows to monitoring."""

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings


class TelemetrySettings(BaseSettings):
    """Where a process shows what it does."""

    metrics_address: str | None = Field(None, description="`host:port` of the metrics for Prometheus; unset: none")

    health_address: str | None = Field(
        None, description="`host:port` of the worker's `/healthz` and `/readyz`; unset: none"
    )

    @property
    def metrics_at(self) -> tuple[str, int] | None:
        """Host and port."""
        return split_address(self.metrics_address) if self.metrics_address else None

    @property
    def health_at(self) -> tuple[str, int] | None:
        """Host and port."""
        return split_address(self.health_address) if self.health_address else None

    @field_validator("metrics_address", "health_address")
    @classmethod
    def _is_an_address(cls, text: str | None) -> str | None:
        if text is not None:
            split_address(text)
        return text


def split_address(text: str) -> tuple[str, int]:
    """Host and port of `host:port`, also of `[::1]:9464`. Raises `ValueError`, without the text."""
    host, colon, port = text.rpartition(":")
    if not (host and colon and port.isascii() and port.isdigit() and 0 < int(port) < 65536):  # noqa: PLR2004 - ports.
        raise ValueError("host:port, such as 127.0.0.1:9464")
    return host.removeprefix("[").removesuffix("]"), int(port)


def next_port(text: str) -> str:
    """The same host with the following port, for a second process."""
    host, _, port = text.rpartition(":")
    return f"{host}:{int(port) + 1}"
