"""Demo keys are used only by a demo: every program checks the mark before anything else."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from api import __main__ as api
from cli.connections import connect_operations
from config.key_marks import DEMO_KEYS_OUTSIDE, OTHER_KEYS_IN_DEMO, require_keys_of_mode
from config.settings import Settings, SettingsError
from demo import server as demo_server
from embedded.folders import DataFolder
from embedded.key_file import ensure_key_file
from worker import __main__ as worker


def key_file(folder: Path, *, demo: bool) -> Path:
    data = DataFolder(folder)
    ensure_key_file(data, demo=demo)
    return data.keys


@pytest.mark.parametrize("demo", [True, False])
def test_keys_serve_the_mode_that_they_were_made_for(tmp_path: Path, *, demo: bool) -> None:
    keys = json.loads(key_file(tmp_path, demo=demo).read_text())
    require_keys_of_mode(keys, demo=demo)
    with pytest.raises(SettingsError):
        require_keys_of_mode(keys, demo=not demo)


def test_only_a_demos_keys_can_sign_tokens(tmp_path: Path) -> None:
    for demo in (True, False):
        folder = tmp_path / str(demo)
        folder.mkdir()
        assert ("demo_signing" in json.loads(key_file(folder, demo=demo).read_text())) is demo


@pytest.mark.parametrize("mark", [True, 1, "yes", "", None, {}])
def test_any_mark_but_a_plain_no_is_one(mark: object) -> None:
    with pytest.raises(SettingsError):
        require_keys_of_mode({"demo": mark}, demo=False)


@pytest.mark.parametrize("main", [api.main, worker.main])
def test_neither_api_nor_worker_starts_on_a_demos_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], main: Callable[[], int]
) -> None:
    set_environment(monkeypatch, key_file(tmp_path, demo=True), demo=False)
    assert (main(), capsys.readouterr().err) == (2, f"xuanhao: {DEMO_KEYS_OUTSIDE}\n")


def test_the_demo_does_not_start_on_other_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_environment(monkeypatch, key_file(tmp_path, demo=False), demo=True)
    assert (demo_server.main(), capsys.readouterr().err) == (2, f"xuanhao: {OTHER_KEYS_IN_DEMO}\n")


async def test_no_command_works_on_a_demos_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_environment(monkeypatch, key_file(tmp_path, demo=True), demo=False)
    with pytest.raises(SettingsError, match=DEMO_KEYS_OUTSIDE):
        async with connect_operations(Settings.from_environment()):
            pass


def set_environment(monkeypatch: pytest.MonkeyPatch, file: Path, *, demo: bool) -> None:
    """An environment with these keys, and without servers."""
    environment = {
        "SMS_URL": "local:",
        "REGISTRY_URL": "local:",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1",
        "KEY_FILE": str(file),
        "DEMO": str(int(demo)),
    }
    for name, value in environment.items():
        monkeypatch.setenv(f"XUANHAO_{name}", value)
