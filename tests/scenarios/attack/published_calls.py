"""Schemathesis over the whole published document of a running service, stateful too.

It runs as a separate program, which shares nothing with ours. Each call has a user with the right role, because
otherwise everything behind the role would not be tested.
"""

import asyncio
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support.running_stack import Client

SEED = 20261125
LONGEST_ANSWER_S = 15
# The allowed statuses for a request that violates the document; 413 and 415 are checked first.
REFUSALS = (400, 401, 403, 404, 405, 406, 408, 409, 413, 415, 422, 429)
_CASES = re.compile(r"(\d+) generated")


@dataclass(frozen=True)
class Extent:
    """The amount of work: examples per call, sequences of calls, and their length."""

    examples: int
    sequences: int
    steps: int


SHORT = Extent(examples=2, sequences=8, steps=4)
LONG = Extent(examples=60, sequences=60, steps=8)


@dataclass(frozen=True)
class Cast:
    """Tokens of the callers, and the applicants' preselections."""

    selecting: Client
    selecting_id: str
    completed: Client
    completed_id: str
    clerk: Client
    operator: Client
    auditor: Client

    @classmethod
    async def of_demo(cls, http: httpx.AsyncClient, applicants: list[str]) -> "Cast":
        """Bring two applicants with these names to the required stages."""
        selecting, completed = [await Client.sign_in(http, user) for user in applicants]
        car = (await selecting.cars())[0]
        view = await selecting.create(car)
        await selecting.reach_selection(view["id"])
        done = await completed.reach_reservation((await completed.cars())[0])
        users = (await http.get("/api/v1/demo/users")).json()["items"]
        clerk = next(user["user"] for user in users if user.get("office_code") == car["office_code"])
        others = {user["roles"][0]: user["user"] for user in users}
        names = (clerk, others["operator"], others.get("auditor", clerk))
        staff = [await Client.sign_in(http, user) for user in names]
        return cls(selecting, view["id"], completed, done["id"], *staff)


@dataclass(frozen=True)
class Verdict:
    """The output of Schemathesis; `is_clean` if it found nothing."""

    is_clean: bool
    words: str

    @property
    def cases(self) -> int:
        found = _CASES.search(self.words)
        return int(found[1]) if found else 0


async def attack(url: str, cast: Cast, extent: Extent, folder: Path) -> Verdict:
    """Run it against the service at `url`; `folder` gets its configuration."""
    configuration = folder / "schemathesis.toml"
    configuration.write_text("\n".join(_configuration(url, cast, extent)), "utf-8")
    # One thread: CPython 3.11 counts the depth of `ast.parse` for all threads together, and two fail by chance.
    options = ("--continue-on-failure", "--no-color", "--workers", "1", "--warnings", "off")
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration)),
        *("run", f"{url}/openapi.json", *options),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        words, _ = await program.communicate()
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
    return Verdict(program.returncode == 0, words.decode())


def _configuration(url: str, cast: Cast, extent: Extent) -> Iterator[str]:
    # Deterministic, so that every run makes the same calls, whatever an earlier run has found.
    yield f"base-url = {_text(url)}"
    yield f"headers = {_bearer(cast.selecting)}"
    yield f"seed = {SEED}"
    yield "max-stream-events = 1"
    yield f"request-timeout = {LONGEST_ANSWER_S + 5}"
    yield f'generation = {{ max-examples = {extent.examples}, deterministic = true, database = "none" }}'
    yield f"checks.max_response_time = {LONGEST_ANSWER_S}"
    # A schema can't express whether a plate, a VIN or a code is correct, so a well-formed value may be refused.
    yield "checks.positive_data_acceptance.enabled = false"
    yield f"checks.negative_data_rejection.expected-statuses = {json.dumps([str(status) for status in REFUSALS])}"
    yield f"phases.stateful.max-steps = {extent.steps}"
    yield f"phases.stateful.generation.max-examples = {extent.sequences}"
    yield from _operation({"include-tag": "desk"}, cast.clerk)
    yield from _operation({"include-tag": "operations"}, cast.operator)
    yield from _operation({"include-tag": "audit"}, cast.auditor)
    documents = ["read_voucher", "read_calendar_file"]
    yield from _operation({"include-operation-id": documents}, cast.completed, cast.completed_id)
    own = {"include-tag": ["preselections", "plates"], "exclude-operation-id": documents}
    yield from _operation(own, cast.selecting, cast.selecting_id)


def _operation(which: Mapping[str, object], caller: Client, preselection_id: str | None = None) -> Iterator[str]:
    yield "[[operations]]"
    for name, value in which.items():
        yield f"{name} = {json.dumps(value)}"
    yield f"headers = {_bearer(caller)}"
    if preselection_id:
        yield f"parameters = {{ preselection_id = {_text(preselection_id)} }}"


def _bearer(caller: Client) -> str:
    return f"{{ Authorization = {_text(f'Bearer {caller.token}')} }}"


def _text(value: str) -> str:
    """JSON writes a string as TOML does."""
    return json.dumps(value)
