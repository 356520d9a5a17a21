"""The whole stack under the API's tests: the application, its parts, and a client without a network between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
from fastapi import FastAPI

from api.parts import Parts
from storage.index_keeper import IndexKeeper
from storage.offices import Office

if TYPE_CHECKING:
    from tests.api.country import Phone, Registry


@dataclass
class Stack:
    parts: Parts
    app: FastAPI
    client: httpx.AsyncClient
    keeper: IndexKeeper
    phone: Phone
    registry: Registry
    shared_office: Office | None = None

    def forget_offices(self) -> None:
        """A new office is to be known at once, not after the seconds that the directory is kept."""
        self.parts.directory._read_at = None
