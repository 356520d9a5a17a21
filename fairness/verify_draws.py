"""Replay every draw of a published day: `python verify_draws.py FOLDER`, offline, with Python 3.10 and nothing else.

FOLDER holds the files of `GET /api/v1/fairness/days/{day}`: docs/fairness.md describes them and the picks.
"""

import base64
import hashlib
import hmac
import json
import sys
import zlib
from collections import defaultdict
from functools import lru_cache, partial, reduce
from itertools import count
from operator import or_
from pathlib import Path
from typing import Any as Json

PATTERNS = ["DDDDD", "LDDDD", "LLDDD", "DLDDD", "DDLDD", "DDDLD", "DDDDL", "LDDDL", "DDDLL", "LDLDD"]
ALPHABETS = {"D": (DIGITS := "0123456789"), "L": (LETTERS := "ABCDEFGHJKLMNPQRSTUVWXYZ")}
KEYS = {"!": DIGITS, "@": LETTERS, "*": DIGITS + LETTERS, "n": DIGITS.replace("4", "") + LETTERS}
# The numbers of a prefix, bytes in a leaf of their tree, and how often 2 ** 19 bytes are halved to get there.
SIZE, LEAF, LEVELS, LEAVES = 3_604_000, 32, 14, 2**14


def lines_of(file: Path, place: int = 0) -> Json:
    """The lines from a place on, each with its own place: no file is in memory as a whole."""
    with file.open("rb") as lines:
        lines.seek(place)
        for line in lines:
            yield place, json.loads(line)
            place += len(line)


def line_of(file: Path, places: Json, key: Json) -> Json:
    return next(lines_of(file, places[key]))[1] if key in places else {}


class Wrong(Exception):
    """What does not agree, in words for people."""


def check(is_right: object, text: str) -> None:
    if not is_right:
        raise Wrong(text)


