"""A chart of horizontal rows as SVG, for a document."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape

WIDTH, LABELS, VALUES = 960, 380, 70
ROW, THICKNESS, TOP, TITLE = 26, 18, 48, 36
OURS, OTHERS, INK, MUTED, GROUND = "#0c50a0", "#9aa7b8", "#16202c", "#5b6572", "#f3f5f9"


@dataclass(frozen=True)
class ChartRow:
    label: str
    value: float
    is_ours: bool
    group: str


def chart(title: str, rows: Sequence[ChartRow]) -> str:
    """Rows one below the other under the title of their group; a longer one is a greater value."""
    most = max((row.value for row in rows), default=1) or 1
    body, y = [], TOP
    for group, members in groupby(rows, key=lambda row: row.group):
        body.append(_text(24, y + 18, group, size=15, colour=MUTED))
        y += TITLE - 8
        for row in members:
            body += _row(row, y, most)
            y += ROW
        y += 12
    return "\n".join([*_head(title, y), *body, "</svg>", ""])


def _head(title: str, height: int) -> list[str]:
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="system-ui, sans-serif">',
        f"  <title>{escape(title)}</title>",
        f'  <rect width="{WIDTH}" height="{height}" rx="14" fill="{GROUND}"/>',
        _text(24, 32, title, size=18),
    ]


def _row(row: ChartRow, y: int, most: float) -> list[str]:
    length = (WIDTH - LABELS - VALUES - 24) * row.value / most
    colour = OURS if row.is_ours else OTHERS
    return [
        _text(LABELS - 8, y + 14, row.label, anchor="end"),
        f'  <rect x="{LABELS}" y="{y}" width="{length:.1f}" height="{THICKNESS}" rx="3" fill="{colour}"/>',
        _text(LABELS + length + 6, y + 14, f"{row.value:.1f}"),
    ]


def _text(x: float, y: float, words: str, *, size: int = 13, colour: str = INK, anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}"'
    return f"  <text {place}>{escape(words)}</text>"
