"""The voucher (R-42): one A4 page that the holder prints and brings to the office."""

from dataclasses import replace
from datetime import datetime

import structlog
from fpdf import FPDF
from fpdf.enums import Align

from documents import voucher_words as words
from documents.chinese_font import add_font, printable
from documents.page_text import BLUE, GREY, TextStyle, write_block, write_line
from documents.plate_drawing import ASPECT, draw_plate
from documents.qr_code import qr_code_png
from documents.voucher_facts import VoucherFacts, VoucherProof
from domain.durations import SHANGHAI

log = structlog.get_logger("documents")

_PALE = (236, 242, 253)
_RULE = (214, 219, 227)

_TITLE = TextStyle(25, 12, thick=True)
_SUBTITLE = TextStyle(10.5, 6, GREY)
_LAST_DAY = TextStyle(18, 9, BLUE, thick=True)
_SUMMONS = TextStyle(11, 6.5)
_LABEL = TextStyle(9.5, 5.6, GREY)
_VALUE = TextStyle(11, 5.6)
_HINT = TextStyle(9.5, 4.8, GREY)
_CODE = TextStyle(15, 8, thick=True)
_HEADING = TextStyle(12.5, 8, BLUE, thick=True)
_ITEM = TextStyle(10.5, 6.2)
_NOTE = TextStyle(9, 5.2)
_CREATED = TextStyle(8, 5, GREY)

# Millimetres of the page.
_PAGE_WIDTH = 210.0
_LEFT = 18.0
_WIDTH = _PAGE_WIDTH - 2 * _LEFT
_TOP = 15.0
_PLATE_TOP = 37.0
_PLATE_WIDTH = 112.0
_SUMMONS_HEIGHT = 21.0
_TABLE_WIDTH = 118.0
_LABEL_WIDTH = 30.0
_CELL_MARGIN = 1.4
_QR_SIDE = 50.0
_INDENT = 6.0
_TICK_BOX = 3.2
_GAP = 6.0
_FOOT = 286.0


def render_voucher(facts: VoucherFacts, proof: VoucherProof, *, created_at: datetime) -> bytes:
    """The voucher as a PDF of under 200 KB: the same bytes for the same arguments.

    A character that the font lacks is printed as 〓. Drawing takes about 0.1 s of CPU time: use a helper process.
    """
    facts = _printable(facts)
    rows = words.rows(facts)
    created = words.creation_line(created_at.astimezone(SHANGHAI))
    pdf = _document(facts, created_at)
    last_day = words.come_by(facts.visit_by)
    cells = (cell for row in rows for cell in row)
    add_font(pdf, set("".join((*words.FIXED, *cells, last_day, created, proof.short_code))))
    pdf.add_page()
    _draw_head(pdf, facts.plate, last_day)
    top = pdf.get_y()
    _draw_proof(pdf, proof)
    below_proof = pdf.get_y()
    pdf.set_y(top)
    _draw_table(pdf, rows)
    pdf.set_y(max(pdf.get_y(), below_proof) + _GAP)
    _draw_things_to_bring(pdf)
    _draw_notes(pdf)
    _draw_foot(pdf, created)
    return bytes(pdf.output())


def _printable(facts: VoucherFacts) -> VoucherFacts:
    def show(name: str) -> str:
        text, lacking = printable(getattr(facts, name))
        if lacking:
            # The log does not name the character: it is part of a person's name.
            log.warning("voucher.characters_lacking", preselection_id=str(facts.preselection_id), field=name)
        return text

    return replace(
        facts,
        holder=show("holder"),
        office_name=show("office_name"),
        office_address=show("office_address"),
        office_hours=show("office_hours"),
    )


def _document(facts: VoucherFacts, created_at: datetime) -> FPDF:
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(auto=False)
    pdf.set_margins(_LEFT, 0)
    # Without an inner margin of the cells, text is aligned with rules and boxes.
    pdf.c_margin = 0
    pdf.set_creation_date(created_at)
    pdf.set_lang("zh-CN")
    pdf.set_title(f"{words.TITLE} {facts.plate}")
    return pdf


