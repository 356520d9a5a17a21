"""The Chinese font of printed documents: Noto Sans SC, of which a document embeds only the glyphs that it shows.

The font's outlines are CFF with character ids. fpdf2 embeds such a font with its own character map, from which
common readers can't extract text, and takes half a second. So the few hundred glyphs of a document are converted into a
TrueType font first: this takes 60 ms, and every reader can extract the text.
"""

import logging
from dataclasses import dataclass
from functools import cache
from tempfile import NamedTemporaryFile
from typing import cast

import uharfbuzz as hb
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._g_l_y_f import Glyph
from fpdf import FPDF
from pylopdf_fonts_zh_cn import sans_path

FAMILY = "sans"

# The mark that Chinese and Japanese printers use for a missing character.
GETA = "〓"

# Below warnings both libraries log the characters of a document, and so parts of a person's name.
for library in ("fontTools", "fpdf"):
    logging.getLogger(library).setLevel(logging.WARNING)

_NOTDEF = ".notdef"
# The maximum distance, in thousandths of the size, of a quadratic curve from the cubic curve that it replaces.
_TOLERANCE = 1.0
# Fonts count the seconds since 1904.
_YEAR_2000 = 3_029_529_600


@dataclass(frozen=True)
class GlyphBox:
    """A glyph's ink, in parts of the font size: from `left` of the pen, `bottom` above the baseline."""

    left: float
    bottom: float
    width: float
    height: float


def printable(text: str) -> tuple[str, int]:
    """The text with `〓` in place of every character that the font lacks, and how many those were."""
    known = _code_points()
    shown = "".join(character if ord(character) in known else GETA for character in text)
    return shown, sum(ord(character) not in known for character in text)


def add_font(pdf: FPDF, characters: set[str]) -> None:
    """Make the font `FAMILY` known to the document, with these characters and no others.

    Raises KeyError for a character that the font lacks.
    """
    # fpdf2 takes fonts from files only, and reads parts of the file later through its open handle.
    with NamedTemporaryFile(suffix=".ttf") as file:
        _small_font(sorted(characters)).save(file)
        file.flush()
        pdf.add_font(FAMILY, fname=file.name)


@cache
def glyph_box(character: str) -> GlyphBox:
    """The extent of a character's ink; raises KeyError for one that the font lacks."""
    font = _font()
    ink = font.get_glyph_extents(_glyph_of(character))
    em = font.face.upem
    return GlyphBox(ink.x_bearing / em, (ink.y_bearing + ink.height) / em, ink.width / em, -ink.height / em)


@cache
def _font() -> hb.Font:
    return hb.Font(hb.Face(hb.Blob.from_file_path(str(sans_path()))))


@cache
def _code_points() -> frozenset[int]:
    return frozenset(_font().face.unicodes)


def _glyph_of(character: str) -> int:
    glyph = _font().get_nominal_glyph(ord(character))
    if glyph is None:
        raise KeyError(character)
    return cast("int", glyph)


def _small_font(characters: list[str]) -> FontBuilder:
    source = _font()
    ids = {_NOTDEF: 0} | {f"u{ord(character):X}": _glyph_of(character) for character in characters}
    glyphs = {name: _outline(source, glyph) for name, glyph in ids.items()}
    extents = source.get_font_extents("ltr")
    font = FontBuilder(source.face.upem, isTTF=True)
    # It would store the time, and so every document would differ.
    font.updateHead(created=_YEAR_2000, modified=_YEAR_2000)
    font.setupGlyphOrder(list(ids))
    font.setupCharacterMap({ord(character): f"u{ord(character):X}" for character in characters})
    font.setupGlyf(glyphs)
    font.setupHorizontalMetrics(
        {name: (source.get_glyph_h_advance(glyph), getattr(glyphs[name], "xMin", 0)) for name, glyph in ids.items()}
    )
    font.setupHorizontalHeader(ascent=extents.ascender, descent=extents.descender)
    font.setupOS2(sCapHeight=round(glyph_box("H").height * source.face.upem))
    font.setupPost()
    font.setupNameTable({"familyName": "Noto Sans SC", "styleName": "Regular"})
    return font


def _outline(source: hb.Font, glyph: int) -> Glyph:
    pen = TTGlyphPen(None)
    source.draw_glyph_with_pen(glyph, Cu2QuPen(pen, max_err=_TOLERANCE, reverse_direction=True))
    return pen.glyph()
