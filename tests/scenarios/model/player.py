"""`python -m tests.scenarios.model.player`: one of several processes that play on one system, each at its own offices.

The vehicles of an office share its numbers with no other office, so each process compares with its own pool.
"""

import argparse
import json
import sys
from pathlib import Path

import httpx

from process.exit import leave
from tests.scenarios.model.run import play
from tests.scenarios.model.service import Service, Share


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.scenarios.model.player", description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--number", type=int, required=True)
    parser.add_argument("--of", type=int, required=True)
    parser.add_argument("--acts", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True, help="shared by all, with the cars that others have used")
    given = parser.parse_args()
    with httpx.Client(base_url=given.url, timeout=30) as http:
        service = Service(http, share=Share(given.number, given.of, given.folder))
        service.meet()
        play(service, acts=given.acts, seed=given.seed)
    sys.stdout.write(json.dumps({"acts": service.calls, "answers": service.answers}))
    return 0


if __name__ == "__main__":
    leave(main())
