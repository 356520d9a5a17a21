"""`python -m api`: runs one API process until SIGTERM or SIGINT. Run one per core."""

import sys
from functools import partial
from typing import TYPE_CHECKING

import httpx

from api.app import create_app
from api.auth.identity_rules import token_rules
from api.context import Gateways, open_context
from api.serving import serve
from config.key_marks import KEYS_UNREADABLE, require_keys_of_mode
from config.release import this_process
from config.settings import Settings, SettingsError
from config.tracing import open_tracing
from documents.voucher_keys import VoucherKeys
from gateways.identity.provider import token_verifier
from gateways.sms.choice import sms_gateway
from gateways.vehicle_registry import registry_client, vehicle_registry
from process.clock import system_clock
from process.exit import leave
from process.metrics import GatewayMetrics
from process.program import run_program
from storage.crypto.readers import keep_keys_current
from storage.crypto.sources import key_source
from storage.crypto.vault import Keys
from storage.postgres.database import Database
from storage.sms.outbox import SmsOutbox

if TYPE_CHECKING:
    from config.spans import Tracing

OUTBOX_CONNECTIONS = 2


async def run(settings: Settings, keys: Keys, tracing: "Tracing | None") -> None:
    """Serve until a signal."""
    outbox = Database(
        settings.database_url,
        pool_size=OUTBOX_CONNECTIONS,
        application_name="xuanhao-outbox",
        transaction_pooling=settings.database_transaction_pooling,
    )
    try:
        async with httpx.AsyncClient() as http, registry_client(settings, system_clock) as registry_http:
            gateways = gateways_of(settings, http, registry_http, SmsOutbox(outbox, keys))
            async with (
                open_context(settings, gateways, keys, tracing=tracing) as context,
                keep_keys_current(keys, context.repositories.database, this_process("api"), system_clock),
            ):
                await serve(create_app(context), settings)
    finally:
        await outbox.close()


def gateways_of(
    settings: Settings, http: httpx.AsyncClient, registry_http: httpx.AsyncClient, outbox: SmsOutbox
) -> Gateways:
    """The HTTP adapters if the settings have their URLs, otherwise the local ones."""
    return Gateways(
        sms=sms_gateway(settings, http, outbox, observer=GatewayMetrics(), clock=system_clock),
        registry=vehicle_registry(settings, registry_http, GatewayMetrics()),
        verifier=token_verifier(
            settings.oidc_issuer,
            settings.oidc_audience,
            settings.oidc_jwks_url,
            client=http,
            clock=system_clock,
            rules=token_rules(settings),
        ),
    )


def main() -> int:
    try:
        settings = Settings.for_service()
        source = key_source(settings.key_file, settings.keys)
        require_keys_of_mode(source.read(), demo=settings.demo)
        keys = Keys.from_source(source)
        VoucherKeys.from_content(source.read())
    except (SettingsError, OSError, ValueError, KeyError) as problem:
        sys.stderr.write(f"xuanhao: {problem if isinstance(problem, SettingsError) else KEYS_UNREADABLE}\n")
        return 2
    return run_program(partial(run, settings, keys), open_tracing("xuanhao-api"), settings, SettingsError)


if __name__ == "__main__":
    leave(main())
