"""Secrets in files, and the addresses of clusters and sentinels."""

from pathlib import Path

import pytest

from config.redis_address import check_redis
from config.settings import Settings, SettingsError
from tests.config.required_settings import REQUIRED


def settings(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in (REQUIRED | variables).items():
        monkeypatch.setenv(f"XUANHAO_{name}", value)
    return Settings.from_environment()


def test_a_password_of_a_file_gets_its_place_in_the_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("p#/@:密\n", "utf-8")
    secret = "p%23%2F%40%3A%E5%AF%86"
    names = ("DATABASE", "OWNER_DATABASE", "REDIS", "REDIS_SENTINEL")
    read = settings(
        monkeypatch,
        DATABASE_URL="postgresql+psycopg://app@db:5432/x?sslmode=require",
        OWNER_DATABASE_URL="postgresql:///x?host=/run/postgresql",
        REDIS_URL="redis-sentinel://app@one:26379,two:26379/plates/1",
        **{f"{name}_PASSWORD_FILE": str(file) for name in names},
    )
    assert read.database_url == f"postgresql+psycopg://app:{secret}@db:5432/x?sslmode=require"
    assert read.owner_database_url == f"postgresql:///x?host=/run/postgresql&password={secret}"
    sentinels = f"redis-sentinel://app:{secret}@one:26379,two:26379/plates/1?sentinel_password={secret}"
    assert read.redis_url == sentinels
    monkeypatch.setenv("XUANHAO_REDIS_URL", "rediss://cache")
    monkeypatch.delenv("XUANHAO_REDIS_SENTINEL_PASSWORD_FILE")
    assert Settings.from_environment().redis_url == f"rediss://:{secret}@cache"


def test_an_address_of_a_gateway_can_be_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "sms"
    file.write_text("https://u:p@sms.example.org/\r\n", "utf-8")
    assert settings(monkeypatch, SMS_URL_FILE=str(file)).sms_url == "https://u:p@sms.example.org/"


@pytest.mark.parametrize("content, url", [(None, "redis://cache"), ("", "redis://cache"), ("geheim", "redis://:old@c")])
def test_a_file_that_gives_no_password_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None, url: str
) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_text(content, "utf-8")
    with pytest.raises(SettingsError, match="XUANHAO_REDIS_PASSWORD_FILE: ") as refused:
        settings(monkeypatch, REDIS_URL=url, REDIS_PASSWORD_FILE=str(file))
    assert not any(part in str(refused.value) for part in ("geheim", "old", "\n"))


@pytest.mark.parametrize(
    "address",
    [
        "redis-cluster://u:p%23@one:6379,[::1]:6380", "rediss-cluster://one:6379?ssl_ca_certs=/etc/ca.pem",
        "redis-sentinel://:p@one:26379,two:26379/plates", "rediss-sentinel://one:26379/plates/3?sentinel_password=x",
    ],
)  # fmt: skip
def test_clusters_and_sentinels_are_named_by_some_of_their_hosts(address: str) -> None:
    assert check_redis(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "redis-cluster://geheim", "redis-cluster://one:6379/0", "redis-cluster://one:6379,", "redis-ring://one:6379",
        "redis-sentinel://geheim:26379", "redis-sentinel://one:26379/plates/geheim", "rediss-sentinel://u:ge#h@o:1/p",
        "rediss://cache?ssl_cert_reqs=none", "redis://cache?geheim=1",
    ],
)  # fmt: skip
def test_other_forms_are_refused_without_any_part_of_them(address: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        check_redis(address)
    assert "geheim" not in str(refused.value)