def _draw_head(pdf: FPDF, plate: str, last_day: str) -> None:
    pdf.set_y(_TOP)
    write_line(pdf, words.TITLE, _TITLE, width=_WIDTH, align=Align.C)
    write_line(pdf, words.SUBTITLE, _SUBTITLE, width=_WIDTH, align=Align.C)
    draw_plate(pdf, plate, x=(_PAGE_WIDTH - _PLATE_WIDTH) / 2, y=_PLATE_TOP, width=_PLATE_WIDTH)
    top = _PLATE_TOP + _PLATE_WIDTH / ASPECT + _GAP
    with pdf.local_context(fill_color=_PALE):
        pdf.rect(_LEFT, top, _WIDTH, _SUMMONS_HEIGHT, style="F", round_corners=True, corner_radius=2)
    pdf.set_y(top + (_SUMMONS_HEIGHT - _LAST_DAY.line - _SUMMONS.line) / 2)
    write_line(pdf, last_day, _LAST_DAY, width=_WIDTH, align=Align.C)
    write_line(pdf, words.SUMMONS, _SUMMONS, width=_WIDTH, align=Align.C)
    pdf.set_y(top + _SUMMONS_HEIGHT + _GAP)


def _draw_table(pdf: FPDF, rows: list[tuple[str, str]]) -> None:
    for label, value in rows:
        top = pdf.get_y() + _CELL_MARGIN
        pdf.set_y(top)
        write_line(pdf, label, _LABEL, width=_LABEL_WIDTH)
        pdf.set_xy(_LEFT + _LABEL_WIDTH, top)
        write_block(pdf, value, _VALUE, width=_TABLE_WIDTH - _LABEL_WIDTH)
        pdf.set_y(pdf.get_y() + _CELL_MARGIN)
        _draw_rule(pdf, _TABLE_WIDTH)


def _draw_proof(pdf: FPDF, proof: VoucherProof) -> None:
    """The QR code with the short code below, to the right of the table."""
    left, top = _LEFT + _WIDTH - _QR_SIDE, pdf.get_y()
    pdf.image(qr_code_png(proof.token), x=left, y=top, w=_QR_SIDE, h=_QR_SIDE, alt_text=words.SCAN_HINT)
    pdf.set_y(top + _QR_SIDE)
    for text, style in ((words.SCAN_HINT, _HINT), (words.CODE_HINT, _HINT), (proof.short_code, _CODE)):
        pdf.set_x(left)
        write_line(pdf, text, style, width=_QR_SIDE, align=Align.C)


def _draw_things_to_bring(pdf: FPDF) -> None:
    write_line(pdf, words.TO_BRING_HEADING, _HEADING, width=_WIDTH)
    for item in words.TO_BRING:
        with pdf.local_context(draw_color=GREY, line_width=0.25):
            pdf.rect(_LEFT, pdf.get_y() + (_ITEM.line - _TICK_BOX) / 2, _TICK_BOX, _TICK_BOX)
        pdf.set_x(_LEFT + _INDENT)
        write_block(pdf, item, _ITEM, width=_WIDTH - _INDENT)
    pdf.set_y(pdf.get_y() + _GAP)


def _draw_notes(pdf: FPDF) -> None:
    write_line(pdf, words.NOTES_HEADING, _HEADING, width=_WIDTH)
    for number, note in enumerate(words.NOTES, 1):
        write_block(pdf, f"{number}. {note}", _NOTE, width=_WIDTH)


def _draw_foot(pdf: FPDF, created: str) -> None:
    pdf.set_y(_FOOT)
    _draw_rule(pdf, _WIDTH)
    write_line(pdf, created, _CREATED, width=_WIDTH, align=Align.R)


def _draw_rule(pdf: FPDF, width: float) -> None:
    with pdf.local_context(draw_color=_RULE, line_width=0.2):
        pdf.line(_LEFT, pdf.get_y(), _LEFT + width, pdf.get_y())
