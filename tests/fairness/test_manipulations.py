"""Each way in which the service could cheat is found in the published files."""

import json
import shutil
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from domain.fair_draws import commitment_to
from domain.plates import position_of
from fairness.verify_draws import Wrong, verify
from storage.pool.keys import index_keys
from tests.support.drawing import DAY, DrawWorld

B = "粤B"
LOG = "log-7ca4B.jsonl"


@pytest_asyncio.fixture
async def day(drawing: DrawWorld, tmp_path: Path) -> Path:
    """The files of a day with three draws, in the middle of which a number is claimed and another is freed."""
    office = await drawing.add_office({B: ["AB1!!", "AC1!!"], "粤C": ["AB1!!"]})
    car = await drawing.selecting(office)
    index = drawing.container.repositories.pool_index
    await drawing.draw(car, prefix=B)
    await index.settle(at=drawing.now, taken=[f"{B}AB1{n}0" for n in range(10)], kinds={f"{B}AB100": "issued"})
    await drawing.draw(car, prefix=B)
    await drawing.draw(car, nonce=None, prefix=B)
    await index.settle(at=drawing.now, taken=[f"{B}AB199"])
    folder = tmp_path / "day"
    folder.mkdir()
    assert (await drawing.write_files(folder))["draws replayed"] == 3
    return folder


def lines_of(folder: Path, name: str) -> list[Any]:
    return [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]


def write_lines(folder: Path, name: str, lines: list[Any]) -> None:
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / name).write_text(text, "utf-8")


def change_day(folder: Path, **values: str) -> None:
    file = folder / "day.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | values), "utf-8")


