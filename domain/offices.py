"""What operators enter about a vehicle office (车管所), and its rules: provinces, prefixes, texts."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from domain.ascii_folding import fold_capitals
from domain.coordinates import Coordinates
from domain.plates import is_prefix
from domain.visible_text import visible_text

LONGEST_TEXT = 200
"""Characters of a name, an address, opening hours or a telephone number."""

LANGUAGES = ("zh-CN", "zh-TW", "en")
"""The languages of names and notices; the first one is always there."""

MOST_PREFIXES = 24

_CODE = re.compile("[0-9A-Za-z-]{1,32}", re.ASCII)
_CONTROL = {"Cc", "Cs", "Zl", "Zp"}
_NAMES = {
    "京": "北京市", "津": "天津市", "冀": "河北省", "晋": "山西省", "蒙": "内蒙古自治区", "辽": "辽宁省",
    "吉": "吉林省", "黑": "黑龙江省", "沪": "上海市", "苏": "江苏省", "浙": "浙江省", "皖": "安徽省",
    "闽": "福建省", "赣": "江西省", "鲁": "山东省", "豫": "河南省", "鄂": "湖北省", "湘": "湖南省",
    "粤": "广东省", "桂": "广西壮族自治区", "琼": "海南省", "渝": "重庆市", "川": "四川省", "贵": "贵州省",
    "云": "云南省", "藏": "西藏自治区", "陕": "陕西省", "甘": "甘肃省", "青": "青海省",
    "宁": "宁夏回族自治区", "新": "新疆维吾尔自治区",
}  # fmt: skip
PROVINCE_NAMES: Mapping[str, str] = _NAMES
"""The full name of each province, by the first character of its plates."""

_SUFFIX = re.compile("(壮族|回族|维吾尔)?(自治区|省|市)$")
_SPELLINGS = {spelling: name for name in _NAMES.values() for spelling in (name, _SUFFIX.sub("", name))}

Problem = tuple[str, str]
"""A field's path, and the key of its message in the catalogues' section `fields`."""


@dataclass(frozen=True)
class OfficeDetails:
    """An office as operators enter it. `names` are further names, by language."""

    code: str
    name: str
    address: str
    province: str
    prefixes: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    hours: str | None = None
    telephone: str | None = None
    coordinates: Coordinates | None = None

    def normalise(self) -> "OfficeDetails":
        """The same without blanks around texts, with capital letters and the province's full name.

        An empty text is no text.
        """
        return OfficeDetails(
            code=self.code.strip(),
            name=self.name.strip(),
            address=self.address.strip(),
            province=province_name(self.province) or self.province.strip(),
            prefixes=tuple(fold_capitals(text.strip()) for text in self.prefixes),
            names={tag: text.strip() for tag, text in self.names.items() if text.strip()},
            hours=(self.hours or "").strip() or None,
            telephone=(self.telephone or "").strip() or None,
            coordinates=self.coordinates and self.coordinates.round_off(),
        )

    def problems(self) -> list[Problem]:
        """Everything that is wrong with these details alone, after `normalise`."""
        return [*self._text_problems(), *self._place_problems(), *self._prefix_problems()]

    def _text_problems(self) -> Iterator[Problem]:
        if not _CODE.fullmatch(self.code):
            yield "code", "office_code"
        for name in ("name", "address"):
            if not visible_text(getattr(self, name)):
                yield name, "blank"
        if province_name(self.province) is None:
            yield "province", "province"
        texts = {"name": self.name, "address": self.address, "hours": self.hours, "telephone": self.telephone}
        texts |= {f"names.{tag}": text for tag, text in self.names.items()}
        for name, text in texts.items():
            if text and not _is_printable(text):
                yield name, "text"
        if not set(self.names) <= set(LANGUAGES):
            yield "names", "unknown"

    def _place_problems(self) -> Iterator[Problem]:
        for name in self.coordinates.problems() if self.coordinates else ():
            yield f"coordinates.{name}", name

    def _prefix_problems(self) -> Iterator[Problem]:
        if len(self.prefixes) > MOST_PREFIXES:
            yield "prefixes", "list"
        for place, prefix in enumerate(self.prefixes):
            if not is_prefix(prefix):
                yield f"prefixes.{place}", "prefix_form"
            elif province_name(self.province) not in (None, PROVINCE_NAMES[prefix[0]]):
                yield f"prefixes.{place}", "prefix_province"
            elif prefix in self.prefixes[:place]:
                yield f"prefixes.{place}", "prefix_twice"


def province_name(text: str) -> str | None:
    """The full name of a province that is written in full (广东省) or short (广东); None if there is none."""
    return _SPELLINGS.get(text.strip())


def prefixes_twice(offices: Sequence[OfficeDetails]) -> dict[int, list[Problem]]:
    """The offices of a list that name a prefix or a code of an earlier one: place in the list → problems."""
    owners: dict[str, int] = {}
    codes: set[str] = set()
    found: dict[int, list[Problem]] = {}
    for place, office in enumerate(offices):
        if office.code in codes:
            found.setdefault(place, []).append(("code", "code_twice"))
        codes.add(office.code)
        for index, prefix in enumerate(office.prefixes):
            if owners.setdefault(prefix, place) != place:
                found.setdefault(place, []).append((f"prefixes.{index}", "prefix_taken"))
    return found


def _is_printable(text: str) -> bool:
    return len(text) <= LONGEST_TEXT and not any(unicodedata.category(each) in _CONTROL for each in text)
