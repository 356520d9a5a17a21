"""`python -m tests.scenarios.model`: acts over REST against the model, a million by default.

It raises at the first answer that the model does not give, with the acts that led to it, and with a parallel history
that could not have happened one call after the other. Each part has a new system, on which several processes play. A
run that was cut goes on after the last part in its journal, with the same seed.
"""

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
from pathlib import Path

from bench.machine import machine
from bench.pages import write_section
from embedded.programs import ROOT
from process.exit import leave
from tests.scenarios.model.journal import Journal
from tests.scenarios.model.part import play_part

PAGE = ROOT / "docs" / "faults.md"
JOURNAL = ROOT / ".data" / "model.jsonl"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.scenarios.model", description=__doc__.partition("\n")[0])
    parser.add_argument("--acts", type=int, default=1_000_000)
    parser.add_argument("--players", type=int, default=3, help="so many processes play on one system")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="replays the choices of a run")
    parser.add_argument("--journal", type=Path, default=JOURNAL, help="the parts so far; the run goes on after them")
    parser.add_argument("--new", action="store_true", help="forget an earlier run")
    parser.add_argument("--write", action="store_true", help="write the summary into docs/faults.md after each part")
    given = parser.parse_args()
    journal = Journal(given.journal)
    if given.new:
        journal.forget()
    seed = journal.seed if journal.parts else given.seed
    while journal.acts < given.acts:
        number, began = len(journal.parts), time.monotonic()
        sys.stderr.write(f"seed {seed}, part {number}, {journal.acts} acts so far\n")
        with tempfile.TemporaryDirectory(prefix="xuanhao-model-") as folder:
            # When we are root, PostgreSQL's folder belongs to another user, who must be able to enter this one.
            Path(folder).chmod(0o711)
            left = given.acts - journal.acts
            part = asyncio.run(play_part(Path(folder), f"{seed}-{number}", acts=left, players=given.players))
        journal.add(seed, part, time.monotonic() - began)
        if given.write:
            write_section(PAGE, "model", f"{machine()}.\n\n{journal.summary()}")
    sys.stdout.write(f"{journal.summary()}\n")
    return 0


if __name__ == "__main__":
    leave(main())
