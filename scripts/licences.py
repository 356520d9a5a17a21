"""Lists the licence of every locked production package in docs/licences.md, and reports those that are not allowed.

The licence of a Python package comes from the installed metadata, that of a web package from the lock file. Packages
whose metadata has it as free text, or that are not installed on every system, are listed here.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from json import loads
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "docs" / "licences.md"

ALLOWED = {
    "MIT": "",
    "MIT-0": "",
    "MIT-CMU": "",
    "BSD-2-Clause": "",
    "BSD-3-Clause": "",
    "ISC": "",
    "Apache-2.0": "",
    "PSF-2.0": "",
    "MPL-2.0": "copyleft per file; we change none of its files",
    "LGPL-3.0-only": "an imported library, unchanged and replaceable",
    "OFL-1.1": "the font; it may be embedded in documents",
}
"""The allowed licences of production packages, with a reason where one is needed."""

NAMED = {
    "async-timeout": "Apache-2.0",
    "defusedxml": "PSF-2.0",
    "markdown-it-py": "MIT",
    "mdurl": "MIT",
    "protobuf": "BSD-3-Clause",
    "pylopdf-fonts-zh-cn": "OFL-1.1",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "segno": "BSD-3-Clause",
    "uharfbuzz": "Apache-2.0",
    "uvloop": "Apache-2.0 OR MIT",
}
"""Packages whose metadata has the licence as free text, or that only some systems need."""

_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)
HEAD = """# Licences of the production packages

`make audit` generates this list from `requirements/production.txt` and `web/package-lock.json`. A test compares it with
both files and with the allowed licences (`scripts/licences.py`). Build and test tools are not part of it.
"""


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    licence: str

    @property
    def is_allowed(self) -> bool:
        """One allowed alternative (OR) is enough; of combined licences (AND) each must be allowed."""
        together = re.split(r"\s+AND\s+", self.licence)
        return all(any(one in ALLOWED for one in re.split(r"\s+OR\s+", each.strip("()"))) for each in together)


def python_packages() -> list[Package]:
    text = (ROOT / "requirements" / "production.txt").read_text("utf-8")
    return [Package(name, version, _licence_of(name)) for name, version in _LOCKED.findall(text)]


def web_packages() -> list[Package]:
    """The packages of the built pages."""
    lock = loads((ROOT / "web" / "package-lock.json").read_text("utf-8"))
    return [
        Package(path.rpartition("node_modules/")[2], entry["version"], entry.get("license", "unknown"))
        for path, entry in sorted(lock["packages"].items())
        if path and not entry.get("dev") and not entry.get("devOptional")
    ]


def _licence_of(name: str) -> str:
    if name in NAMED:
        return NAMED[name]
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return "unknown"
    named = (said[field] for field in ("License-Expression", "License") if field in said)
    return next(filter(None, named), "unknown")


def licence_page(python: list[Package], web: list[Package]) -> str:
    """The whole page."""
    return "\n".join([HEAD, *_table("Python", python), *_table("Web pages", web), *_grounds()]) + "\n"


def _table(heading: str, packages: list[Package]) -> Iterator[str]:
    yield from (f"## {heading}", "", "| package | version | licence |", "| --- | --- | --- |")
    yield from (f"| {each.name} | {each.version} | {each.licence} |" for each in packages)
    yield ""


def _grounds() -> Iterator[str]:
    yield from ("## Why some are allowed", "", "| licence | because |", "| --- | --- |")
    yield from (f"| {licence} | {ground} |" for licence, ground in ALLOWED.items() if ground)


def main() -> int:
    python, web = python_packages(), web_packages()
    LIST.write_text(licence_page(python, web), "utf-8")
    refused = [each for each in (*python, *web) if not each.is_allowed]
    for each in refused:
        sys.stderr.write(f"{each.name} {each.version}: the licence {each.licence!r} is not allowed\n")
    sys.stdout.write(f"licences: {len(python)} Python and {len(web)} web packages, {len(refused)} not allowed\n")
    return int(bool(refused))


if __name__ == "__main__":
    sys.exit(main())
