"""Invisible characters: what a person does not see says nothing, and hides nothing."""

import unicodedata

_FORMAT = "Cf"
# Variation selectors, and characters that look like nothing but are letters, marks or symbols by category.
_INVISIBLE = frozenset(
    [
        *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x180B, 0x1810),
        0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0,
    ]
)  # fmt: skip


def visible_text(text: str) -> str:
    """The text without invisible characters, and without blanks at its ends; empty if nobody can see anything in it."""
    return "".join(character for character in text if not _is_invisible(character)).strip()


def _is_invisible(character: str) -> bool:
    return ord(character) in _INVISIBLE or unicodedata.category(character) == _FORMAT
