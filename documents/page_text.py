"""Text on a page, in the one weight that the font has; lengths in millimetres, sizes in points."""

from dataclasses import dataclass

from fpdf import FPDF
from fpdf.enums import Align, TextMode, WrapMode, XPos, YPos

from documents.chinese_font import FAMILY

INK = (30, 34, 42)
GREY = (105, 112, 122)
BLUE = (20, 62, 160)

# An outline of this many points replaces a bold weight.
_THICK = 0.35


@dataclass(frozen=True)
class TextStyle:
    """How text looks; `line` is the height of one line."""

    size: float
    line: float
    colour: tuple[int, int, int] = INK
    thick: bool = False


def write_line(pdf: FPDF, text: str, style: TextStyle, *, width: float, align: Align = Align.L) -> None:
    """One line from where the pen is; the pen goes to the left margin of the next."""
    _use(pdf, style)
    mode, outline = (TextMode.FILL_STROKE, _THICK) if style.thick else (TextMode.FILL, pdf.line_width)
    with pdf.local_context(draw_color=style.colour, text_mode=mode, line_width=outline):
        pdf.cell(width, style.line, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def write_block(pdf: FPDF, text: str, style: TextStyle, *, width: float) -> None:
    """As many lines as the text needs; Chinese may break behind any character."""
    _use(pdf, style)
    pdf.multi_cell(width, style.line, text, align=Align.L, wrapmode=WrapMode.CHAR, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _use(pdf: FPDF, style: TextStyle) -> None:
    pdf.set_font(FAMILY, size=style.size)
    pdf.set_text_color(style.colour)
