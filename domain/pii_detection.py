"""Detects personal data in staff's free text, which is stored in plain text in the audit.

The text is normalised first: full-width and other digits and Chinese numerals become ASCII, invisible characters
vanish, and separators between digits and letters count for nothing. So `138-0013-8000` is the same number as
`13800138000`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from domain.ascii_folding import fold_capitals
from domain.identifiers import (
    MalformedIdentifier,
    check_vin,
    parse_credit_code,
    parse_mobile,
    parse_resident_id,
)
from domain.visible_text import visible_text

_WORD = re.compile("[0-9A-Z]+")
# A chain: words with at most three characters between them, none of which is a letter or a digit of any script.
_CHAIN = re.compile(r"[0-9A-Z]+(?:[^\w]{1,3}[0-9A-Z]+)*")
_LETTERS = re.compile("[A-Z]")
_ANY_OTHER_SCRIPT = "号"
_COUNTRY_CODE = re.compile("^(?:00)?86(?=1)")
# The region in a credit code: without it too many numbers with the right check character would be one.
_REGION_OF_CREDIT_CODE = re.compile("..(?:1[0-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])[0-9]{4}")
_SHORTEST, _LONGEST = 11, 18 + 4
_NUMERALS = str.maketrans(
    {
        numeral: str(digit)
        for digit, numerals in enumerate(
            ("〇零", "一壹幺", "二贰貳", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
        )
        for numeral in numerals
    }
)


def names_somebody(text: str) -> bool:
    """Whether the text contains an identity number, a credit code, a mobile number or a VIN; not names."""
    # As numerals too, but not only: 一 before a number in digits is a word.
    texts = {_normalise(each) for each in (text, text.translate(_NUMERALS))}
    return any(is_one(run) for plain in texts for run in _runs(plain) for is_one in _KINDS)


def _normalise(text: str) -> str:
    compatible = visible_text(unicodedata.normalize("NFKC", text)).replace("_", "-")
    return fold_capitals("".join(_digit(character) for character in compatible))


def _digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if unicodedata.category(character) == "Nd" else character


def _runs(plain: str) -> Iterator[str]:
    """Every run of words that could be an identifier, without what separates them; and runs of digits alone."""
    for text in (plain, _LETTERS.sub(_ANY_OTHER_SCRIPT, plain)):
        for chain in _CHAIN.findall(text):
            words = _WORD.findall(chain)
            for first in range(len(words)):
                yield from _join_words(words, first)


def _join_words(words: list[str], first: int) -> Iterator[str]:
    run = ""
    for word in words[first:]:
        run += word
        if len(run) > _LONGEST:
            return
        if len(run) >= _SHORTEST:
            yield run


def _parses(parse: Callable[[str], object], run: str) -> bool:
    try:
        parse(run)
    except MalformedIdentifier:
        return False
    return True


def _is_mobile(run: str) -> bool:
    return _parses(parse_mobile, _COUNTRY_CODE.sub("", run))


def _is_credit_code(run: str) -> bool:
    return _parses(parse_credit_code, run) and bool(_REGION_OF_CREDIT_CODE.match(run))


def _is_vin(run: str) -> bool:
    # Seventeen digits are more likely a timestamp.
    return not run.isdecimal() and _parses(check_vin, run) and check_vin(run).is_check_character_right


_KINDS: tuple[Callable[[str], bool], ...] = (
    _is_mobile,
    partial(_parses, partial(parse_resident_id, today=date.max)),
    _is_credit_code,
    _is_vin,
)
