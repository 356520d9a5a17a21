"""Settings of the connections to PostgreSQL, Redis and Temporal."""

from typing import Any

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

from config.addresses import check_host_and_port
from config.temporal_profile import temporal_profile

_OF_TEMPORAL = {"temporal_address": "target_host", "temporal_namespace": "namespace"}


class ConnectionSettings(BaseSettings):
    """How many connections a process has, and what lies between it and the servers."""

    database_connections: int | None = Field(
        None, ge=2, le=1000, description="Connections of one process to PostgreSQL; unset: API 20, worker 20"
    )
    database_transaction_pooling: bool = Field(
        default=False, description="Whether a pooler of transactions, such as PgBouncer, is before PostgreSQL"
    )
    redis_connections: int = Field(200, ge=10, le=10_000, description="Most connections of one process to Redis")

    temporal_codec: bool = Field(
        default=False, description="Whether workflow messages are encrypted for Temporal, with our encryption keys"
    )

    @model_validator(mode="before")
    @classmethod
    def _adopts_the_profile(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Address and namespace of the SDK's own variables count where ours are not set."""
        profile: dict[str, Any] = dict(temporal_profile())
        adopted = {ours: profile[theirs] for ours, theirs in _OF_TEMPORAL.items() if profile.get(theirs)}
        if "temporal_address" in adopted.keys() - values.keys():
            _check(adopted["temporal_address"])
        return adopted | values


def _check(address: str) -> None:
    """Raises `ValueError` that names the SDK's variable, because ours is not set."""
    try:
        check_host_and_port(address)
    except ValueError as problem:
        raise ValueError(f"TEMPORAL_ADDRESS, or the profile's address: {problem}") from None
