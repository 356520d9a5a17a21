"""The command line, in this process and as a process."""

import asyncio
import io
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cyclopts import CycloptsError

from cli.app import parse
from cli.execution import run_command
from config.settings import Settings

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def records(self) -> list[Any]:
        assert self.code == 0, self.err
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Awaitable[Ran]]


def variables(settings: Settings) -> dict[str, str]:
    return {
        "XUANHAO_DATABASE_URL": settings.database_url,
        "XUANHAO_REDIS_URL": settings.redis_url,
        "XUANHAO_TEMPORAL_ADDRESS": settings.temporal_address,
        "XUANHAO_TASK_QUEUE": settings.task_queue,
        "XUANHAO_KEY_FILE": str(settings.key_file),
    }


async def run_process(arguments: tuple[str, ...], environment: dict[str, str], stdin: str, folder: Path) -> Ran:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("XUANHAO_", "LC_", "LANG"))}
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli", *arguments, cwd=folder, env=clean | {"PYTHONPATH": str(ROOT)} | environment,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await started.communicate(stdin.encode())
    return Ran(started.returncode or 0, out.decode(), err.decode())


@pytest.fixture
def xuanhao(settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in this process: a separate process takes seconds to start."""

    async def run(*arguments: str, stdin: str = "", **environment: str) -> Ran:
        capsys.readouterr()
        with monkeypatch.context() as here:
            for name in ("LC_ALL", "LC_MESSAGES", "LANG", "XUANHAO_OPERATOR"):
                here.delenv(name, raising=False)
            for name, value in environment.items():
                here.setenv(name, value)
            here.setattr(sys, "stdin", io.StringIO(stdin))
            try:
                invocation = parse(("--json", *arguments))
            except CycloptsError as problem:
                return Ran(2, "", str(problem))
            assert invocation
            code = await run_command(settings, invocation)
        said = capsys.readouterr()
        lines = [line for line in said.out.splitlines() if line.startswith("{")]
        return Ran(code, "\n".join(lines), said.err)

    return run
