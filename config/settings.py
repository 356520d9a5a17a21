"""Settings of all our processes, read from the environment once, when a process starts."""

import os
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from config.addresses import HTTP_SCHEMES, LOCAL, check_database, check_host_and_port, check_url
from config.connection_settings import ConnectionSettings
from config.gateway_settings import GatewaySettings
from config.http_settings import HttpSettings
from config.identity_settings import IdentitySettings
from config.redis_address import check_redis
from config.secret_files import SecretFiles
from config.telemetry_settings import TelemetrySettings
from domain.durations import parse_duration
from domain.policy import MalformedPolicy, Policy

PREFIX = "XUANHAO_"
POLICY_PREFIX = f"{PREFIX}POLICY__"


class SettingsError(Exception):
    """The environment is incomplete or malformed; the text names the variables and never their values."""


class RunSettings(TelemetrySettings):
    """The settings of `make run`: ports, the data folder and the mode."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    http_port: int = Field(8000, ge=1, le=65535, description="Port of the REST API and the web pages")
    temporal_port: int = Field(7233, ge=1, le=65535, description="Port of the embedded Temporal server")
    temporal_ui_port: int = Field(8233, ge=1, le=65535, description="Port of the embedded Temporal UI")
    temporal_ui_url: str | None = Field(None, description="Address of Temporal's UI; unset: the port on this machine")
    data_dir: Path = Field(Path(".data"), description="Folder of the data that must survive a restart")
    demo: bool = Field(default=False, description="Demo data, demo sign-in and the demo phone")

    @field_validator("temporal_ui_url")
    @classmethod
    def _is_a_url(cls, text: str | None) -> str | None:
        return text and check_url(text, HTTP_SCHEMES)

    @property
    def temporal_ui_hosts(self) -> tuple[str, ...]:
        """The host of the UI's address, if one is set."""
        host = urlsplit(self.temporal_ui_url or "").hostname
        return (host,) if host else ()

    @classmethod
    def from_environment(cls) -> Self:
        """Read the environment. Raises `SettingsError` with one line that names the problem."""
        try:
            return cls.model_validate(cls._values_by_hand())
        except ValidationError as error:
            problems = (": ".join([*_variables(e["loc"]), e["msg"]]) for e in error.errors())
            raise SettingsError("; ".join(problems)) from None
        except MalformedPolicy as problem:
            raise SettingsError(f"{POLICY_PREFIX}{problem.name.upper()}: {problem.reason}") from None

    @classmethod
    def _values_by_hand(cls) -> dict[str, object]:
        # `make run` uses no policy, but it can refuse a malformed one before anything is started.
        policy_from_environment()
        return {}


def _variables(location: tuple[int | str, ...]) -> list[str]:
    """The variable of a problem; none if the problem is about several."""
    return [f"{PREFIX}{'__'.join(map(str, location)).upper()}"] if location else []


class Settings(SecretFiles, ConnectionSettings, HttpSettings, IdentitySettings, GatewaySettings, RunSettings):
    """The settings of the API, the worker and the commands. URLs that contain secrets have no default."""

    database_url: Annotated[str, AfterValidator(check_database)] = Field(
        repr=False, description="SQLAlchemy address, `postgresql+psycopg://…`"
    )
    redis_url: Annotated[str, AfterValidator(check_redis)] = Field(
        repr=False, description="Redis or Valkey: one server, a cluster or sentinels"
    )
    owner_database_url: Annotated[str, AfterValidator(check_database)] | None = Field(
        None, repr=False, description="The same as the owner of the tables, for `xuanhao setup` and `migrate`"
    )
    key_file: Path | None = Field(None, description="JSON file of the keys; this or `keys`")
    keys: str | None = Field(None, repr=False, description="The same JSON as text, read-only")

    temporal_address: Annotated[str, AfterValidator(check_host_and_port)] = Field(
        "127.0.0.1:7233", description="Host and port of the Temporal frontend"
    )
    temporal_namespace: str = Field("default", description="Temporal namespace")
    task_queue: str = Field("vehicles", description="Task queue of workflows and activities")
    worker_deployment: str | None = Field(
        None,
        pattern="^[A-Za-z0-9_-]+$",
        description="Name of the workers' deployment in Temporal; unset: unversioned",
    )

    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Lowest level that is logged")

    clock_skew: str = Field(
        "PT30S", description="How far the clocks of Temporal, database and a process may differ, in ISO 8601"
    )
    retention: str = Field("P3Y", description="How long personal data is kept after the end, in ISO 8601")

    fairness_day: str = Field("P1D", description="How long one secret of the verifiable draws is valid, in ISO 8601")

    waiting_room_ahead: str = Field("P30D", description="How far ahead a waiting room may open, in ISO 8601")

    policy: dict[str, str] = Field(
        default_factory=dict, description=f"The deployment's defaults of the policy, one `{POLICY_PREFIX}<NAME>` each"
    )

    @model_validator(mode="after")
    def _has_keys(self) -> Self:
        if not self.keys and self.key_file is None:
            raise ValueError(f"{PREFIX}KEY_FILE or {PREFIX}KEYS is required")
        return self

    @field_validator("retention", "clock_skew", "fairness_day", "waiting_room_ahead")
    @classmethod
    def _is_a_duration(cls, text: str) -> str:
        parse_duration(text)
        return text

    @classmethod
    def for_service(cls) -> Self:
        """The settings of API and worker, which have no gateway unless it is named. Raises `SettingsError`."""
        settings = cls.from_environment()
        if missing := settings.missing_gateways():
            raise SettingsError(f"{' and '.join(missing)} must be set; `{LOCAL}` names the local adapter")
        return settings

    @classmethod
    def _values_by_hand(cls) -> dict[str, object]:
        # pydantic-settings would parse `5` and `true` as JSON instead of text.
        return {"policy": policy_from_environment()}


def policy_from_environment() -> dict[str, str]:
    """The policy's overrides by lower-case name, as written: `XUANHAO_POLICY__BATCH_TTL=PT8S` → `batch_ttl`.

    Raises `MalformedPolicy` if they are not a valid policy.
    """
    overrides = {
        name.removeprefix(POLICY_PREFIX).lower(): text
        for name, text in os.environ.items()
        if name.startswith(POLICY_PREFIX) and text
    }
    Policy().with_overrides(overrides)
    return overrides
