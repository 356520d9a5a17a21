"""Passwords and secret addresses from files, as container platforms mount them, instead of variables."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

_PASSWORDS = {
    "database_password_file": "database_url",
    "owner_database_password_file": "owner_database_url",
    "redis_password_file": "redis_url",
}
_SENTINEL_PASSWORD = "redis_sentinel_password_file"  # noqa: S105 - a setting's name.
_WHOLE = (
    "sms_url", "sms_access_secret", "sms_receipt_secret", "registry_url", "registry_token", "registry_hmac_key",
)  # fmt: skip
"""The settings whose whole value a file may have."""


class SecretFiles(BaseSettings):
    """Files that are read once, when a process starts. A line break at the end is no part of the secret."""

    database_password_file: Path | None = Field(None, description="Password of the account in `database_url`")
    owner_database_password_file: Path | None = Field(None, description="The same of `owner_database_url`")
    redis_password_file: Path | None = Field(None, description="Password of the account in `redis_url`")
    redis_sentinel_password_file: Path | None = Field(None, description="Password that the sentinels ask for")
    sms_url_file: Path | None = Field(None, description="`sms_url` with its secrets")
    sms_access_secret_file: Path | None = Field(None, description="`sms_access_secret`")
    sms_receipt_secret_file: Path | None = Field(None, description="`sms_receipt_secret`")
    registry_url_file: Path | None = Field(None, description="`registry_url` with its secrets")
    registry_token_file: Path | None = Field(None, description="`registry_token`")
    registry_hmac_key_file: Path | None = Field(None, description="`registry_hmac_key`")

    @model_validator(mode="before")
    @classmethod
    def _reads_the_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Put each secret where the setting has its place for it. Raises `ValueError`, without any value."""
        read = dict(values)
        for file, address in _PASSWORDS.items():
            if values.get(file) and values.get(address):
                read[address] = _with_password(str(values[address]), _read(file, values[file]), file)
        if values.get(_SENTINEL_PASSWORD) and read.get("redis_url"):
            secret = quote(_read(_SENTINEL_PASSWORD, values[_SENTINEL_PASSWORD]), safe="")
            url = str(read["redis_url"])
            read["redis_url"] = f"{url}{'&' if '?' in url else '?'}sentinel_password={secret}"
        for name in _WHOLE:
            file = f"{name}_file"
            if values.get(file):
                read[name] = _read(file, values[file])
        return read


def _read(setting: str, path: object) -> str:
    try:
        secret = Path(str(path)).read_text("utf-8").rstrip("\r\n")
    except (OSError, ValueError):
        raise ValueError(f"{_variable(setting)}: the file can't be read") from None
    if not secret:
        raise ValueError(f"{_variable(setting)}: the file is empty")
    return secret


def _with_password(address: str, password: str, setting: str) -> str:
    scheme, mark, rest = address.partition("://")
    end = min((place for place in map(rest.find, "/?") if place >= 0), default=len(rest))
    account, _, hosts = rest[:end].rpartition("@")
    if ":" in account:
        raise ValueError(f"{_variable(setting)}: the address has a password already")
    secret = quote(password, safe="")
    if scheme == "unix" or not hosts:
        return f"{address}{'&' if '?' in address else '?'}password={secret}"
    return f"{scheme}{mark}{account}:{secret}@{hosts}{rest[end:]}"


def _variable(setting: str) -> str:
    return f"XUANHAO_{setting.upper()}"
