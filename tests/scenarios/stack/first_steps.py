"""Runs the commands of docs/first-steps.md.

`python -m tests.scenarios.stack.first_steps URL` writes their responses into the page.
"""

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "first-steps.md"
BLOCKS = re.compile(r"^```(bash|answer)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
END = "--- end of the answer ---"
VOLATILE = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "…"),
    (re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+Z"), "…"),
    (re.compile(r"\d{4}-\d{2}-\d{2}"), "…"),
    (re.compile(r"\d{4}年\d{1,2}月\d{1,2}日"), "…"),
    (re.compile(r"(?<=粤B)[0-9A-Z]{5}"), "…"),
)


@dataclass(frozen=True)
class Step:
    """One block of commands, and the answer that the page shows for it, if any."""

    commands: str
    answer: str | None


def steps(page: str) -> list[Step]:
    blocks = BLOCKS.findall(page)
    found = []
    for (kind, text), following in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if kind == "bash":
            found.append(Step(text, following[1] if following[0] == "answer" else None))
    return found


def run(page: str, address: str) -> list[str]:
    """The output of each block, with values that differ from run to run written as `…`."""
    script = "set -euo pipefail\n" + "".join(f"{step.commands}\necho '{END}'\n" for step in steps(page))
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["bash", "-c", script],
            env=os.environ | {"API": f"{address}/api/v1"},
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    if done.returncode:
        raise AssertionError(f"{done.stdout}\n{done.stderr}")
    return [mask_values(answer.strip("\n")) for answer in done.stdout.split(END)[:-1]]


def mask_values(text: str) -> str:
    for pattern, sign in VOLATILE:
        text = pattern.sub(sign, text)
    return re.sub(r"\n\n+", "\n", text)


def write_answers(page: str, answers: list[str]) -> str:
    """The page with these answers in it."""
    shown = iter([answer for step, answer in zip(steps(page), answers, strict=True) if step.answer is not None])

    def block(match: re.Match[str]) -> str:
        return match[0] if match[1] == "bash" else f"```answer\n{next(shown)}\n```"

    return BLOCKS.sub(block, page)


if __name__ == "__main__":
    text = PAGE.read_text("utf-8")
    PAGE.write_text(write_answers(text, run(text, sys.argv[1])), "utf-8")