def change_draw(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    draws = lines_of(folder, "draws.jsonl")
    change(draws[1])
    write_lines(folder, "draws.jsonl", draws)


def change_log(folder: Path, change: Callable[[list[Any]], None]) -> None:
    """Change the lines, and make numbers and chain right again, as a careful liar would."""
    head, *entries = lines_of(folder, LOG)
    lines = [json.loads(entry["l"]) for entry in entries]
    change(lines)
    chain, written = bytes.fromhex(head["chain"]), [head]
    for place, line in enumerate(lines):
        line["s"] = lines[0]["s"] + place
        text = json.dumps(line)
        chain = sha256(chain + text.encode()).digest()
        written.append({"h": chain.hex(), "l": text})
    write_lines(folder, LOG, written)


def other_number(folder: Path) -> None:
    def change(draw: dict[str, Any]) -> None:
        draw["numbers"][0] = next(n for n in (f"{B}AC1{i:02}" for i in range(100)) if n not in draw["numbers"])

    change_draw(folder, change)


def other_number_in_log_too(folder: Path) -> None:
    draws = lines_of(folder, "draws.jsonl")
    wanted = next(n for n in (f"AC1{i:02}" for i in range(100)) if B + n not in str(draws))
    draws[1]["numbers"][0] = B + wanted
    write_lines(folder, "draws.jsonl", draws)

    def change(lines: list[Any]) -> None:
        pick = next(line for line in lines if line.get("draw") == draws[1]["draw_id"])
        pick["p"][0] = position_of(wanted)

    change_log(folder, change)


def withheld_line(folder: Path) -> None:
    head, *entries = lines_of(folder, LOG)
    claims = next(entry for entry in entries if "issued" in entry["l"])
    write_lines(folder, LOG, [head, *(entry for entry in entries if entry is not claims)])


def withheld_line_with_new_chain(folder: Path) -> None:
    change_log(folder, lambda lines: lines.remove(next(line for line in lines if "issued" in line.get("claims", {}))))


def withheld_last_line(folder: Path) -> None:
    """With the chain as it is: what follows is missing, and nothing is broken."""
    change_log(folder, lambda lines: lines.pop())


def withheld_log(folder: Path) -> None:
    """The log of a prefix of which nobody drew."""
    (folder / "log-7ca4C.jsonl").unlink()


def second_secret(folder: Path) -> None:
    change_day(folder, secret=sha256(b"another").hexdigest())


def second_secret_and_commitment(folder: Path) -> None:
    secret = sha256(b"another").digest()
    change_day(folder, secret=secret.hex(), commitment=commitment_to(DAY, secret).hex())


def other_nonce(folder: Path) -> None:
    change_draw(folder, lambda draw: draw.update(nonce="another-nonce-of-a-client"))


def nonce_of_the_service(folder: Path) -> None:
    change_draw(folder, lambda draw: draw.update(nonce_by="server"))


def draw_left_out_of_the_log(folder: Path) -> None:
    draws = lines_of(folder, "draws.jsonl")
    change_log(folder, lambda lines: lines.remove(next(x for x in lines if x.get("draw") == draws[1]["draw_id"])))


def smaller_pool_at_the_start(folder: Path) -> None:
    head, *entries = lines_of(folder, LOG)
    file = folder / f"bitmap-{head['base']['free']}.z"
    bitmap = bytearray(zlib.decompress(file.read_bytes()))
    for number in range(50, 100):
        position = position_of(f"AC1{number}")
        bitmap[position // 8] &= ~(0x80 >> position % 8)
    digest = sha256(bitmap).hexdigest()
    (folder / f"bitmap-{digest}.z").write_bytes(zlib.compress(bytes(bitmap)))
    head["base"]["free"] = digest
    write_lines(folder, LOG, [head, *entries])


def draw_that_others_do_not_see(folder: Path) -> None:
    write_lines(folder, "draws.jsonl", [*lines_of(folder, "draws.jsonl"), lines_of(folder, "draws.jsonl")[0]])


def number_passed_over(folder: Path) -> None:
    """A friend's number is spared: the draw says that its vehicle had been offered it before."""
    draws = lines_of(folder, "draws.jsonl")
    spared = draws[1]["numbers"].pop()
    draws[1] |= {"skipped": {spared: 5}, "link": "0" * 64, "draws_left": 4}
    write_lines(folder, "draws.jsonl", draws)

    def change(lines: list[Any]) -> None:
        pick = next(line for line in lines if line.get("draw") == draws[1]["draw_id"])
        pick |= {"skip": [pick["p"].pop()], "want": 9}

    change_log(folder, change)


MANIPULATIONS = [
    other_number, other_number_in_log_too, withheld_line, withheld_line_with_new_chain, withheld_last_line,
    withheld_log, second_secret, second_secret_and_commitment, other_nonce, nonce_of_the_service,
    draw_left_out_of_the_log, smaller_pool_at_the_start, draw_that_others_do_not_see, number_passed_over,
]  # fmt: skip


async def test_the_checker_finds_each_manipulation(day: Path, tmp_path: Path) -> None:
    unnoticed = []
    for manipulate in MANIPULATIONS:
        folder = tmp_path / manipulate.__name__
        shutil.copytree(day, folder)
        manipulate(folder)
        try:
            verify(folder)
        except Wrong:
            continue
        unnoticed.append(manipulate.__name__)
    assert unnoticed == []


@pytest.mark.parametrize("how", ["smaller pool", "claims without a line"])
async def test_a_draw_over_a_smaller_pool_is_found(drawing: DrawWorld, tmp_path: Path, how: str) -> None:
    office = await drawing.add_office({B: ["AB1!!"]})
    car, repositories = await drawing.selecting(office), drawing.container.repositories
    await drawing.draw(car)
    for number in range(20, 100):
        await repositories.redis.setbit(index_keys(B)[0], position_of(f"AB1{number}"), 0)
    if how == "claims without a line":
        await repositories.pool_log.state_free_numbers(drawing.now, older_than=drawing.now)
    else:
        await drawing.draw(car)
    with pytest.raises(Wrong):
        await drawing.write_files(tmp_path)
