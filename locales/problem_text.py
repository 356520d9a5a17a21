"""Texts of problems: the sentence of a problem code with its facts, and the messages about fields."""

from collections.abc import Mapping
from typing import Any

from domain.calendar import shanghai_day
from domain.instants import parse_instant
from locales.languages import Language, catalogue


def problem_title(code: str, language: Language) -> str:
    title: str = catalogue(language)["problems"][code]["title"]
    return title


def problem_detail(code: str, facts: Mapping[str, Any], language: Language) -> str:
    if code == "code_incorrect" and facts.get("attempts_left") == 0:
        # Nobody is invited to another try that can't succeed.
        code = "code_attempts_exceeded"
    if code == "not_found" and "office" in facts:
        words: str = catalogue(language)["desk"]["other_office"]
        return words.format_map(_format_facts(facts, language))
    detail: str = catalogue(language)["problems"][code]["detail"]
    return detail.format_map(_format_facts(facts, language))


def field_message(message: str, language: Language) -> str:
    """The text of a field's message, which is a key of the catalogue; a message without a text is returned."""
    text: str = catalogue(language)["fields"].get(message, message)
    return text


def _format_facts(facts: Mapping[str, Any], language: Language) -> dict[str, str]:
    """The facts as parts of a sentence: the day of an instant in China, names of parts and reasons."""
    texts = catalogue(language)
    formatted = {name: str(value) for name, value in facts.items()}
    if "until" in facts:
        formatted["until"] = shanghai_day(parse_instant(facts["until"])).isoformat()
    for section in ("parts", "reasons"):
        if section in facts:
            formatted[section] = ", ".join(texts[section].get(name, name) for name in facts[section])
    return formatted
