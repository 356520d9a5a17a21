"""The proxies of `deploy/`, run with their samples where the machine has the programs."""

import os
import re
import shutil
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from embedded.managed_process import ManagedProcess
from embedded.ports import HOST, free_port
from tests.rules.source_files import ROOT
from tests.support.readiness import is_well
from tests.support.tls import Authority, KeyPair
from tests.support.waiting import eventually

DOMAIN = "xuanhao.example"
DEPLOY = ROOT / "deploy"
_WHERE = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"
_STOP_S = 5.0


@dataclass(frozen=True)
class Ports:
    """Of the application, and of the proxy with and without TLS."""

    application: int
    secure: int
    plain: int


def _nginx(folder: Path, pair: KeyPair, ports: Ports) -> list[str | Path]:
    sample = (DEPLOY / "nginx" / "xuanhao.conf").read_text("utf-8")
    for written, used in (
        (r"server 127\.0\.0\.1:8000;", f"server {HOST}:{ports.application};"),
        (r"server 127\.0\.0\.1:8001;", ""),
        (r"listen 80;", f"listen {HOST}:{ports.plain};"),
        (r"listen 443 ssl;", f"listen {HOST}:{ports.secure} ssl;"),
        (r"/etc/xuanhao/tls/fullchain\.pem", str(pair.certificate)),
        (r"/etc/xuanhao/tls/privkey\.pem", str(pair.key)),
    ):
        sample, changed = re.subn(written, used, sample)
        assert changed == 1, written
    parts = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    spool = " ".join(f"{part}_temp_path {folder / part};" for part in parts)
    owner = "user root;" if os.geteuid() == 0 else ""
    whole = f"daemon off; {owner} pid {folder}/pid; events {{}} http {{ access_log off; {spool} {sample} }}"
    (folder / "nginx.conf").write_text(whole, "utf-8")
    return ["-e", "stderr", "-c", folder / "nginx.conf"]


def _caddy(folder: Path, pair: KeyPair, ports: Ports) -> list[str | Path]:
    sample = (DEPLOY / "caddy" / "Caddyfile").read_text("utf-8")
    for written, used in (
        (
            r"\{\$XUANHAO_DOMAIN:xuanhao\.example\} \{",
            f"https://{DOMAIN}:{ports.secure} {{\n\ttls {pair.certificate} {pair.key}",
        ),
        (r"\{\$XUANHAO_UPSTREAMS:[^}]+\}", f"{HOST}:{ports.application}"),
    ):
        sample, changed = re.subn(written, used, sample)
        assert changed == 1, written
    options = f"{{\n\tadmin off\n\thttp_port {ports.plain}\n\tdefault_bind {HOST}\n\tstorage file_system {folder}\n}}\n"
    (folder / "Caddyfile").write_text(options + sample, "utf-8")
    return ["run", "--adapter", "caddyfile", "--config", folder / "Caddyfile"]


_SAMPLES: dict[str, Callable[[Path, KeyPair, Ports], list[str | Path]]] = {"nginx": _nginx, "caddy": _caddy}
HERE = [name for name in _SAMPLES if shutil.which(name, path=_WHERE)]
"""The proxies that this machine has."""


@dataclass(frozen=True)
class SampleProxy:
    """A running proxy, and a client that knows its authority and asks it by its name."""

    http: httpx.AsyncClient
    ports: Ports

    def options(self, headers: Mapping[str, str]) -> dict[str, Any]:
        return {"headers": {"Host": DOMAIN} | dict(headers), "extensions": {"sni_hostname": DOMAIN}}

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return await self.http.get(path, **self.options(headers or {}))

    async def post(self, path: str, content: bytes, headers: Mapping[str, str]) -> httpx.Response:
        return await self.http.post(path, content=content, **self.options(headers))


@asynccontextmanager
async def running_proxy(name: str, application: int, folder: Path) -> AsyncIterator[SampleProxy]:
    authority, ports = Authority(folder), Ports(application, free_port(), free_port())
    arguments = _SAMPLES[name](folder, authority.issue(DOMAIN), ports)
    program = shutil.which(name, path=_WHERE) or name
    environment = {"PATH": _WHERE, "HOME": str(folder)}
    process = await ManagedProcess.start(
        [program, *arguments], log=folder / f"{name}.log", environment=environment, folder=folder
    )
    context = ssl.create_default_context(cafile=str(authority.root))
    try:
        async with httpx.AsyncClient(
            base_url=f"https://{HOST}:{ports.secure}", verify=context, trust_env=False, timeout=30
        ) as http:
            proxy = SampleProxy(http, ports)
            await eventually(partial(is_well, proxy.get, "/healthz"), within=30)
            yield proxy
    finally:
        await process.stop(timeout_s=_STOP_S)
