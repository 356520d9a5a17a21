"""Settings of the connections to PostgreSQL and Redis."""

from pydantic import Field
from pydantic_settings import BaseSettings


class ConnectionSettings(BaseSettings):
    """How many connections a process has, and what lies between it and the servers."""

    database_connections: int | None = Field(
        None, ge=2, le=1000, description="Connections of one process to PostgreSQL; unset: API 20, worker 20"
    )
    database_transaction_pooling: bool = Field(
        default=False, description="Whether a pooler of transactions, such as PgBouncer, is before PostgreSQL"
    )
    redis_connections: int = Field(200, ge=10, le=10_000, description="Most connections of one process to Redis")
