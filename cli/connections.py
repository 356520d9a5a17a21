"""Settings and connections of commands."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from config.instance_file import NAME, read_instance
from config.key_marks import KEYS_UNREADABLE, require_keys_of_mode
from config.settings import Settings, SettingsError
from operations.context import OperationsContext
from storage.crypto.sources import key_source
from storage.crypto.vault import Keys
from storage.postgres.database import Database
from storage.redis.client import make_redis
from storage.repositories import Repositories

_DATABASE, _FOLDER = "XUANHAO_DATABASE_URL", "XUANHAO_DATA_DIR"
_CONNECTIONS = 4


def settings_for(data_dir: Path | None) -> Settings:
    """The settings of the instance in a data folder; without one, of the environment or of the instance here.

    Raises `SettingsError`.
    """
    if data_dir is not None:
        os.environ.update(_read_instance(data_dir))
    elif _DATABASE not in os.environ and (here := Path(os.environ.get(_FOLDER) or ".data") / NAME).exists():
        os.environ.update(_read_instance(here.parent))
    return Settings.from_environment()


def _read_instance(data_dir: Path) -> dict[str, str]:
    try:
        return read_instance(data_dir)
    except (OSError, ValueError):
        raise SettingsError(f"{data_dir / NAME} can't be read: has an instance run in this folder?") from None


@asynccontextmanager
async def connect_operations(settings: Settings) -> AsyncIterator[OperationsContext]:
    """Connections, opened when needed and closed at the end. Raises `SettingsError`."""
    # Temporal's SDK takes long to import: a command that is refused before does without it.
    from config.temporal import connect  # noqa: PLC0415

    try:
        source = key_source(settings.key_file, settings.keys)
        require_keys_of_mode(source.read(), demo=settings.demo)
        keys = Keys.from_source(source)
    except (OSError, ValueError, KeyError):
        raise SettingsError(KEYS_UNREADABLE) from None
    database = Database(
        settings.database_url,
        pool_size=_CONNECTIONS,
        application_name="xuanhao-command",
        transaction_pooling=settings.database_transaction_pooling,
    )
    repositories = Repositories.build(database, make_redis(settings.redis_url), keys)
    try:
        yield OperationsContext.build(settings, repositories, await connect(settings, lazy=True))
    finally:
        await repositories.close()
