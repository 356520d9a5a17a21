"""`xuanhao offices` and `xuanhao notices`: files of offices, single offices, policies and notices."""

import io
import json
import time
from collections.abc import Awaitable, Callable
from itertools import count, product
from pathlib import Path

import pytest

from cli.app import parse
from cli.execution import run_command
from config.settings import Settings
from domain.offices import PROVINCE_NAMES
from domain.plates import LETTERS
from tests.support.country import Country

HEADER = "code,name,name_zh_tw,name_en,address,hours,telephone,province,prefixes\n"
NUMBERS = count(1)
# `tests.support.offices` takes prefixes from the end of the provinces.
PREFIXES = (f"{province}{letter}" for province, letter in product("京津冀晋", LETTERS))

Run = Callable[..., Awaitable[tuple[int, list[dict[str, object]], str]]]


@pytest.fixture
def xuanhao(settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in this process: exit code, records, and what it wrote to standard error."""

    async def run(*arguments: str, operator: str = "wang") -> tuple[int, list[dict[str, object]], str]:
        for name in ("LC_ALL", "LC_MESSAGES", "LANG", "XUANHAO_OPERATOR"):
            monkeypatch.delenv(name, raising=False)
        capsys.readouterr()
        invocation = parse(("--json", "--operator", operator, *arguments))
        assert invocation
        code = await run_command(settings, invocation)
        said = capsys.readouterr()
        return code, [json.loads(line) for line in io.StringIO(said.out) if line.startswith("{")], said.err

    return run


def rows(number: int, *, prefixes: bool = True) -> tuple[str, list[str]]:
    """A CSV file of new offices, and their codes."""
    codes = [f"csv-{next(NUMBERS)}" for _ in range(number)]
    lines = []
    for code in codes:
        prefix = next(PREFIXES) if prefixes else ""
        province = PROVINCE_NAMES[prefix[0]] if prefix else "北京市"
        lines.append(f"{code},{code}车管所,,{code} office,长安街1号,,,{province},{prefix}\n")
    return HEADER + "".join(lines), codes


async def test_a_file_is_tried_first_then_imported_as_a_whole_and_a_second_time_changes_nothing(
    country: Country, xuanhao: Run, tmp_path: Path
) -> None:
    text, codes = rows(3)
    file = tmp_path / "offices.csv"
    file.write_text(text, "utf-8-sig")
    code, records, said = await xuanhao("offices", "import", str(file), "--dry-run")
    assert (code, [each["change"] for each in records], said) == (0, ["new"] * 3, "xuanhao: nothing was entered\n")
    listed = [each["code"] for each in (await xuanhao("offices", "list"))[1]]
    assert not set(codes) & set(listed)
    without = await xuanhao("offices", "import", str(file))
    assert (without[0], "reason: must not be blank" in without[2]) == (1, True)
    importing = ("offices", "import", str(file), "--reason", "首批")
    assert [each["change"] for each in (await xuanhao(*importing))[1]] == ["new"] * 3
    assert [each["change"] for each in (await xuanhao(*importing))[1]] == ["unchanged"] * 3
    file.write_text(text.replace("长安街1号", "长安街2号", 1))
    tried = (await xuanhao("offices", "import", str(file), "--dry-run"))[1]
    assert [(each["change"], each["fields"], each["address"]) for each in tried] == [
        ("changed", ["address"], "长安街2号"), ("unchanged", [], "长安街1号"), ("unchanged", [], "长安街1号"),
    ]  # fmt: skip
    assert (await xuanhao("offices", "show", codes[0]))[1][0]["address"] == "长安街1号"
    changed = (await xuanhao(*importing))[1]
    assert (changed[0]["change"], changed[0]["fields"]) == ("changed", ["address"])
    [shown] = (await xuanhao("offices", "show", codes[0]))[1]
    assert (shown["address"], shown["names"]) == ("长安街2号", {"en": f"{codes[0]} office"})
    as_json = [{name: shown[name] for name in ("code", "name", "names", "address", "hours", "province", "prefixes")}]
    for content in (as_json, {"items": as_json}):
        file.write_text(json.dumps(content))
        assert [each["change"] for each in (await xuanhao(*importing))[1]] == ["unchanged"]


async def test_each_bad_row_is_named_with_line_and_field_and_nothing_is_entered(
    country: Country, xuanhao: Run, tmp_path: Path
) -> None:
    other = await country.own_office()
    taken = other.prefixes[0]
    text, codes = rows(1)
    file = tmp_path / "offices.csv"
    bad = f"""bad-1,,,,路,,,北京市,
bad-2,名,,,路,,,亚特兰蒂斯,
bad-3,名,,,"路
1号",,,北京市,京I
bad-4,名,,,路,,,{PROVINCE_NAMES[taken[0]]},{taken}
"""
    file.write_text(text + bad)
    code, problems, said = await xuanhao("offices", "import", str(file), "--reason", "首批")
    assert (code, [(each["line"], each["field"]) for each in problems]) == (
        1, [(3, "name"), (4, "province"), (5, "address"), (5, "prefixes.0")],
    )  # fmt: skip
    assert "line 4: province: no such province\n" in said
    file.write_text(text + bad.splitlines()[-1])
    code, problems, _ = await xuanhao("offices", "import", str(file), "--reason", "首批")
    assert (code, [(each["line"], each["field"]) for each in problems]) == (1, [(3, "prefixes.0")])
    assert (await xuanhao("offices", "show", codes[0]))[0] == 1
    for content, line, field in (
        (text.replace("province", "provinz"), 1, "provinz"),
        ('[\n {"code": "x"},\n {"code": 1}]', 2, "name"),
        ('{"items": [', 1, "file"),
        ("", 1, "code"),
    ):
        file.write_text(content)
        code, problems, _ = await xuanhao("offices", "import", str(file), "--dry-run")
        assert (code, problems[0]["line"], problems[0]["field"]) == (1, line, field)
    missing = await xuanhao("offices", "import", str(tmp_path / "none.csv"), "--dry-run")
    assert (missing[0], "file: can't be read" in missing[2]) == (1, True)


async def test_five_hundred_offices_are_imported_within_five_seconds(
    country: Country, xuanhao: Run, tmp_path: Path
) -> None:
    text, _ = rows(500, prefixes=False)
    file = tmp_path / "offices.csv"
    file.write_text(text)
    began = time.monotonic()
    code, records, _ = await xuanhao("offices", "import", str(file), "--reason", "首批")
    assert time.monotonic() - began < 5
    assert (code, len(records)) == (0, 500)


async def test_an_office_is_set_up_from_the_shell_alone(country: Country, xuanhao: Run, tmp_path: Path) -> None:
    office, prefix = f"csv-{next(NUMBERS)}", next(PREFIXES)
    setting = ("offices", "set", office, "--reason", "新设")
    added = await xuanhao(
        *setting, "--name", "车管所", "--address", "路", "--province", PROVINCE_NAMES[prefix[0]], "--prefixes", prefix
    )
    assert (added[0], added[1][0]["change"]) == (0, "new")
    assert (await xuanhao(*setting, "--hours", "9–17"))[1][0]["fields"] == ["hours"]
    asked = await xuanhao("offices", "policy", office, "draws=3", "random_only=PT0S", "--reason", "试点")
    assert asked[1][0]["overrides"] == {"draws": "3", "random_only": "PT0S"}
    confirming = ("offices", "policy", "confirm", str(asked[1][0]["id"]))
    assert "second_operator_needed" in (await xuanhao(*confirming))[2]
    waiting = [each["id"] for each in (await xuanhao("audit", "unconfirmed"))[1]]
    assert asked[1][0]["id"] in waiting
    assert (await xuanhao(*confirming, operator="li"))[1][0]["confirmed_by"] == "li"
    [shown] = (await xuanhao("offices", "show", office))[1]
    policy = shown["policy"]
    assert isinstance(policy, dict)
    assert (policy["draws"], policy["composed"]["source"]) == ({"value": 3, "source": "office"}, "default")
    later = ("offices", "policy", office, "draws=4", "--from", "2099-01-01", "--reason", "新年")
    [dated] = (await xuanhao(*later))[1]
    assert dated["effective_from"] == "2098-12-31T16:00:00.000Z"
    await xuanhao("offices", "policy", "confirm", str(dated["id"]), operator="li")
    for instant, draws in (("2098-12-31T23:59", 3), ("2099-01-01T00:00", 4)):
        [then] = (await xuanhao("offices", "show", office, "--at", instant))[1]
        assert isinstance(then["policy"], dict)
        assert then["policy"]["draws"]["value"] == draws
    wrong = await xuanhao("offices", "policy", office, "draws=-1", "--reason", "试点")
    assert (wrong[0], "overrides.draws" in wrong[2]) == (1, True)
    (tmp_path / "zh-CN.md").write_text("# 业务须知\n\n第一条\n")
    (tmp_path / "en.md").write_text("Notice\nFirst\n")
    publishing = ("notices", "publish", office, "--reason", "首版")
    assert "texts.zh-CN" in (await xuanhao(*publishing, str(tmp_path / "en.md")))[2]
    published = await xuanhao(*publishing, str(tmp_path / "zh-CN.md"), str(tmp_path / "en.md"))
    assert (published[1][0]["version"], published[1][0]["languages"]) == ("1", ["en", "zh-CN"])
    released = await xuanhao("segments", "release", prefix, "A12!!")
    assert released[0] == 0


async def test_coordinates_come_from_two_columns_or_an_object_and_are_set_and_removed(
    country: Country, xuanhao: Run, tmp_path: Path
) -> None:
    code, file = f"csv-{next(NUMBERS)}", tmp_path / "offices.csv"
    header = "code,name,address,province,prefixes,latitude,longitude\n"
    importing = ("offices", "import", str(file), "--reason", "坐标")
    file.write_text(f"{header}{code},车管所,长安街1号,北京市,,39.9042,116.4074\n")
    [added] = (await xuanhao(*importing))[1]
    assert added["coordinates"] == {"latitude": 39.9042, "longitude": 116.4074}
    swapped = [{"code": code, "name": "车管所", "address": "长安街1号", "province": "北京市", "prefixes": []}]
    for place, field in (
        ({"latitude": 116.4, "longitude": 39.9}, "coordinates.latitude"),
        ({"latitude": 39.9}, "coordinates"),
        ({"latitude": "39.9", "longitude": 116.4}, "coordinates"),
        ([39.9, 116.4], "coordinates"),
    ):
        file.write_text(json.dumps([swapped[0] | {"coordinates": place}]))
        exit_code, problems, _ = await xuanhao(*importing)
        assert (exit_code, problems[0]["field"]) == (1, field)
    file.write_text(f"{header}{code},车管所,长安街1号,北京市,,39.9,\n")
    exit_code, problems, said = await xuanhao(*importing)
    assert (exit_code, [each["field"] for each in problems]) == (1, ["coordinates.longitude"])
    assert "degrees from 73 to 136 (WGS 84)" in said
    file.write_text(json.dumps([swapped[0] | {"coordinates": {"latitude": 39, "longitude": 116.5}}]))
    [changed] = (await xuanhao(*importing))[1]
    assert (changed["fields"], changed["coordinates"]) == (["coordinates"], {"latitude": 39.0, "longitude": 116.5})
    setting = ("offices", "set", code, "--reason", "坐标", "--coordinates")
    [set_again] = (await xuanhao(*setting, "39.1, 116.2"))[1]
    assert (set_again["fields"], set_again["coordinates"]) == (
        ["coordinates"], {"latitude": 39.1, "longitude": 116.2},
    )  # fmt: skip
    assert (await xuanhao(*setting, "116.2,39.1"))[0] == 1
    [removed] = (await xuanhao(*setting, ""))[1]
    assert (removed["fields"], removed["coordinates"]) == (["coordinates"], None)
