"""Packages: locked with hashes, with an allowed licence and a reason, and never reported as safe without a lookup."""

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from scripts.audit_packages import FOUND, UNKNOWN, Verdict, exit_code, read_npm_audit, read_pip_audit, words
from scripts.licences import LIST, Package, licence_page, python_packages, web_packages
from tests.rules.source_files import ROOT

PARTS = ("production.txt", "run.txt", "pages.txt")
LOCKS = (*PARTS, "dev.txt", "audit.txt")
# What `make run` starts.
PROGRAMS = ("embedded.__main__", "api.__main__", "worker.__main__", "cli.__main__", "demo.seed")
REASON = re.compile(r"^\| ([^|]+) \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)
UNASKED = {"name": "httpx", "skip_reason": "Dependency not found on PyPI and could not be audited: httpx (0.28.1)"}


def name_of(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower()


def direct_dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    groups = project["dependency-groups"].values()
    python = [*project["project"]["dependencies"], *(each for some in (*extras, *groups) for each in some)]
    web = json.loads((ROOT / "web" / "package.json").read_text("utf-8"))
    return {name_of(each) for each in python} | set(web["dependencies"]) | set(web["devDependencies"])


def documented_packages(text: str) -> set[str]:
    """The packages in the tables' first columns, without those in brackets."""
    names = re.sub(r"\([^)]*\)", "", ",".join(row[1] for row in REASON.finditer(text)))
    return {name.strip() for name in names.split(",")}


def entries_of(name: str) -> dict[str, str]:
    """Each package of a lock with its version and hashes, without the comments, which differ."""
    entries = re.split(r"\n(?=\S)", (ROOT / "requirements" / name).read_text("utf-8").strip())
    plain = [re.sub(r"\s*(\\\n|\n *#.*)\s*", " ", entry).strip() for entry in entries]
    return {entry.split("==")[0]: entry for entry in plain}


@pytest.mark.parametrize("name", PARTS)
def test_a_part_of_the_packages_is_locked_as_the_whole(name: str) -> None:
    part, whole = entries_of(name), entries_of("dev.txt")
    assert part
    assert {package for package, entry in part.items() if versions(whole.get(package, "")) != versions(entry)} == set()


def versions(entry: str) -> set[str]:
    """Version and hashes; the whole's marker may be wider than a part's."""
    return set(re.findall(r"==[^ ;]+|sha256:\w+", entry))


def test_what_make_run_starts_needs_only_the_packages_that_it_installs() -> None:
    code = f"import sys; known = set(sys.modules); import {', '.join(PROGRAMS)}; print(*(set(sys.modules) - known))"
    started = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    # A namespace such as `google` has modules of several packages.
    sources = packages_distributions()
    modules = {name.split(".")[0] for name in started.stdout.split()} & sources.keys()
    third_party = {module: set(map(normal, sources[module])) for module in modules}
    assert {"temporalio", "fastapi"} <= third_party.keys()
    installed = entries_of("run.txt").keys()
    assert {module for module, packages in third_party.items() if not packages & installed} == set()


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_version_and_a_hash(name: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / "requirements" / name).read_text("utf-8").strip())
    packages = [entry for entry in entries if not entry.startswith("#")]
    assert packages
    assert [each.split("\n")[0] for each in packages if "==" not in each or "--hash=sha256:" not in each] == []


def test_every_web_package_is_locked_with_a_hash() -> None:
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text("utf-8"))
    assert [path for path, entry in lock["packages"].items() if path and not entry.get("integrity")] == []


def test_every_direct_dependency_has_its_reason() -> None:
    there = documented_packages((ROOT / "docs" / "dependencies.md").read_text("utf-8"))
    assert direct_dependencies() - there == set()


def test_every_production_package_has_an_allowed_licence() -> None:
    python, web = python_packages(), web_packages()
    assert [each for each in (*python, *web) if not each.is_allowed] == []
    assert LIST.read_text("utf-8") == licence_page(python, web), "run `make audit`"


@pytest.mark.parametrize(
    "licence, is_allowed",
    [
        ("MIT", True), ("GPL-3.0-only", False), ("unknown", False), ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-3.0-only", False), ("MIT AND PSF-2.0", True), ("AGPL-3.0 AND (MIT OR ISC)", False),
    ],
)  # fmt: skip
def test_a_licence_that_is_not_allowed_is_caught(licence: str, is_allowed: bool) -> None:  # noqa: FBT001 -- a column of the table above
    assert Package("x", "1", licence).is_allowed is is_allowed


def test_packages_that_the_service_knows_nothing_of_are_not_called_safe() -> None:
    looked_up = {"name": "idna", "version": "3.20", "vulns": []}
    unasked = read_pip_audit("lock", json.dumps({"dependencies": [looked_up, UNASKED]}), {"idna", "httpx"})
    left_out = read_pip_audit("lock", json.dumps({"dependencies": [looked_up]}), {"idna", "httpx"})
    silent = read_pip_audit("lock", "", {"idna", "httpx"})
    refused = read_npm_audit("web", '{"message": "405 Method Not Allowed", "statusCode": 405}')
    for verdict in (unasked, left_out, silent, refused, read_npm_audit("web", "")):
        assert exit_code([verdict]) == UNKNOWN
        assert "NOT CHECKED" in words(verdict)


def test_a_vulnerability_is_found_even_where_others_could_not_be_looked_up() -> None:
    problem = {"id": "PYSEC-1", "fix_versions": ["3.21"]}
    bad = {"name": "idna", "version": "3.20", "vulns": [problem]}
    verdict = read_pip_audit("lock", json.dumps({"dependencies": [bad, UNASKED]}), {"idna", "httpx"})
    assert exit_code([verdict]) == FOUND
    assert "idna 3.20: PYSEC-1 (fixed in 3.21)" in words(verdict)
    totals = {
        "metadata": {"dependencies": {"total": 2}},
        "vulnerabilities": {"vue": {"severity": "high", "range": "<4"}},
    }
    assert exit_code([read_npm_audit("web", json.dumps(totals))]) == FOUND


def test_what_was_all_looked_up_and_is_clean_passes() -> None:
    verdict = read_pip_audit(
        "lock", json.dumps({"dependencies": [{"name": "idna", "version": "3.20", "vulns": []}]}), {"idna"}
    )
    assert (exit_code([verdict, Verdict("web", 3)]), verdict.known) == (0, 1)
