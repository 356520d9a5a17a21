"""What belongs to one place only: HTTP's own errors to the API, chance to the modules that are named here."""

import ast
from collections.abc import Iterator

import pytest

from tests.rules.python_names import last_name, uses
from tests.rules.source_files import as_list, findings_in_packages

CHANCE = {
    "api/preselections/suggestions.py": "Which of the matching numbers are shown.",
    "api/limits/retries.py": "When a refused call may be repeated.",
    "embedded/temporal.py": "The hidden address of Temporal's UI.",
    "demo/oidc.py": "The demo's own identity provider: names of sign-ins.",
    "demo/oidc_grants.py": "The same: its grants.",
    "demo/people.py": "Seeded: the same demo people every time.",
    "demo/routes.py": "Names of sign-ins.",
    "demo/vehicles.py": "Seeded: the same demo vehicles every time.",
    "demo/world.py": "Seeded: the same demo world every time.",
    "api/practice/numbers.py": "Play numbers of a practice.",
    "operations/key_changes.py": "New keys.",
    "storage/sms/codes.py": "Salt of a code's hash.",
    "storage/pool/draw_tickets.py": "Draws without a seed, in tests and measurements.",
    "storage/pool/log.py": "The salt of a published digest.",
    "storage/redis/rate_windows.py": "Names of requests in a window.",
    "storage/redis/lock.py": "The owner of a lock.",
    "storage/crypto/new_keys.py": "Keys of a new installation.",
    "config/payload_codec.py": "Nonces of AES-GCM.",
    "storage/crypto/vault.py": "Nonces of AES-GCM.",
    "storage/pool/cooling.py": "How long a plate cools.",
}
"""The modules that may ask for chance, each with what it is for."""
SOURCES = ("random", "secrets", "numpy.random", "os.urandom", "os.getrandom")
DETERMINISTIC = ("domain/", "workflows/")
RANDOM_IDS = ("uuid.uuid1", "uuid.uuid4")


def http_exceptions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        imported = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
        if "HTTPException" in [*imported, last_name(node)]:
            yield getattr(node, "lineno", 0), "HTTPException"


def chances(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for line, name in uses(tree):
        if any(name == source or name.startswith(f"{source}.") for source in SOURCES):
            yield line, name


def random_ids(tree: ast.Module) -> Iterator[tuple[int, str]]:
    return ((line, name) for line, name in uses(tree) if name in RANDOM_IDS)


def test_https_own_errors_are_known_to_the_api_only() -> None:
    findings = [found for found in findings_in_packages(http_exceptions) if not found.path.startswith("api/")]
    assert not findings, as_list(findings)


def test_chance_comes_from_named_modules_only() -> None:
    findings = [found for found in findings_in_packages(chances) if found.path not in CHANCE]
    assert not findings, as_list(findings)


def test_the_modules_named_for_chance_still_use_it() -> None:
    assert CHANCE.keys() <= {found.path for found in findings_in_packages(chances)}


NOT_REPLAYED = ("workflows/client.py",)
"""The client of workflows runs beside them."""


def test_domain_and_workflows_are_deterministic() -> None:
    assert not [path for path in CHANCE if path.startswith(DETERMINISTIC)]
    findings = [
        found
        for found in findings_in_packages(random_ids)
        if found.path.startswith(DETERMINISTIC) and found.path not in NOT_REPLAYED
    ]
    assert not findings, as_list(findings)


@pytest.mark.parametrize(
    "snippet",
    [
        "from fastapi import HTTPException",
        "from starlette.exceptions import HTTPException as Failure",
        "import fastapi\nraise fastapi.HTTPException(404)",
    ],
)
def test_an_error_of_http_is_caught(snippet: str) -> None:
    assert list(http_exceptions(ast.parse(snippet)))


@pytest.mark.parametrize(
    "snippet",
    [
        "import random",
        "from random import choice",
        "import secrets as s\ns.token_hex()",
        "from secrets import randbelow",
        "import os\nsalt = os.urandom(16)",
        "from os import urandom",
        "import numpy.random",
    ],
)
def test_chance_is_caught(snippet: str) -> None:
    assert list(chances(ast.parse(snippet)))


@pytest.mark.parametrize(
    "snippet", ["import uuid\nuuid.uuid4()", "from uuid import uuid4 as fresh", "import uuid as u\nu.uuid1()"]
)
def test_a_random_id_is_caught(snippet: str) -> None:
    assert list(random_ids(ast.parse(snippet)))


@pytest.mark.parametrize(
    "snippet",
    ["from temporalio import workflow\nworkflow.random()\nworkflow.uuid4()", "import randomness", "import os"],
)
def test_what_replays_the_same_is_no_chance(snippet: str) -> None:
    assert not [*chances(ast.parse(snippet)), *random_ids(ast.parse(snippet))]
