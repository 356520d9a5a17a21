"""The pages are built with the machine's Node where it is new enough, and with that of the wheel elsewhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import build_web


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which this machine has programs."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def install_node(folder: Path, version: str) -> None:
    for name in ("node", "npm"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)


@pytest.mark.parametrize("version", ["v22.17.0", "v22.21.1", "v24.0.0"])
def test_a_new_node_of_the_machine_is_used(machine: Path, version: str) -> None:
    install_node(machine, version)
    assert build_web.npm() == ["npm"]
    assert build_web.environment()["PATH"] == str(machine)


@pytest.mark.parametrize("version", [None, "v22.16.0", "v18.20.4", "strange"])
def test_without_one_the_wheels_is_used(machine: Path, version: str | None) -> None:
    if version:
        install_node(machine, version)
    [npm] = build_web.npm()
    folder = Path(sys.executable).parent
    assert build_web.environment()["PATH"] == f"{folder}{os.pathsep}{machine}"
    assert Path(npm).parent == folder
    said = subprocess.run([folder / "node", "--version"], capture_output=True, text=True, check=True).stdout
    major, minor = said.removeprefix("v").split(".")[:2]
    assert (int(major), int(minor)) >= build_web.LEAST_NODE
