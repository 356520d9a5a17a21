"""The demo's server in this process."""

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from api.context import AppContext
from storage.crypto.keyed_hash import KeyedHash
from storage.crypto.vault import Keys, Vault

KEYS = Keys(Vault({"k": b"k" * 32}, "k"), KeyedHash(b"h" * 32))


@dataclass
class DemoServer:
    """Its context fetches keys from its application, which needs the context: so both come later than the server."""

    app: ASGIApp | None = None
    context: AppContext | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app
        await self.app(scope, receive, send)
