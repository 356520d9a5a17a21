"""Draws a number plate of an ordinary small car as in GA 36-2018: 440 × 140 mm, characters of 45 × 90 mm."""

from collections.abc import Iterator

from fpdf import FPDF
from fpdf.enums import TextMode

from documents.chinese_font import FAMILY, glyph_box
from documents.page_text import BLUE
from domain.plates import PREFIX_LENGTH, PROVINCES

DOT = "·"
ASPECT = 440 / 140

_WHITE = (255, 255, 255)

# All in millimetres of the real plate.
_WIDTH = 440.0
_CHARACTER = (45.0, 90.0)
_TOP = 25.0
_FIRST = 15.5
_GAP = 12.0
_DOT_RADIUS = 5.0
_CORNER = 10.0
_BORDER_INSET = 4.0
_BORDER = 2.5

# A narrow glyph such as 1 is not stretched to the full width: this limit fits a zero.
_WIDEST_STRETCH = 0.75
# The font has one weight only; an outline of this many points, at full size, thickens it to a plate's strokes. It would
# fill the gaps between the many strokes of a province's character.
_OUTLINE = 9.0
_OUTLINE_OF_PROVINCE = 5.0

_POINTS = 72 / 25.4


def draw_plate(pdf: FPDF, plate: str, *, x: float, y: float, width: float) -> None:
    """Draw the plate with its upper left corner at (x, y); all in millimetres of the page."""
    scale = width / _WIDTH
    with pdf.local_context(
        fill_color=BLUE, draw_color=_WHITE, text_color=_WHITE, text_mode=TextMode.FILL_STROKE, line_width=0
    ):
        _draw_ground(pdf, x=x, y=y, scale=scale)
        pdf.set_fill_color(_WHITE)
        for left, character in _places(plate):
            if character == DOT:
                radius = _DOT_RADIUS * scale
                centre = x + left * scale + radius, y + (_TOP + _CHARACTER[1] / 2) * scale
                pdf.circle(*centre, radius, style="F")
            else:
                _draw_character(pdf, character, x=x + left * scale, y=y + _TOP * scale, scale=scale)


def _places(plate: str) -> Iterator[tuple[float, str]]:
    """Each character with its distance from the left edge; the dot stands behind the prefix."""
    left = _FIRST
    for character in (*plate[:PREFIX_LENGTH], DOT, *plate[PREFIX_LENGTH:]):
        yield left, character
        left += _GAP + (2 * _DOT_RADIUS if character == DOT else _CHARACTER[0])


def _draw_ground(pdf: FPDF, *, x: float, y: float, scale: float) -> None:
    width, height = _WIDTH * scale, _WIDTH / ASPECT * scale
    pdf.rect(x, y, width, height, style="F", round_corners=True, corner_radius=_CORNER * scale)
    inset = _BORDER_INSET * scale
    pdf.set_line_width(_BORDER * scale)
    inner = width - 2 * inset, height - 2 * inset
    pdf.rect(x + inset, y + inset, *inner, round_corners=True, corner_radius=(_CORNER - _BORDER_INSET) * scale)


def _draw_character(pdf: FPDF, character: str, *, x: float, y: float, scale: float) -> None:
    """Fit the glyph's ink into the character's box: by its height, then narrowed to its width."""
    outline = (_OUTLINE_OF_PROVINCE if character in PROVINCES else _OUTLINE) * scale
    # The outline adds to the ink on every side.
    width, height = (side * scale - outline / _POINTS for side in _CHARACTER)
    ink = glyph_box(character)
    size = height / ink.height
    stretch = min(width / (ink.width * size), _WIDEST_STRETCH)
    pdf.set_line_width(outline)
    pdf.set_font(FAMILY, size=size * _POINTS)
    pdf.set_stretching(stretch * 100)
    margin = (_CHARACTER[0] * scale - ink.width * size * stretch) / 2
    baseline = y + outline / _POINTS / 2 + (ink.height + ink.bottom) * size
    pdf.text(x + margin - ink.left * size * stretch, baseline, character)
    pdf.set_stretching(100)
