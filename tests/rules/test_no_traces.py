"""No file names a package registry or a folder of the machine on which it was written."""

import re
from collections.abc import Iterator

import pytest

from tests.rules.source_files import Finding, as_list, paths, text_of

# Written so that this file holds none of what it looks for.
MACHINE_PATH = re.compile(r"(?<![\w.~/\\$})-])/(?:work|root|tmp|home|Users|mnt|var/folders)(?![\w-])")
REGISTRY = re.compile(
    r"\b(?:pypi[.]org|pythonhosted[.]org|registry[.]npmjs|npmmirror[.]com|registry[.]yarnpkg|proxy[.]golang|crates[.]io)\b"
    r"|(?<!emit-)\b(?:extra-)?index-url\s*[=: ]\s*[\"']?https?:"
    r'|"resolved"\s*:\s*"https?:|\bregistry\s*=\s*https?:',
    re.IGNORECASE | re.MULTILINE,
)


def traces(text: str) -> Iterator[tuple[int, str]]:
    for pattern in (MACHINE_PATH, REGISTRY):
        for found in pattern.finditer(text):
            yield text.count("\n", 0, found.start()) + 1, found.group()


def test_no_file_names_a_registry_or_a_folder_of_the_machine() -> None:
    findings = [Finding(path, *found) for path in paths() for found in traces(text_of(path) or "")]
    assert not findings, as_list(findings)


@pytest.mark.parametrize("folder", ["work", "root", "tmp", "home", "Users"])
@pytest.mark.parametrize("form", ["{}", "{}/xuanhao", "see {}/file.py for it", "'{}/data'", "path={}", "(`{}`)"])
def test_a_folder_of_the_machine_is_caught(folder: str, form: str) -> None:
    assert list(traces(form.format(f"/{folder}")))


@pytest.mark.parametrize(
    "text",
    [
        "--index-url https{}//packages.example/simple",
        "index-url = https{}//packages.example/simple",
        '"resolved": "https{}//packages.example/vue.tgz"',
        "registry=https{}//packages.example",
        "wheels from files.pythonhosted{}org",
        "see https://pypi{}org/project/fpdf2",
        "https://registry{}npmjs.org/vue",
    ],
)
def test_a_registry_is_caught(text: str) -> None:
    assert list(traces(text.format(":" if "https{}" in text else ".")))


@pytest.mark.parametrize(
    "text",
    [
        "/workflows and /rooted and /tmpfs",
        "web/home/page",
        "https://example.org/work",
        "--no-emit-index-url",
        "$DATA/tmp",
        "../root",
        "gateways.registry = LocalRegistry()",
    ],
)
def test_what_only_looks_like_one_passes(text: str) -> None:
    assert not list(traces(text))
