"""The whole system of `make run`, in the test's folder and on free ports."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from embedded.managed_process import tie_to_parent
from embedded.ports import free_port
from tests.support.prepared_cluster import prepared_cluster
from tests.support.waiting import eventually

Json = dict[str, Any]
"""A JSON object; tests/scenarios/acceptance validates its form against the published document."""

ROOT = Path(__file__).parents[2]
# Several systems may start at once, beside other tests.
LONGEST_START_S = 120
LONGEST_STOP_S = 20


@dataclass
class RunningStack:
    """One instance; `url` is its address, `folder` its data."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    temporal_port: int = field(default_factory=free_port)
    ui_port: int = field(default_factory=free_port)
    from_nothing: bool = False
    """Whether its first start makes everything itself, as an operator's does."""

    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def temporal(self) -> str:
        return f"127.0.0.1:{self.temporal_port}"

    async def start(self, *command: str) -> str:
        """Start, wait for the ready line, and return it; a failed start raises with its output.

        On Linux it ends with this process, so that not even a test run that is killed leaves a system behind.
        """
        variables = self._variables() | self.environment
        if not self.from_nothing:
            await prepared_cluster.give_to_installation(self.folder, demo=variables["XUANHAO_DEMO"] == "1")
        located = self._locate(command or (sys.executable, "-m", "embedded"))
        self.process = await asyncio.create_subprocess_exec(
            *(tie_to_parent(located) if sys.platform == "linux" else located),
            cwd=ROOT,
            env=os.environ | variables,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        assert self.process.stdout
        assert self.process.stderr
        async with asyncio.timeout(LONGEST_START_S):
            # The output of make comes before it.
            while (line := (await self.process.stdout.readline()).decode()) and "ready" not in line:
                pass
        assert "ready" in line, (await self.process.stderr.read()).decode()
        return line

    async def stop(self) -> int:
        """SIGTERM to the parent only; returns its exit code when it has ended."""
        assert self.process
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(LONGEST_STOP_S):
            return await self.process.wait()

    def family(self) -> list[psutil.Process]:
        """Every process that this instance started."""
        assert self.process
        return psutil.Process(self.process.pid).children(recursive=True)

    def server(self, *names: str) -> psutil.Process:
        """The oldest process with one of these names: the server itself, not one of its helpers."""
        return min((p for p in self.family() if p.name() in names), key=lambda process: process.create_time())

    def program(self, module: str) -> psutil.Process:
        """The process that runs this module, such as `worker`."""
        return next(p for p in self.family() if p.cmdline()[-2:] == ["-m", module])

    @staticmethod
    def _locate(command: Sequence[str]) -> list[str]:
        program, *arguments = command
        return [shutil.which(program) or program, *arguments]

    def _variables(self) -> dict[str, str]:
        return {
            "XUANHAO_DEMO": "1",
            "XUANHAO_DATA_DIR": str(self.folder),
            "XUANHAO_HTTP_PORT": str(self.port),
            "XUANHAO_TEMPORAL_PORT": str(self.temporal_port),
            "XUANHAO_TEMPORAL_UI_PORT": str(self.ui_port),
        }


@asynccontextmanager
async def run_stack(stack: RunningStack, *command: str) -> AsyncIterator[RunningStack]:
    try:
        await stack.start(*command)
        yield stack
    finally:
        await stack.stop()


def json_of(answer: httpx.Response) -> Json:
    body: Json = answer.json()
    return body


@dataclass
class Client:
    """A user with a token, who calls the API like any client."""

    http: httpx.AsyncClient
    user: str
    token: str

    @classmethod
    async def sign_in(cls, http: httpx.AsyncClient, user: str) -> "Client":
        answer = await http.post("/api/v1/demo/tokens", json={"user": user})
        return cls(http, user, answer.json()["access_token"])

    async def post(self, path: str, body: object | None = None, **headers: str) -> httpx.Response:
        return await self.http.post(f"/api/v1{path}", json=body, headers=self._headers(headers))

    async def get(self, path: str, **parameters: str) -> httpx.Response:
        return await self.http.get(f"/api/v1{path}", params=parameters, headers=self._headers({}))

    async def cars(self) -> list[Json]:
        answer = await self.http.get("/api/v1/demo/vehicles", params={"user": self.user})
        cars: list[Json] = answer.json()["items"]
        return cars

    async def messages(self, purpose: str | None = None) -> list[dict[str, str]]:
        answer = await self.http.get("/api/v1/demo/messages", params={"user": self.user})
        return [item for item in answer.json()["items"] if purpose in (None, item["purpose"])]

    async def create(self, car: Json) -> Json:
        """From the code to the view at 选号服务说明."""
        notice = (await self.get(f"/offices/{car['office_code']}/notice")).json()
        await self.post("/verification-codes", {"purpose": "confirm_information"})
        code = (await self.messages("confirm_information"))[0]["code"]
        facts = {name: car[name] for name in ("office_code", "certificate_number", "vin", "seller")}
        answer = await self.post("/preselections", facts | {"notice_version": notice["version"], "code": code})
        assert answer.status_code == 201, answer.text
        return json_of(answer)

    async def reach_selection(self, preselection_id: str) -> Json:
        """开始选号 and 身份验证; the stack's policy has no countdown there."""
        await self.post(f"/preselections/{preselection_id}/start")
        await self.post(f"/preselections/{preselection_id}/identity-code")
        code = (await self.messages("confirm_identity"))[0]["code"]
        answer = await self.post(f"/preselections/{preselection_id}/identity", {"code": code})
        assert answer.status_code == 200, answer.text
        return json_of(answer)

    async def reach_reservation(self, car: Json) -> Json:
        view = await self.create(car)
        path = f"/preselections/{view['id']}"
        await self.reach_selection(view["id"])
        drawn = await self._draw(path)
        number = drawn.json()["batch"]["numbers"][0]
        await self.post(f"{path}/candidates", {"number": number})
        answer = await self.post(f"{path}/confirmation", {"number": number})
        assert answer.status_code == 200, answer.text
        return json_of(answer)

    async def _draw(self, path: str) -> httpx.Response:
        """A worker that has just started builds its indexes first, and until then a draw is to be repeated."""

        async def drawn() -> httpx.Response | None:
            answer = await self.post(f"{path}/draws", {})
            assert answer.status_code in (200, 503), answer.text
            return answer if answer.status_code == 200 else None

        return await eventually(drawn)

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} | {k.replace("_", "-"): v for k, v in headers.items()}


async def run_command(stack: RunningStack, *words: str, stdin: str = "") -> tuple[int, str]:
    """The command as it is typed: with its script, and only the data folder."""
    command = [str(ROOT / "bin" / "xuanhao"), "--data-dir", str(stack.folder), "--json", *words]
    pipe = asyncio.subprocess.PIPE
    started = await asyncio.create_subprocess_exec(*command, cwd=stack.folder, stdin=pipe, stdout=pipe)
    out, _ = await started.communicate(stdin.encode())
    return started.returncode or 0, out.decode()
