"""Reads a file of offices: CSV with a header, or JSON, a list or `{"items": […]}`."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from domain.coordinates import Coordinates
from domain.offices import LANGUAGES, OfficeDetails
from operations.offices import ImportRefused, OfficeRow, RowProblem

COLUMNS = (
    "code", "name", "name_zh_tw", "name_en", "address", "hours", "telephone", "province", "prefixes",
    "latitude", "longitude",
)  # fmt: skip
"""The columns of a CSV file, in any order."""

_REQUIRED = ("code", "name", "address", "province", "prefixes")
_OPTIONAL = ("hours", "telephone")
_BLANKS = " \t\r\n,"


def read_office_file(content: bytes) -> list[OfficeRow]:
    """The offices of a file in UTF-8, with their lines. Raises `ImportRefused`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise ImportRefused([RowProblem(line, "file", "utf8")]) from None
    is_json = text.lstrip()[:1] in ("[", "{")
    problems: list[RowProblem] = []
    rows = list(_from_json(text, problems) if is_json else _from_csv(text, problems))
    if not rows and not problems:
        problems.append(RowProblem(1, "file", "missing"))
    if problems:
        raise ImportRefused(problems)
    return rows


def _from_csv(text: str, problems: list[RowProblem]) -> Iterator[OfficeRow]:
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip() for name in next(reader, [])]
    problems += [RowProblem(1, name or "header", "unknown") for name in header if name not in COLUMNS]
    problems += [RowProblem(1, name, "missing") for name in _REQUIRED if name not in header]
    if problems:
        return
    line = reader.line_num + 1
    for cells in reader:
        if len(cells) > len(header):
            problems.append(RowProblem(line, "row", "list"))
        elif any(cells):
            yield OfficeRow(line, _of_cells(dict(zip(header, cells, strict=False))))
        line = reader.line_num + 1


def _of_cells(cells: Mapping[str, str]) -> OfficeDetails:
    names = {"zh-TW": cells.get("name_zh_tw", ""), "en": cells.get("name_en", "")}
    return OfficeDetails(
        names=names,
        prefixes=tuple(cells.get("prefixes", "").split()),
        coordinates=Coordinates.parse(cells.get("latitude", ""), cells.get("longitude", "")),
        **{name: cells.get(name, "") for name in ("code", "name", "address", "province", *_OPTIONAL)},
    )


def _from_json(text: str, problems: list[RowProblem]) -> Iterator[OfficeRow]:
    try:
        whole = json.loads(text)
    except ValueError as problem:
        line = problem.lineno if isinstance(problem, json.JSONDecodeError) else 1
        problems.append(RowProblem(line, "file", "json"))
        return
    if isinstance(whole, dict) and (set(whole) != {"items"} or not isinstance(whole["items"], list)):
        problems.append(RowProblem(1, "items", "missing"))
        return
    for line, item in _items(text):
        wrong = list(_wrong_fields(item))
        problems += [RowProblem(line, *each) for each in wrong]
        if not wrong:
            names = {tag: text or "" for tag, text in (item.get("names") or {}).items()}
            given = {name: item[name] for name in ("code", "name", "address", "province")}
            given |= {name: item.get(name) for name in _OPTIONAL}
            place = Coordinates(**item["coordinates"]) if item.get("coordinates") else None
            details = OfficeDetails(names=names, prefixes=tuple(item["prefixes"]), coordinates=place, **given)
            yield OfficeRow(line, details)


def _items(text: str) -> Iterator[tuple[int, Any]]:
    """Each item of the only list at the top, with the line where it begins."""
    decoder, place = json.JSONDecoder(), text.index("[") + 1
    while True:
        while text[place] in _BLANKS:
            place += 1
        if text[place] == "]":
            return
        item, end = decoder.raw_decode(text, place)
        yield text.count("\n", 0, place) + 1, item
        place = end


def _wrong_fields(item: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(item, dict):
        yield "item", "type"
        return
    yield from ((name, "unknown") for name in item if name not in _TYPES)
    yield from ((name, "missing") for name in _REQUIRED if name not in item)
    yield from ((name, "type") for name, is_one in _TYPES.items() if name in item and not is_one(item[name]))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_optional_text(value: object) -> bool:
    return isinstance(value, str | None)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _are_names(value: object) -> bool:
    texts = value if isinstance(value, dict) else {None: value}
    return value is None or all(tag in LANGUAGES and isinstance(text, str | None) for tag, text in texts.items())


def _are_coordinates(value: object) -> bool:
    if not isinstance(value, dict):
        return value is None
    names = {each.name for each in fields(Coordinates)}
    return set(value) == names and all(type(each) in (int, float) for each in value.values())


_TYPES: Mapping[str, Callable[[object], bool]] = {
    **dict.fromkeys(("code", "name", "address", "province"), _is_text),
    **dict.fromkeys(_OPTIONAL, _is_optional_text),
    "prefixes": _are_texts,
    "names": _are_names,
    "coordinates": _are_coordinates,
}
