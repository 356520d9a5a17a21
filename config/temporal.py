"""The connection to Temporal."""

from dataclasses import replace
from typing import TYPE_CHECKING

from temporalio.client import Client
from temporalio.service import GrpcCompression

from config.payload_codec import codec_of
from config.payloads import DATA_CONVERTER
from config.settings import Settings
from config.temporal_profile import temporal_profile

if TYPE_CHECKING:
    from config.spans import Tracing


async def connect(settings: Settings, *, lazy: bool = False, tracing: "Tracing | None" = None) -> Client:
    """A client for the settings' address and namespace, with TLS and an API key where the SDK's variables have them.

    With `lazy` the first call connects, so that a process can start while Temporal is unavailable; otherwise a
    `RuntimeError` says that Temporal did not respond.
    """
    profile = temporal_profile()
    converter = replace(DATA_CONVERTER, payload_codec=codec_of(settings))
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=converter,
        lazy=lazy,
        # Messages are small: compressing them takes processor time at both ends, and saves nothing nearby.
        grpc_compression=GrpcCompression.NONE,
        interceptors=[tracing.interceptor] if tracing else [],
        api_key=profile.get("api_key"),
        tls=profile.get("tls", False),
        rpc_metadata=profile.get("rpc_metadata", {}),
    )
