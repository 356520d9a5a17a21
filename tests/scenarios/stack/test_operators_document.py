"""The commands of docs/operators.md, word for word, on the data of the demo."""

import asyncio
import json
import re
import shlex
from collections import defaultdict

import pytest

from demo.world import RESERVING, demo_world
from tests.rules.source_files import ROOT
from tests.support.running_stack import RunningStack, run_command

pytestmark = pytest.mark.slow

COMMAND = "bin/xuanhao "
ID_IN_THE_PAGE = "0b8f1b0e-6f0c-4f0a-9d55-3c1f5a0b7a11"
OFFICES = """code,name,name_zh_tw,name_en,address,hours,telephone,province,prefixes
445300,云浮市车辆管理所,,,云城区,9:00–17:00,,广东省,粤W
"""


def commands() -> list[list[str]]:
    """The first block of commands of the page, without those that start with the id of an answer."""
    page = (ROOT / "docs" / "operators.md").read_text("utf-8")
    block = re.findall(r"```\n(.*?)```", page, re.DOTALL)[0]
    lines = [line.removeprefix(COMMAND) for line in block.splitlines() if line.startswith(COMMAND)]
    return [shlex.split(line, comments=True) for line in lines]


async def test_the_page_s_commands_do_what_they_say_on_the_demo(stack: RunningStack) -> None:
    (stack.folder / "offices.csv").write_text(OFFICES, "utf-8")
    for language in ("zh-CN", "zh-TW", "en"):
        (stack.folder / f"{language}.md").write_text("业务须知\n\n第一条\n", "utf-8")
    areas: dict[str, list[list[str]]] = defaultdict(list)
    for words in commands():
        areas[words[0]].append(words)
    assert sum(map(len, areas.values())) > 20
    few = asyncio.Semaphore(3)
    refused = await asyncio.gather(*(run_area(stack, area, few) for area in areas.values()))
    assert [each for found in refused for each in found] == []


async def run_area(stack: RunningStack, area: list[list[str]], few: asyncio.Semaphore) -> list[str]:
    """Run the commands of one area in their order; returns those that did not end well."""
    stdin, printed, refused = f"{demo_world().users[RESERVING].party.id_number}\n", "", []
    for typed in area:
        words = [json.loads(printed.splitlines()[-1])["id"] if word == ID_IN_THE_PAGE else word for word in typed]
        operator = [] if "--operator" in words else ["--operator", "wang"]
        async with few:
            code, printed = await run_command(stack, *operator, *words, stdin=stdin)
        if code != 0:
            refused.append(shlex.join(typed))
    return refused
