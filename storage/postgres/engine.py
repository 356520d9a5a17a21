"""The engine of SQLAlchemy: what a connection asks of the server, directly or behind a pooler of transactions."""

import os
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.postgres.driver_connections import refuse_dead

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

_CONNECT_SECONDS = 2
POOL_SECONDS = 2.0
"""How long a caller waits for a free connection."""

# The server times out before the client: a slow statement ends with an error, not with a lost connection.
_SERVER_SETTINGS = {
    "statement_timeout": "2000",
    "lock_timeout": "1500",
    "idle_in_transaction_session_timeout": "15000",
    # The driver reads instants and intervals in these forms only, whatever an administrator prefers.
    "timezone": "UTC",
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    # Our statements find rows by their keys: the parameters do not change the plan, and planning the statement of a
    # decision takes longer than executing it.
    "plan_cache_mode": "force_generic_plan",
}
# The library sends these with the start of a connection, and a pooler passes them on.
_POOLED_SETTINGS = {"PGTZ": "UTC", "PGDATESTYLE": "ISO"}


def make_engine(
    url: str,
    pool_size: int,
    application_name: str,
    *,
    transaction_pooling: bool = False,
    tracer: "Tracer | None" = None,
) -> AsyncEngine:
    """The engine of `url` (`postgresql://…`), in autocommit unless a transaction is requested.

    Connections are not pinged before use, which would cost a round trip. Connections closed by the server are
    discarded; one that turns out dead is dropped with all others of its age, and the next call reconnects.

    With `transaction_pooling` a pooler such as PgBouncer gives each transaction another connection of the server:
    nothing is set for a session and no statement is prepared. The server's role has the limits then
    (docs/connections.md).
    """
    _, _, rest = url.partition("://")
    engine = create_async_engine(
        f"postgresql+psycopg://{rest}",
        isolation_level="AUTOCOMMIT",
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        pool_use_lifo=True,
        use_native_hstore=False,
        # An error in a log must not contain statement parameters.
        hide_parameters=True,
        connect_args={
            "connect_timeout": _CONNECT_SECONDS,
            "application_name": application_name,
            "client_encoding": "UTF8",
            **(_pooled_settings() if transaction_pooling else _direct()),
            **(_traced_settings(tracer) if tracer else {}),
        },
    )
    event.listen(engine.sync_engine, "checkout", refuse_dead)
    return engine


def _direct() -> dict[str, Any]:
    options = " ".join(f"-c {name}={value}" for name, value in _SERVER_SETTINGS.items())
    return {"prepare_threshold": 1, "options": options}


def _pooled_settings() -> dict[str, Any]:
    os.environ.update(_POOLED_SETTINGS)
    return {"prepare_threshold": None}


def _traced_settings(tracer: "Tracer") -> dict[str, Any]:
    from storage.postgres.traced_cursor import traced_cursor  # noqa: PLC0415 - no process without traces imports it.

    return {"cursor_factory": traced_cursor(tracer)}
