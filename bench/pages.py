"""The part of a document that a measurement writes, between two marks."""

from pathlib import Path


def write_section(page: Path, target: str, text: str) -> None:
    """Replace what this target of `make` wrote before; the rest of the page stays."""
    page.write_text(with_section(page.read_text("utf-8"), target, text), "utf-8")


def with_section(page: str, target: str, text: str) -> str:
    """The page with another text between the target's marks. Raises `ValueError` without them."""
    begin, end = f"<!-- written by make {target} -->", f"<!-- end of what make {target} writes -->"
    before, found_begin, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found_begin or not found_end:
        raise ValueError(f"{begin} or {end} is missing")
    return f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}"
