"""Dangerous settings prevent the start."""

import pytest

from config.settings import Settings, SettingsError
from tests.config.required_settings import REQUIRED

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
        {"OIDC_TOKEN_LIFETIME": "P1M"},
        {"HSTS_PRELOAD": "true"},
        {"CORS_ORIGINS": "*"},
        {"CORS_ORIGINS": "https://*.example.org"},
        {"CORS_ORIGINS": "https://example.org/"},
        {"CORS_ORIGINS": "http://example.org"},
        {"CORS_ORIGINS": "null"},
        {"CORS_ORIGINS": "https://one.example.org, example.org"},
        {"TRUSTED_PROXIES": "proxy.example.org"},
        {"TRUSTED_PROXIES": "10.0.0.1/8"},
        {"STREAMS_PER_ACCOUNT": "0"},
        {"SMS_TEMPLATES": "congratulations=SMS_1"},
        {"SMS_TEMPLATES": "TPL_7"},
        {"DATABASE_CONNECTIONS": "1"},
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


@pytest.mark.parametrize(
    "name, value",
    [
        ("DATABASE_URL", "mysql://u:geheim@db/x"), ("DATABASE_URL", "postgresql://u:gehe#im@db/x"),
        ("DATABASE_URL", "postgresql://u:geheim@db:port/x"), ("DATABASE_URL", "geheim"),
        ("REDIS_URL", "http://:geheim@cache"), ("REDIS_URL", "redis://:gehe#im@cache:6379/0"),
        ("REDIS_URL", "redis://:geheim@cache:99999"), ("REDIS_URL", "redis://:geheim@cache/zero"),
        ("REDIS_URL", "redis://"), ("REDIS_URL", "unix://"), ("REDIS_URL", "redis://[geheim"),
        ("TEMPORAL_ADDRESS", "https://geheim:7233"), ("TEMPORAL_ADDRESS", "geheim"),
        ("TEMPORAL_ADDRESS", "geheim:0"), ("TEMPORAL_ADDRESS", "geheim:70000"),
        ("SMS_URL", "ftp://geheim/x"), ("SMS_URL", "https://u:geheim@sms:port/"), ("SMS_URL", "https:///geheim"),
        ("REGISTRY_URL", "https://u:ge#heim@registry/"), ("REGISTRY_URL", "geheim"),
        ("TEMPORAL_UI_URL", "geheim"), ("DATABASE_URL", "postgresql://db/x?geheim=1"),
        ("REDIS_URL", "redis://cache?db=geheim"), ("REDIS_URL", "redis-cluster://cache:6379?db=1"),
        ("OIDC_ISSUER", "https://login:geheim/"), ("OIDC_ISSUER", "https://geheim\u2100@x/"),
        ("CORS_ORIGINS", "https://geheim\u2100x"), ("TRUSTED_PROXIES", "geheim"),
        ("METRICS_ADDRESS", "geheim"), ("HEALTH_ADDRESS", "127.0.0.1:geheim"), ("HTTP_PORT", "geheim"),
        ("TEMPORAL_PORT", "geheim"),
    ],
)  # fmt: skip
def test_a_malformed_address_is_refused_with_one_line_without_any_part_of_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        settings(monkeypatch, **{name: value})
    said = str(refused.value)
    assert said.startswith(f"XUANHAO_{name}: ")
    assert not any(part in said for part in ("geheim", "gehe", "heim", "\n"))


ADDRESSES = {name.upper() for name in Settings.model_fields if name.endswith(("_url", "_address", "_issuer", "_port"))}
HOSTILE = (
    "geheim:geheim:geheim", "://geheim", "https://[geheim", "https://u:p@geheim:port/", "postgresql://geheim:port/x",
    "redis://geheim:port", "unix:geheim", "geheim#geheim", "https://geheim\u2100/", "https://geheim:99999", "geheim ",
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(ADDRESSES))
@pytest.mark.parametrize("value", HOSTILE)
def test_no_setting_of_an_address_takes_or_repeats_what_is_none(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        settings(monkeypatch, **{"OIDC_AUDIENCE": "xuanhao", name: value})
    said = str(refused.value)
    assert (said.startswith(f"XUANHAO_{name}: "), "\n" in said, "geheim" in said) == (True, False, False), said


def test_the_sdks_own_address_is_named_by_its_own_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "https://geheim:7233")
    with pytest.raises(SettingsError, match="TEMPORAL_ADDRESS, or the profile's address: ") as refused:
        settings(monkeypatch)
    assert not any(part in str(refused.value) for part in ("geheim", "XUANHAO_", "\n"))
    assert settings(monkeypatch, TEMPORAL_ADDRESS="temporal:7233").temporal_address == "temporal:7233"


@pytest.mark.parametrize(
    "name, value",
    [
        ("DATABASE_URL", "postgresql+psycopg://u:p%23@[::1]:5432/x?sslmode=require"),
        ("DATABASE_URL", "postgresql://u@/x?host=one&host=two&target_session_attrs=read-write"),
        ("DATABASE_URL", "postgresql:///x?host=/run/postgresql"), ("REDIS_URL", "rediss://u:p%23@cache:6380/1"),
        ("REDIS_URL", "unix:///run/valkey.sock?db=1"), ("REDIS_URL", "redis://cache"),
        ("TEMPORAL_ADDRESS", "[::1]:7233"), ("SMS_URL", "local:"), ("REGISTRY_URL", "https://registry.example.org/v1"),
    ],
)  # fmt: skip
def test_a_well_formed_address_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    assert getattr(settings(monkeypatch, **{name: value}), name.lower()) == value


def test_api_and_worker_need_both_gateways_or_the_word_local(monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch, SMS_URL="local:")
    with pytest.raises(SettingsError, match=r"^XUANHAO_REGISTRY_URL must be set"):
        Settings.for_service()
    monkeypatch.setenv("XUANHAO_REGISTRY_URL", "https://registry.example.org")
    read = Settings.for_service()
    assert (read.sms_gateway, read.registry_gateway) == (None, "https://registry.example.org")


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


def test_template_ids_belong_to_purposes(monkeypatch: pytest.MonkeyPatch) -> None:
    read = settings(monkeypatch, SMS_TEMPLATES="reserved=SMS_1, overdue=SMS_2")
    assert read.template_ids == {"reserved": "SMS_1", "overdue": "SMS_2"}
