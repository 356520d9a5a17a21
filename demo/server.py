"""`python -m demo.server`: the API with demo mode, on the demo's data."""

import sys
from functools import partial
from typing import TYPE_CHECKING

import httpx
from fastapi import APIRouter, FastAPI

from api.app import create_app
from api.context import AppContext, Gateways, open_context
from api.serving import serve
from config.key_marks import KEYS_UNREADABLE, require_keys_of_mode
from config.release import this_process
from config.settings import Settings, SettingsError
from config.tracing import open_tracing
from demo import oidc, pages, phone, routes
from demo.routes import Demo
from demo.tokens import AUDIENCE, CLIENT, LIFETIME, DemoSigner
from demo.world import demo_world
from gateways.identity.provider import TokenRules, token_verifier
from gateways.identity.staff_tokens import StaffRules
from gateways.sms.local import LocalSms
from process.clock import Clock, system_clock
from process.exit import leave
from process.program import run_program
from storage.crypto.readers import keep_keys_current
from storage.crypto.sources import key_source
from storage.crypto.vault import Keys
from storage.postgres.database import Database
from storage.sms.outbox import SmsOutbox

if TYPE_CHECKING:
    from config.spans import Tracing

# A clerk of the demo need not sign in every hour; the second factor is required as everywhere.
DEMO_TOKENS = TokenRules(client_id=CLIENT, staff=StaffRules(lifetime=LIFETIME))

_PAGES: tuple[APIRouter, ...] = (oidc.router, phone.router, pages.router)


def issuer_at(port: int) -> str:
    """The issuer of the demo's identity provider, which is also its URL."""
    return f"http://127.0.0.1:{port}{oidc.PATH}"


def demo_app(context: AppContext, demo: Demo) -> FastAPI:
    """The API, the calls of demo mode under the same base path, and the demo's pages."""
    app = create_app(context, further=[routes.router], further_rules=routes.RULES)
    app.state.demo = demo
    # The web pages match every remaining path, so they must stay last.
    last = app.router.routes.pop()
    for router in _PAGES:
        app.include_router(router)
    app.router.routes.append(last)
    return app


def demo_gateways(demo: Demo, http: httpx.AsyncClient, clock: Clock = system_clock) -> Gateways:
    """The demo's cars as registry, its phones for SMS, and its tokens, verified like all others."""
    issuer = demo.signer.issuer
    verifier = token_verifier(issuer, demo.signer.audience, client=http, clock=clock, rules=DEMO_TOKENS)
    return Gateways(sms=LocalSms(demo.messages), registry=demo.world.registry(), verifier=verifier)


async def run(settings: Settings, tracing: "Tracing | None") -> None:
    source = key_source(settings.key_file, settings.keys)
    keys = Keys.from_source(source)
    issuer = issuer_at(settings.http_port)
    settings = settings.model_copy(update={"oidc_issuer": issuer, "oidc_client_id": CLIENT})
    signer = DemoSigner.from_keys(source.read(), issuer, AUDIENCE)
    outbox = Database(settings.database_url, pool_size=2, application_name="xuanhao-demo")
    try:
        demo = Demo(demo_world(), signer, SmsOutbox(outbox, keys))
        # The keys come from this machine, so a proxy in the environment must not be used.
        http_client = httpx.AsyncClient(trust_env=False)
        async with (
            http_client as http,
            open_context(settings, demo_gateways(demo, http), keys, tracing=tracing) as context,
            keep_keys_current(keys, context.repositories.database, this_process("api"), system_clock),
        ):
            await serve(demo_app(context, demo), settings)
    finally:
        await outbox.close()


def main() -> int:
    try:
        settings = Settings.from_environment()
        if not settings.demo:
            raise SettingsError("demo.server needs XUANHAO_DEMO=1, because everybody can sign in there")  # noqa: TRY301 - one exit for all problems with the settings.
        require_keys_of_mode(key_source(settings.key_file, settings.keys).read(), demo=True)
    except (SettingsError, OSError, ValueError) as problem:
        sys.stderr.write(f"xuanhao: {problem if isinstance(problem, SettingsError) else KEYS_UNREADABLE}\n")
        return 2
    return run_program(partial(run, settings), open_tracing("xuanhao-api"), settings, SettingsError)


if __name__ == "__main__":
    leave(main())
