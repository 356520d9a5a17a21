"""The languages of responses, and their texts: `catalogues/<language>.toml`."""

import functools
import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "catalogues"
_RANGE = re.compile(r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*[qQ]\s*=\s*([01](?:\.\d{0,3})?)\s*)?")
_LONGEST_HEADER = 500
_TRADITIONAL = ("zh-tw", "zh-hk", "zh-mo", "zh-hant")


class Language(StrEnum):
    SIMPLIFIED = "zh-CN"
    TRADITIONAL = "zh-TW"
    ENGLISH = "en"


def preferred_language(accept_language: str | None) -> Language:
    """The preferred language of `Accept-Language`; of equals the first; malformed entries are ignored."""
    return _preferred_language((accept_language or "")[:_LONGEST_HEADER])


@functools.lru_cache(maxsize=1000)
def _preferred_language(header: str) -> Language:
    best, liking = Language.SIMPLIFIED, 0.0
    for entry in header.split(","):
        match = _RANGE.fullmatch(entry)
        language = _supported_language(match[1].lower()) if match else None
        quality = float(match[2] or 1) if match else 0.0
        if language and quality > liking:
            best, liking = language, min(quality, 1.0)
    return best


def _supported_language(tag: str) -> Language | None:
    if tag.startswith(_TRADITIONAL):
        return Language.TRADITIONAL
    if tag == "*" or tag.split("-", maxsplit=1)[0] == "zh":
        return Language.SIMPLIFIED
    return Language.ENGLISH if tag.split("-", maxsplit=1)[0] == "en" else None


@functools.cache
def catalogue(language: Language) -> Mapping[str, Any]:
    """The texts of a language, by section; every language has the same keys."""
    return tomllib.loads((FOLDER / f"{language.value}.toml").read_text("utf-8"))
