"""`python -m bench.performance`: measures the peers side by side, and writes docs/performance.md with its plot."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import uvloop

from bench.chart import ChartRow, chart
from bench.guarantees import GUARANTEES, HEADINGS
from bench.machine import log_to, machine
from bench.pages import write_section
from bench.peer_environments import FOLDER, PACKAGES, install
from bench.peers import OURS, Peer, compare
from bench.sizes import TINY, Sizes
from bench.stack import running_stack
from embedded.programs import ROOT
from process.exit import leave

PAGE = ROOT / "docs" / "performance.md"
PLOT = "performance.svg"
WORKS = {
    "journey": "The whole journey",
    "seat": "A plate or a seat, held and confirmed over REST",
}


def section(peers: Sequence[Peer], when: str) -> str:
    """The tables of all works, and the plot."""
    tables = [
        f"### {title}\n\n{_table([peer for peer in peers if peer.work == work])}" for work, title in WORKS.items()
    ]
    rounds = min(len(seconds) for peer in peers for seconds in peer.seconds.values())
    return "\n\n".join([f"{when}; medians of {rounds} turns.", f"![Journeys in a second]({PLOT})", *tables])


def _table(peers: Sequence[Peer]) -> str:
    if not peers:
        return "Not measured: the peer is not installed."
    at_once = sorted(peers[0].seconds)
    best = {number: peers[0].rate(number) for number in at_once}
    head = ("system", *(f"a second, {number} at once (of ours)" for number in at_once), *HEADINGS)
    rows = [head, tuple("---" for _ in head)]
    for peer in peers:
        rates = (f"{peer.rate(number):.1f} ({peer.rate(number) / best[number]:.2f})" for number in at_once)
        rows.append((peer.name, *rates, *GUARANTEES[peer.name.partition(" in ")[0]]))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def plot(peers: Sequence[Peer]) -> str:
    return chart(
        "Journeys in a second",
        [
            ChartRow(
                f"{peer.name}, {number} at once", peer.rate(number), is_ours=peer.name in OURS.values(), group=title
            )
            for work, title in WORKS.items()
            for peer in peers
            if peer.work == work
            for number in sorted(peer.seconds)
        ],
    )


async def measure(root: Path, sizes: Sizes, environments: Path) -> list[Peer]:
    async with running_stack(root) as stack:
        return await compare(stack, sizes, environments)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.performance", description=__doc__)
    parser.add_argument("--pairs", type=int, default=Sizes.pairs, help="how many turns each has")
    parser.add_argument("--tiny", action="store_true", help="too few journeys for figures, as a trial; writes nothing")
    parser.add_argument("--environments", type=Path, default=FOLDER, help="where the peers are, or are installed")
    given = parser.parse_args()
    sizes = TINY if given.tiny else replace(Sizes(), pairs=given.pairs)
    for name in PACKAGES:
        sys.stderr.write(f"installing {name} unless it is there …\n")
        install(name, given.environments)
    folders = tempfile.TemporaryDirectory(prefix="xuanhao-peers-")
    with folders as folder, Path(os.devnull).open("w") as nowhere:
        log_to(nowhere)
        # When we are root, PostgreSQL's folder belongs to another user, who must be able to enter this one.
        Path(folder).chmod(0o711)
        sys.stderr.write("measuring (pretix makes its database first, which takes minutes) …\n")
        peers = uvloop.run(measure(Path(folder) / "data", sizes, given.environments))
    text = section(peers, machine())
    sys.stdout.write(f"{text}\n")
    if not given.tiny:
        write_section(PAGE, "peers", text)
        PAGE.with_name(PLOT).write_text(plot(peers), "utf-8")


if __name__ == "__main__":
    main()
    leave(0)
