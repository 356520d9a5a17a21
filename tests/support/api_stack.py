"""The whole stack of the API's tests: the application, its dependencies, and an in-process client."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import httpx
from fastapi import FastAPI

from api.context import AppContext
from config.settings import Settings
from storage.crypto.sources import key_source
from storage.crypto.vault import Keys
from storage.offices.offices import Office
from storage.pool.reconcile import IndexKeeper
from storage.repositories import Repositories

if TYPE_CHECKING:
    from tests.support.phones import Phone
    from tests.support.vehicle_registry import Registry


@dataclass
class Stack:
    context: AppContext
    app: FastAPI
    client: httpx.AsyncClient
    keeper: IndexKeeper
    phone: Phone
    registry: Registry
    shared_office: Office | None = None

    @property
    def repositories(self) -> Repositories:
        return self.context.repositories

    def forget_offices(self) -> None:
        """A new office must be known at once, not after the directory's cache time."""
        self.context.directory._read_at = None


class Addresses(NamedTuple):
    """The database and worker of one folder's tests; all share the servers."""

    database: str
    redis: str
    temporal: str
    task_queue: str


def keys_of(settings: Settings) -> Keys:
    return Keys.from_source(key_source(settings.key_file, settings.keys))


def settings_for(addresses: Addresses, folder: Path) -> Settings:
    """Settings with the tests' keys, without limits of codes."""
    key, key_file = b64encode(bytes(range(32))).decode(), folder / "keys.json"
    keys = {"encryption": {"current": "t", "keys": {"t": key}}, "hashing": key, "voucher_signing": key}
    key_file.write_text(json.dumps(keys))
    return Settings.model_validate(
        {
            "database_url": addresses.database,
            "redis_url": addresses.redis,
            "key_file": key_file,
            "temporal_address": addresses.temporal,
            "task_queue": addresses.task_queue,
            "policy": {"code_resend": "PT0S", "codes_per_hour": "100", "codes_per_day": "100"},
        }
    )
