"""TLS, API key and address of Temporal, from the SDK's own variables and profiles (`TEMPORAL_*`)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from temporalio.envconfig import ClientConnectConfig

_FILES = ("TEMPORAL_CONFIG_FILE", "TEMPORAL_PROFILE")


def temporal_profile() -> ClientConnectConfig:
    """What the environment says. Raises `ValueError`, whose text has no value.

    A file of profiles counts only if a variable names it or a profile: a developer may have one for other servers.
    """
    return _load(frozenset((name, text) for name, text in os.environ.items() if name.startswith("TEMPORAL_") and text))


@cache
def _load(variables: frozenset[tuple[str, str]]) -> ClientConnectConfig:
    if not variables:
        return {}
    # The SDK takes long to import, and commands that need no Temporal read the settings too.
    from temporalio.envconfig import ClientConfig  # noqa: PLC0415

    given: Mapping[str, str] = dict(variables)
    try:
        return ClientConfig.load_client_connect_config(
            config_file=given.get("TEMPORAL_CONFIG_FILE"),
            disable_file=not any(name in given for name in _FILES),
            override_env_vars={**os.environ, **given},
        )
    except (RuntimeError, OSError, ValueError):
        names = ", ".join(sorted(given)) or "TEMPORAL_*"
        raise ValueError(f"the connection to Temporal can't be read from {names}") from None
