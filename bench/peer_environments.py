"""The interpreters of the peers, each in an environment apart from ours: pretix alone brings 170 packages."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

FOLDER = Path(sys.prefix) / "peers"
PACKAGES = {"dbos": ("dbos",), "pretix": ("pretix", "gunicorn")}
WITH_OURS = {"dbos"}
"""The program on DBOS reads our rows and settings, so it finds our packages too."""


def interpreter(name: str, folder: Path = FOLDER) -> Path | None:
    """The interpreter of a peer; None where it is not installed."""
    python = folder / name / "bin" / "python"
    return python if (folder / name / "installed").exists() else None


def install(name: str, folder: Path = FOLDER) -> None:
    """Install a peer's newest version, unless it is there. pretix takes a minute and 600 MB."""
    if interpreter(name, folder):
        return
    place = folder / name
    venv.create(place, with_pip=True, clear=True)
    if name in WITH_OURS:
        (packages,) = place.glob("lib/python*/site-packages")
        (packages / "ours.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    subprocess.run([place / "bin" / "python", "-m", "pip", "install", "--quiet", *PACKAGES[name]], check=True)  # noqa: S603 -- the arguments are ours.
    (place / "installed").touch()
