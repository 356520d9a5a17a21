"""Every problem code of the contract is a refusal of the domain and has a text in every language."""

import tomllib
from pathlib import Path

import pytest

from domain.errors import REFUSALS
from locales.languages import FOLDER

LANGUAGES = ["en", "zh-CN", "zh-TW"]
CONTRACT: list[str] = [
    "idempotency_key_invalid",
    "unauthenticated", "forbidden", "not_found", "blacklisted",
    "wrong_stage", "too_early", "no_draws_left", "no_composed_left", "too_many_numbers", "batch_expired",
    "not_in_batch", "candidate_expired", "not_a_candidate", "numbers_unavailable", "vehicle_in_use",
    "vehicle_exhausted", "notice_outdated", "vehicle_not_eligible", "cancellation_not_allowed", "code_not_sent",
    "validation_failed", "vin_invalid", "certificate_number_invalid", "id_number_invalid", "number_malformed",
    "number_duplicated", "information_mismatch", "code_incorrect", "code_expired", "voucher_invalid",
    "rate_limited", "code_attempts_exceeded", "unavailable", "outcome_unknown",
]  # fmt: skip
"""The table "Problem codes" of the REST contract; codes may be added, and none of these renamed or dropped."""


def catalogue(language: str) -> dict[str, dict[str, str]]:
    text = (FOLDER / f"{language}.toml").read_text(encoding="utf-8")
    problems: dict[str, dict[str, str]] = tomllib.loads(text)["problems"]
    return problems


def wordless(codes: list[str], problems: dict[str, dict[str, str]]) -> list[str]:
    """The codes for which the catalogue has no title or no detail."""
    return [code for code in codes if not all(problems.get(code, {}).get(part) for part in ("title", "detail"))]


def test_the_contracts_table_is_whole() -> None:
    assert len(CONTRACT) == len(set(CONTRACT)) == 35


def test_every_code_of_the_contract_is_a_refusal_of_the_domain() -> None:
    assert [code for code in CONTRACT if code not in REFUSALS] == []


def test_there_is_a_catalogue_for_each_language_and_no_other() -> None:
    assert sorted(Path(path).stem for path in FOLDER.iterdir()) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_words_in_every_language(language: str) -> None:
    assert wordless([*CONTRACT, *REFUSALS], catalogue(language)) == []


def test_all_catalogues_know_the_same_problems() -> None:
    known = [catalogue(language).keys() for language in LANGUAGES]
    assert known[0] == known[1] == known[2]


def test_a_code_without_title_or_detail_is_caught() -> None:
    problems = {"a": {"title": "A", "detail": "Words."}, "b": {"title": "B"}, "c": {"title": "", "detail": "Words."}}
    assert wordless(["a", "b", "c", "d"], problems) == ["b", "c", "d"]
