"""`xuanhao doctor` on a running installation, with processes elsewhere that are old, late or without a key."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from config.release import RELEASE, this_process
from config.settings import Settings
from domain.processes import RunningProgram
from operations.installation import Installation, run_step
from operations.setup_checks import check_keys, is_open_to_others
from process.clock import system_clock
from storage.crypto.readers import QUICK, KeyReader, KeyReaders, keep_keys_current, skew_of
from tests.support.api_stack import ApiStack, keys_of
from tests.support.command_line import Ran, Run
from tests.support.key_files import write_keys
from tests.support.waiting import eventually

SECOND = timedelta(seconds=1)


def found_by(ran: Ran) -> dict[str, dict[str, str]]:
    return {step["step"]: step for step in map(json.loads, ran.out.splitlines())}


@pytest.fixture
async def readers(stack: ApiStack, settings: Settings) -> AsyncIterator[KeyReaders]:
    """A process of this release reports here, as API and worker do."""
    database, readers = stack.repositories.database, KeyReaders(stack.repositories.database)
    often = timedelta(milliseconds=20)
    async with keep_keys_current(keys_of(settings), database, this_process("api"), system_clock, every=often):

        async def has_compared_clocks() -> bool:
            return any(reader.skew is not None for reader in await readers.live_readers(system_clock()))

        await eventually(has_compared_clocks)
        yield readers


async def test_each_process_is_named_with_its_release_its_keys_and_its_clock(
    xuanhao: Run, readers: KeyReaders, settings: Settings
) -> None:
    steps = found_by(await xuanhao("doctor"))
    api, known = str(this_process("api")), keys_of(settings).known_ids
    assert api.startswith(f"api {RELEASE} on ")
    assert steps["processes"]["found"] == f"{api} (1)"
    assert steps["key_readers"]["found"] == f"{api}: {', '.join(sorted(known))}"
    assert steps["clocks"]["found"].endswith("and so are 1 processes")
    assert steps["role"]["found"] == "signs in, and owns nothing"
    assert "poll the task queue" in steps["workers"]["found"]

    old, late = uuid4(), uuid4()
    await readers.report(old, KeyReader(RunningProgram("worker"), system_clock(), known[:1], known[:1]))
    elsewhere = RunningProgram("api", "0.0.9", "elsewhere")
    await readers.report(late, KeyReader(elsewhere, system_clock(), known, known, -3 * SECOND))
    try:
        ran = await xuanhao("doctor")
    finally:
        await readers.forget(old)
        await readers.forget(late)
    steps, unknown = found_by(ran), "worker of an unknown release on an unknown machine"
    assert steps["processes"]["found"] == f"not of release {RELEASE}: api 0.0.9 on elsewhere, {unknown}"
    assert steps["clocks"]["found"] == "from the database's clock: api 0.0.9 on elsewhere: -3.0 s"
    assert steps["key_readers"]["found"] == f"{unknown} lacks {', '.join(known[1:])}"
    assert all(steps[name]["remedy"] for name in ("processes", "clocks", "key_readers"))


async def test_a_schedule_that_is_missing_or_paused_is_named(
    xuanhao: Run, stack: ApiStack, temporal_client: Client
) -> None:
    schedule = temporal_client.get_schedule_handle("upkeep")
    # Other tests of this process may have made it: the namespace is shared.
    with suppress(RPCError):
        await schedule.delete()
    missing = found_by(await xuanhao("doctor"))
    assert (missing["schedule"]["found"], missing["maintenance"]["found"]) == ("upkeep is missing", "no schedule")
    made = found_by(await xuanhao("setup", "--apply"))
    try:
        assert made["schedule"]["found"] == "upkeep, every 60 s"
        await schedule.pause()
        paused = found_by(await xuanhao("doctor"))
        assert paused["schedule"]["ok"]
        assert paused["maintenance"]["found"] == "paused"
    finally:
        await schedule.delete()


def test_a_clock_is_compared_only_where_the_answer_came_at_once() -> None:
    before = system_clock()
    assert skew_of(before, before - SECOND, before + QUICK / 2) == SECOND + QUICK / 4
    assert skew_of(before, before, before + QUICK) is None
    assert skew_of(before, before, before - SECOND) is None


@pytest.mark.parametrize(
    "mode, is_ours, is_open",
    [(0o600, True, False), (0o640, True, True), (0o440, False, False), (0o444, False, True)],
)
def test_a_secret_of_kubernetes_is_read_through_its_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, mode: int, is_ours: bool, is_open: bool
) -> None:
    file, us = tmp_path / "keys.json", os.geteuid()
    file.touch()
    file.chmod(mode)
    monkeypatch.setattr(os, "geteuid", lambda: us if is_ours else us + 1)
    assert is_open_to_others(file) == is_open


async def test_keys_on_a_read_only_volume_that_others_can_read_are_named(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_keys(tmp_path / "keys.json")
    file.chmod(0o644)

    def refuse(*_: object) -> None:
        raise PermissionError

    installation = Installation(settings.model_copy(update={"key_file": file}), system_clock(), apply=True)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "chmod", refuse)
        step = await run_step("keys", check_keys, installation)
    assert (step.ok, step.found) == (False, "others can read the file")
    assert (await run_step("keys", check_keys, installation)).ok
    assert file.stat().st_mode & 0o777 == 0o600
    await installation.close()
