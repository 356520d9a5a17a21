"""TLS with our own authority and a client certificate; in a proxy, because the wheel's server has no TLS."""

from pathlib import Path
from urllib.parse import urlencode

import pytest

from domain.dependencies import DependencyUnavailable
from embedded.folders import DataFolder
from storage.redis.client import make_redis
from storage.redis.health import ping
from tests.support.tls import Authority, tls_proxy
from tests.support.valkeys import running_valkey


async def test_both_sides_show_a_certificate_of_our_authority(data_folder: DataFolder, tmp_path: Path) -> None:
    (tmp_path / "foreign").mkdir()
    ours, foreign = Authority(tmp_path), Authority(tmp_path / "foreign")
    client = ours.issue("client")
    mine = {"ssl_certfile": client.certificate, "ssl_keyfile": client.key}
    refused = [
        {"ssl_ca_certs": ours.root},
        {"ssl_ca_certs": foreign.root, **mine},
        dict(mine),
    ]
    async with (
        running_valkey(data_folder, tmp_path) as server,
        tls_proxy(ours, ours.issue("localhost"), f"127.0.0.1:{server.port}") as port,
    ):
        host = f"rediss://localhost:{port}"
        async with make_redis(f"{host}?{urlencode({'ssl_ca_certs': ours.root, **mine})}") as redis:
            await ping(redis)
        other_name = f"rediss://127.0.0.1:{port}?{urlencode({'ssl_ca_certs': ours.root, **mine})}"
        for url in [other_name, f"redis://localhost:{port}", *(f"{host}?{urlencode(each)}" for each in refused)]:
            async with make_redis(url) as redis:
                with pytest.raises(DependencyUnavailable):
                    await ping(redis)
