"""The bill of materials of `make audit` (CycloneDX 1.6): Python and web packages, and the servers inside the wheels."""

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from scripts.licences import ROOT, python_packages

SBOM = ROOT / "dist" / "sbom.cdx.json"
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", re.MULTILINE)
_UNKNOWN = "unknown"


def server_versions() -> dict[str, str]:
    """The servers say their versions. Raises `subprocess.CalledProcessError`."""
    command = [sys.executable, "-m", "embedded.versions"]
    said = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True).stdout  # noqa: S603 -- our own words
    return dict(json.loads(said))


def bill_of(servers: dict[str, str]) -> str:
    """The document as JSON. Raises `ValueError` where it does not keep to the schema."""
    # It parses forty grammars when it is imported, which takes seconds: others, as the tests, should not wait for it.
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415 - see above.

    bom = Bom(components=[*_python(), *_web(), *_servers(servers)])
    bom.metadata.component = Component(name="xuanhao", type=ComponentType.APPLICATION, bom_ref="xuanhao")
    bom.register_dependency(bom.metadata.component, bom.components)
    document = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)
    if problem := JsonStrictValidator(SchemaVersion.V1_6).validate_str(document):
        raise ValueError(f"the bill of materials is not valid: {problem}")
    return document


def write_bill(servers: dict[str, str], path: Path = SBOM) -> int:
    """Write the document; returns how many components it has."""
    document = bill_of(servers)
    path.parent.mkdir(exist_ok=True)
    path.write_text(document, "utf-8")
    return len(json.loads(document)["components"])


def _python() -> Iterator[Component]:
    """Every locked package; those that production does not need have the scope `excluded`."""
    licences = {each.name: each.licence for each in python_packages()}
    for name, version in _LOCKED.findall((ROOT / "requirements" / "dev.txt").read_text("utf-8")):
        yield _component("pypi", name, version, licences.get(name, _UNKNOWN), is_needed=name in licences)


def _web() -> Iterator[Component]:
    """Every package of the lock, once for each version."""
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text("utf-8"))
    seen = set()
    for path, entry in sorted(lock["packages"].items()):
        name, version = path.rpartition("node_modules/")[2], entry.get("version", "")
        if not name or (name, version) in seen:
            continue
        seen.add((name, version))
        is_needed = not entry.get("dev") and not entry.get("devOptional")
        component = _component("npm", name, version, entry.get("license", _UNKNOWN), is_needed=is_needed)
        algorithm, _, digest = entry.get("integrity", "").partition("-")
        if algorithm == "sha512":
            component.hashes = [HashType(alg=HashAlgorithm.SHA_512, content=base64.b64decode(digest).hex())]
        yield component


def _servers(servers: dict[str, str]) -> Iterator[Component]:
    for name, version in servers.items():
        url = PackageURL("generic", None, name, version)
        yield Component(
            name=name, version=version, type=ComponentType.APPLICATION, purl=url, bom_ref=str(url),
            description="inside a wheel, for `make run` and the tests", scope=ComponentScope.EXCLUDED,
        )  # fmt: skip


def _component(kind: str, name: str, version: str, licence: str, *, is_needed: bool) -> Component:
    group, _, short = name.rpartition("/")
    url = PackageURL(kind, group or None, short, version)
    return Component(
        name=short,
        group=group or None,
        version=version,
        type=ComponentType.LIBRARY,
        purl=url,
        bom_ref=str(url),
        scope=ComponentScope.REQUIRED if is_needed else ComponentScope.EXCLUDED,
        licenses=[] if licence == _UNKNOWN else [LicenseFactory().make_from_string(licence)],
    )
