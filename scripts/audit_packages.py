"""`make audit`: known vulnerabilities of every locked package, licences, server versions, and an SBOM.

The exit code is 0 when every package was looked up without a finding, 1 when something was found, and 3 when an
advisory service did not respond for every package: then the result is unknown.
"""

import json
import re
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from importlib.metadata import distributions
from pathlib import Path

from scripts import licences, sbom
from scripts.build_web import WEB, environment, npm

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".venv" / "audit-tools"
FOUND, UNKNOWN = 1, 3
MOST_SECONDS = 600
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", re.MULTILINE)


@dataclass(frozen=True)
class Verdict:
    """`known` packages were looked up; if some were not, `trouble` says why."""

    what: str
    known: int = 0
    found: tuple[str, ...] = field(default=())
    trouble: str | None = None


def read_pip_audit(what: str, said: str, locked: set[str]) -> Verdict:
    """Evaluate pip-audit's JSON about the locked packages."""
    try:
        packages = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Verdict(what, trouble="pip-audit returned no result")
    answered = {each["name"] for each in packages if "vulns" in each}
    found = tuple(
        f"{each['name']} {each['version']}: {problem['id']} (fixed in {', '.join(problem['fix_versions']) or '-'})"
        for each in packages
        for problem in each.get("vulns", ())
    )
    missing = locked - answered
    trouble = f"the advisory service does not know {len(missing)} of {len(locked)} packages" if missing else None
    return Verdict(what, len(answered), found, trouble)


def read_npm_audit(what: str, said: str) -> Verdict:
    """Evaluate the output of `npm audit --json`."""
    try:
        report = json.loads(said)
        known = report["metadata"]["dependencies"]["total"]
        problems = report["vulnerabilities"]
    except (ValueError, KeyError, TypeError):
        return Verdict(what, trouble="the registry's advisory service did not respond")
    found = tuple(f"{name}: {problem['severity']}, {problem['range']}" for name, problem in sorted(problems.items()))
    return Verdict(what, known, found)


def exit_code(verdicts: list[Verdict]) -> int:
    """A finding takes precedence over a package that could not be looked up."""
    if any(verdict.found for verdict in verdicts):
        return FOUND
    return UNKNOWN if any(verdict.trouble for verdict in verdicts) else 0


def words(verdict: Verdict) -> str:
    lines = [f"{verdict.what}: {problem}" for problem in verdict.found]
    if verdict.trouble:
        lines.append(f"{verdict.what}: NOT CHECKED: {verdict.trouble}")
    elif not verdict.found:
        lines.append(f"{verdict.what}: {verdict.known} packages, no known vulnerability")
    return "\n".join(lines)


def pip_verdict(name: str) -> Verdict:
    lock = ROOT / "requirements" / name
    options = ("--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off", "--timeout", "15")
    said = _read_output([str(TOOLS / "bin" / "pip-audit"), *options, "--requirement", str(lock)])
    # Packages for other systems are not looked up here; a run on each system covers its own.
    locked = {each.lower() for each in _LOCKED.findall(lock.read_text("utf-8"))} & _installed_packages()
    return read_pip_audit(f"requirements/{name}", said, locked)


def _installed_packages() -> set[str]:
    return {re.sub(r"[-_.]+", "-", each.name).lower() for each in distributions()}


def npm_verdict() -> Verdict:
    return read_npm_audit(
        "web/package-lock.json", _read_output([*npm(), "audit", "--json"], folder=WEB, own=environment())
    )


def install_tools() -> None:
    lock = ROOT / "requirements" / "audit.txt"
    stamp = TOOLS / "set-up-for"
    if stamp.is_file() and stamp.read_text() == lock.read_text():
        return
    venv.create(TOOLS, with_pip=True, clear=True)
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
    subprocess.run([TOOLS / "bin" / "pip", "install", *options, "-r", lock], check=True)  # noqa: S603 -- our own words
    stamp.write_text(lock.read_text())


def _read_output(command: list[str], *, folder: Path = ROOT, own: dict[str, str] | None = None) -> str:
    """The output, with any exit code; empty after a timeout."""
    try:
        done = subprocess.run(  # noqa: S603 -- our own words
            command, check=False, cwd=folder, env=own, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            timeout=MOST_SECONDS,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def write_sbom() -> str:
    """Write the bill of materials; returns what is in it."""
    servers = sbom.server_versions()
    inside = ", ".join(f"{name} {version}" for name, version in servers.items())
    written = sbom.write_bill(servers)
    return (
        f"servers inside the wheels: {inside}; no advisory service is asked about them\n"
        f"{sbom.SBOM.relative_to(ROOT)}: {written} components, valid CycloneDX\n"
    )


def main() -> int:
    not_allowed = licences.main()
    sys.stdout.write(write_sbom())
    try:
        install_tools()
        verdicts = [pip_verdict("production.txt"), pip_verdict("dev.txt")]
    except subprocess.CalledProcessError:
        verdicts = [Verdict("requirements", trouble="pip-audit could not be installed")]
    verdicts.append(npm_verdict())
    sys.stdout.write("\n".join(map(words, verdicts)) + "\n")
    return not_allowed or exit_code(verdicts)


if __name__ == "__main__":
    sys.exit(main())