def digest_of(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def serial_at(position: int) -> str:
    for pattern in PATTERNS:
        size = 10 ** pattern.count("D") * 24 ** pattern.count("L")
        if position < size:
            text = ""
            for kind in reversed(pattern):
                position, value = divmod(position, len(ALPHABETS[kind]))
                text = ALPHABETS[kind][value] + text
            return text
        position -= size
    raise Wrong("a position is outside the pool")


@lru_cache(100)
def mask(template: str) -> int:
    """The bits of all numbers of a template, the first number as the highest bit."""

    def bits(pattern: str, place: int) -> str:
        rest = bits(pattern, place + 1) if place < len(pattern) - 1 else "1"
        allowed = KEYS.get(template[place], template[place])
        return "".join(rest if c in allowed else "0" * len(rest) for c in ALPHABETS[pattern[place]])

    return int("".join(bits(pattern, 0) for pattern in PATTERNS), 2)


def segment_mask(segments: Json) -> int:
    return reduce(or_, (mask(s["template"]) & ~reduce(or_, map(mask, s["excluded"]), 0) for s in segments), 0)


def block_of(seed: bytes, row: int, block: int) -> bytes:
    return hashlib.sha512(seed + row.to_bytes(4, "big") + block.to_bytes(4, "big")).digest()


class Free:
    """The free numbers of a prefix: a bitmap, and a tree that counts the set bits of its halves down to 32 bytes."""

    def __init__(self, bits: int) -> None:
        self.bits = bytearray(bits.to_bytes(SIZE // 8, "big").ljust(LEAVES * LEAF, b"\0"))
        leaves = [int.from_bytes(self.bits[i : i + LEAF], "big").bit_count() for i in range(0, 2**19, LEAF)]
        self.counts = [0] * LEAVES + leaves
        for node in range(LEAVES - 1, 0, -1):
            self.counts[node] = self.counts[2 * node] + self.counts[2 * node + 1]

    def integer(self) -> int:
        return int.from_bytes(self.bits[: SIZE // 8], "big")

    def put(self, positions: list[int], *, is_free: bool) -> None:
        for position in positions:
            byte, bit = position // 8, 0x80 >> position % 8
            if bool(self.bits[byte] & bit) != is_free:
                self.bits[byte] ^= bit
                node = LEAVES + byte // LEAF
                while node:
                    self.counts[node] += 1 if is_free else -1
                    node //= 2

    def take(self, seed: bytes, row: int) -> int:
        """Remove a random number. A word that would cause bias is replaced by the next spare one of the row."""
        spares = count(LEVELS + 1)

        def below(place: int, sides: int) -> int:
            word = block_of(seed, row, place // 16)[place % 16 * 4 :][:4]
            product = int.from_bytes(word, "big") // 2 * sides
            return product >> 31 if product % 2**31 >= 2**31 % sides else below(next(spares), sides)

        node = 1
        for level in range(LEVELS):
            node = 2 * node + (below(level, self.counts[node]) >= self.counts[2 * node])
        rank, first = below(LEVELS, self.counts[node]), (node - LEAVES) * LEAF * 8
        here = [p for p in range(first, first + LEAF * 8) if self.bits[p // 8] & (0x80 >> p % 8)]
        self.put([here[rank]], is_free=False)
        return here[rank]


def pick(free: Free, line: Json, seed: bytes) -> tuple[list[int], list[int]]:
    """The positions that a draw must pick here, and the hidden ones that it meets."""
    hidden, rows, chosen, met = set(line.get("skip", ())), count(), list[int](), list[int]()

    def choose(tree: Free, most_fours: int) -> list[int]:
        fours = list[int]()
        while len(chosen) < line["want"] and tree.counts[1] and len(fours) < most_fours:
            position = tree.take(seed, next(rows))
            is_four = line["four"] == 0 and "4" in serial_at(position)
            (fours if is_four else met if position in hidden else chosen).append(position)
        return fours

    fours = choose(free, 3 * line["want"])
    are_left = free.counts[1]
    free.put(fours + met, is_free=True)
    if line["four"] == 0 and len(chosen) < line["want"] and are_left:
        few = Free(free.integer() & mask("nnnnn"))
        few.put(met, is_free=False)
        choose(few, 1)
    return chosen, met


def seed_of(secret: bytes, draw: Json, part: str, number: int) -> bytes:
    text = f"{draw['draw_id']}\n{draw['nonce']}\n{part}\n{number}\n"
    return hmac.new(secret, text.encode(), "sha256").digest()


class Log:
    """Replays the log of one prefix. Draws are compared with the lines at the places `picks`, and with `levels`."""

    def __init__(self, file: Path, day: Json) -> None:
        self.file, self.day, self.found, entries = file, day, day["found"], lines_of(file)
        self.head, self.claimed = next(entries)[1], bytearray(SIZE)
        self.prefix, chain = self.head["prefix"], bytes.fromhex(self.head["chain"])
        self.picks, self.levels, self.stated = dict[Json, int](), dict[Json, tuple[int, int]](), dict[Json, str]()
        for _, entry in entries:
            chain, line = hashlib.sha256(chain + entry["l"].encode()).digest(), json.loads(entry["l"])
            check(chain.hex() == entry["h"], f"{self.prefix}: the chain is broken at line {line['s']}")
            self.stated.update({(line["e"], line["of"]): line["free"]} if line["op"] == "checkpoint" else {})
        self.free = Free(self.bitmap(self.head["base"]["free"]))

    def bitmap(self, digest: str) -> int:
        bitmap = zlib.decompress((self.file.parent / f"bitmap-{digest}.z").read_bytes())
        check(hashlib.sha256(bitmap).hexdigest() == digest, f"{self.prefix}: the bitmap {digest} is another one")
        return int.from_bytes(bitmap, "big")

    def replay(self, draws: Json, wanted: Json) -> None:
        self.note((self.head["base"]["epoch"], self.head["base"]["seq"]), wanted)
        for place, line in ((place, json.loads(entry["l"])) for place, entry in lines_of(self.file) if place):
            here = (line["e"], line["s"])
            begins = line["op"] == "install" and line["e"] > self.last[0] and line["s"] == 1
            check(begins or here == (self.last[0], self.last[1] + 1), f"{self.prefix}: lines before {here} are missing")
            claimed = [position for some in line.get("claims", {}).values() for position in some]
            if draw := line["op"] == "pick" and draws(line["draw"]):
                self.picks[here] = place
                must = pick(self.free, line, seed_of(self.day["secret"], draw, self.prefix, line["round"]))
                is_same = (draw["without_four"], must) == (not line["four"], (line.get("p", []), line.get("skip", [])))
                check(is_same, f"draw {line['draw']}: {self.prefix} line {here} has other numbers than must follow")
            is_named = draw and any([self.prefix, *here] in each["picks"] for each in draw["rounds"])
            if line["op"] == "pick" and not is_named and self.day["from_ms"] <= line["t"] < self.day["to_ms"]:
                self.found["picks that led to no draw"] += 1
            if line["op"] == "install":
                self.free.put(claimed, is_free=False)
                removed = self.free.integer() & ~(new := self.bitmap(line["free"])) & segment_mask(line["segments"])
                check(begins or not removed, f"{self.prefix}: line {here} takes numbers away and does not say why")
                self.found["logs that began again"] += begins
                gap = f"{self.prefix}: lines are missing between {self.last} and {here}"
                self.found.update({gap: 1} if begins else {})
                self.found["numbers taken away where a log began again"] += removed.bit_count()
                self.free = Free(new)
            elif line["op"] == "open":
                self.free = Free(self.free.integer() | segment_mask(line["segments"]))
            self.free.put(claimed, is_free=False)
            self.free.put(line.get("p", []), is_free=line["op"] != "pick")
            for position in claimed:
                self.claimed[position] = 1
            self.note(here, wanted)
        del self.free

    def note(self, here: tuple[int, int], wanted: Json) -> None:
        self.last = here
        if here in self.stated:
            digest = hashlib.sha256(self.free.bits[: SIZE // 8]).hexdigest()
            check(digest == self.stated[here], f"{self.prefix}: other numbers are free after line {here}")
        if here in wanted:
            self.levels[here] = (self.free.counts[1], (self.free.integer() & mask("nnnnn")).bit_count())


def shares_of(draw: Json, each: Json, seed: bytes, logs: dict[str, Log]) -> list[str]:
    """The prefix of each number where a draw was over several, as if one was drawn after the other from all."""
    usable, shares = dict[str, int](), list[str]()
    for prefix, epoch, seq, free, hidden in each["levels"]:
        level = logs[prefix].levels[epoch, seq][draw["without_four"]]
        check(level == free, f"draw {draw['draw_id']}: {prefix} had another number of free plates")
        usable[prefix] = free - hidden
    for row in range(min(each["want"], sum(usable.values()))):
        total = sum(usable.values())
        products = (int.from_bytes(block_of(seed, row, block)[:8], "big") * total for block in count())
        rank = next(product for product in products if product % 2**64 >= 2**64 % total) >> 64
        prefix = next(p for p in usable if (rank := rank - usable[p]) < 0)
        usable[prefix] -= 1
        shares.append(prefix)
    return shares


def check_draw(draw: Json, day: Json, logs: dict[str, Log], draws: Json) -> None:
    name, numbers, passed = f"draw {draw['draw_id']}", list[tuple[str, int]](), list[str]()
    own = base64.urlsafe_b64encode(digest_of(f"xuanhao nonce\n{draw['draw_id']}\n")).decode().rstrip("=")
    check(draw["nonce_by"] == "client" or draw["nonce"] == own, f"{name}: the service chose the nonce")
    for number, each in enumerate(draw["rounds"]):
        entries = {p: line_of(logs[p].file, logs[p].picks, (epoch, seq)) for p, epoch, seq in each["picks"]}
        lines = {prefix: json.loads(entry.get("l", "{}")) for prefix, entry in entries.items()}
        are_own = all(x.get("draw") == draw["draw_id"] and x["round"] == number for x in lines.values())
        check(are_own, f"{name}: its picks are not in the log")
        several, seed = "levels" in each, seed_of(day["secret"], draw, "office", number)
        shares = shares_of(draw, each, seed, logs) if several else [p for p in lines for _ in range(each["want"])]
        asked = {prefix: line["want"] for prefix, line in lines.items()}
        check(asked == {p: shares.count(p) for p in shares}, f"{name}: the prefixes have other shares")
        left = {prefix: iter(line.get("p", [])) for prefix, line in lines.items()}
        numbers += [(p, position) for p in shares if (position := next(left[p], None)) is not None]
        passed += [prefix + serial_at(p) for prefix, line in lines.items() for p in line.get("skip", [])]
    lost = [(p, position) for p, position in numbers if p + serial_at(position) not in draw["numbers"]]
    check(all(logs[p].claimed[position] for p, position in lost), f"{name}: a picked number was not offered")
    shown = [p + serial_at(position) for p, position in numbers if (p, position) not in lost]
    check(shown == draw["numbers"], f"{name}: other numbers were offered")
    skipped = draw.get("skipped", {})
    check(sorted(set(passed)) == sorted(skipped), f"{name}: other numbers were passed over")
    for plate, draws_left in skipped.items():
        if draws_left is not None:  # Else it was offered on another day, or to an earlier preselection of the vehicle.
            texts = (f"xuanhao draw\n{draw['link']}\n{left}\n" for left in (draw["draws_left"], draws_left))
            own_id, earlier = (digest_of(text).hex()[:32] for text in texts)
            is_offered = own_id == draw["draw_id"] and plate in draws(earlier)["numbers"]
            check(is_offered, f"{name}: {plate} was passed over and had not been offered before")
    day["found"]["picked numbers that others had claimed"] += len(lost)
    day["found"]["numbers passed over without proof"] += list(skipped.values()).count(None)


def verify(folder: Path) -> dict[str, int]:
    """Counts of what was found. Raises `Wrong` at the first thing that does not agree."""
    day = json.loads((folder / "day.json").read_text("utf-8"))
    commitment = digest_of(f"xuanhao day\n{day['day']}\n{day['secret']}\n").hex()
    check(commitment == day["commitment"], "the secret is not the one that was committed to before the day")
    day["secret"] = bytes.fromhex(day["secret"])
    wanted, logs, day["found"] = defaultdict[str, Json](set), dict[str, Log](), defaultdict(int)
    listed, places = folder / "draws.jsonl", dict[str, int]()
    for place, draw in lines_of(listed):
        check(places.setdefault(draw["draw_id"], place) == place, "one draw is listed twice")
        for prefix, epoch, seq, *_ in (level for each in draw["rounds"] for level in each.get("levels", ())):
            wanted[prefix].add((epoch, seq))
    draws, day["found"]["draws replayed"] = partial(line_of, listed, places), len(places)
    day["found"]["commitments later than the beginning of the day"] += day.get("committed_ms", 0) > day["from_ms"]
    for file in sorted(folder.glob("log-*.jsonl")):
        log = Log(file, day)
        log.replay(draws, wanted[log.prefix])
        logs[log.prefix] = log
    check(day.get("ends") in (None, {p: [*log.last] for p, log in logs.items()}), "a log or its last lines are missing")
    for _, draw in lines_of(listed):
        check_draw(draw, day, logs, draws)
    return dict(day["found"])


def main(folder: str) -> None:
    try:
        found = verify(Path(folder))
    except Wrong as wrong:
        sys.exit(f"WRONG: {wrong}")
    except (AttributeError, LookupError, OSError, TypeError, ValueError, zlib.error) as error:
        sys.exit(f"WRONG: the files are incomplete or malformed ({type(error).__name__}: {error})")
    sys.stdout.write("".join(f"{what}: {number}\n" for what, number in found.items()))


if __name__ == "__main__":
    main(*sys.argv[1:])
