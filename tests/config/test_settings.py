"""Dangerous settings prevent the start."""

import pytest

from config.settings import Settings, SettingsError

REQUIRED = {"DATABASE_URL": "postgresql://db", "REDIS_URL": "redis://cache", "KEY_FILE": "keys.json"}
ISSUER = {"OIDC_ISSUER": "https://login.example.org/realms/people", "OIDC_AUDIENCE": "xuanhao"}


def settings(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in (REQUIRED | variables).items():
        monkeypatch.setenv(f"XUANHAO_{name}", value)
    return Settings.from_environment()


@pytest.mark.parametrize(
    "variables",
    [
        {"OIDC_ISSUER": "http://login.example.org"},
        {"OIDC_ISSUER": "login.example.org"},
        {"OIDC_JWKS_URL": "http://login.example.org/keys"},
        {"OIDC_AUDIENCE": ""},
        {"OIDC_ALGORITHMS": "none"},
        {"OIDC_ALGORITHMS": "RS256 HS256"},
        {"OIDC_CLOCK_SKEW": "five seconds"},
        {"OIDC_STAFF_LIFETIME": "P1Y"},
        {"CORS_ORIGINS": "*"},
        {"CORS_ORIGINS": "https://*.example.org"},
        {"CORS_ORIGINS": "https://example.org/"},
        {"CORS_ORIGINS": "http://example.org"},
        {"CORS_ORIGINS": "null"},
        {"CORS_ORIGINS": "https://one.example.org, example.org"},
        {"TRUSTED_PROXIES": "proxy.example.org"},
        {"TRUSTED_PROXIES": "10.0.0.1/8"},
        {"STREAMS_PER_ACCOUNT": "0"},
    ],
    ids=str,
)
def test_what_would_open_a_door_is_refused_by_name_alone(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    [(name, value)] = variables.items()
    with pytest.raises(SettingsError) as refused:
        settings(monkeypatch, **ISSUER | variables)
    assert f"XUANHAO_{name}" in str(refused.value)
    assert not value or value not in str(refused.value)


def test_lists_are_divided_by_commas_or_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    read = settings(
        monkeypatch,
        **ISSUER,
        CORS_ORIGINS="https://a.example.org, http://localhost:5173",
        TRUSTED_PROXIES="10.0.0.0/8 ::1",
    )
    assert read.allowed_origins == {"https://a.example.org", "http://localhost:5173"}
    assert [str(network) for network in read.proxy_networks] == ["10.0.0.0/8", "::1/128"]


def test_nothing_is_trusted_unless_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    read = settings(monkeypatch)
    assert (read.oidc_issuer, read.allowed_origins, read.proxy_networks) == (None, frozenset(), ())


@pytest.mark.parametrize("name", REQUIRED)
def test_what_is_secret_has_no_default(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with pytest.raises(SettingsError, match=f"XUANHAO_{name}"):
        settings(monkeypatch, **{name: ""})
