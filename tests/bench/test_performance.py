"""The page of `make peers`: its table, its plot, and that nothing else on it changes."""

from xml.etree import ElementTree as ET

import pytest

from bench.figures import Half
from bench.guarantees import GUARANTEES, HEADINGS
from bench.pages import with_section
from bench.peers import DBOS, OURS, PRETIX, Peer
from bench.performance import PAGE, plot, section

DOCS = PAGE.parent


def never(**_: int) -> Half:
    raise AssertionError("nothing is measured")


PEERS = [
    Peer(OURS["journey"], "journey", never, {1: [0.1, 0.2, 0.3], 16: [0.05, 0.05, 0.05]}),
    Peer(f"{DBOS} in 2 processes", "journey", never, {1: [0.4, 0.4, 0.4], 16: [0.1, 0.1, 0.1]}),
]


def test_the_table_has_medians_shares_and_guarantees() -> None:
    lines = section(PEERS, "today").splitlines()
    [ours, theirs] = [line for line in lines if line.startswith((f"| {OURS['journey']} ", f"| {DBOS}"))]
    assert "| 5.0 (1.00) | 20.0 (1.00) |" in ours
    assert "| 2.5 (0.50) | 10.0 (0.50) |" in theirs
    assert theirs.endswith(f"| {' | '.join(GUARANTEES[DBOS])} |")
    assert "today; medians of 3 turns." in lines
    assert "Not measured: the peer is not installed." in lines


def test_every_system_has_a_line_for_each_kind_of_guarantee() -> None:
    assert {len(lines) for lines in GUARANTEES.values()} == {len(HEADINGS)}
    assert {*OURS.values(), DBOS, PRETIX} <= GUARANTEES.keys()


def test_the_longest_row_of_the_plot_is_the_fastest() -> None:
    image = ET.fromstring(plot(PEERS))  # noqa: S314 -- we wrote it.
    names = "{http://www.w3.org/2000/svg}"
    widths = [float(row.attrib["width"]) for row in image.iter(f"{names}rect")][1:]
    assert len(widths) == 4
    assert max(widths) == widths[1]
    assert widths[0] / widths[1] == pytest.approx(5 / 20, rel=0.01)


def test_only_the_part_between_the_marks_of_the_target_is_written() -> None:
    begin, end = "<!-- written by make peers -->", "<!-- end of what make peers writes -->"
    page = f"before\n\n{begin}\n\nold\n\n{end}\nafter\n"
    assert with_section(page, "peers", "new\n") == f"before\n\n{begin}\n\nnew\n\n{end}\nafter\n"
    for other in ("a page without marks", page.replace("make peers", "make years")):
        with pytest.raises(ValueError, match="missing"):
            with_section(other, "peers", "new")


@pytest.mark.parametrize(
    "name, target", [("performance", "peers"), ("faults", "faults"), ("years", "years"), ("faults", "model")]
)
def test_each_page_that_a_target_writes_has_its_marks(name: str, target: str) -> None:
    assert "new" in with_section((DOCS / f"{name}.md").read_text("utf-8"), target, "new")
