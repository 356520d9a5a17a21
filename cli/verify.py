"""`xuanhao verify …`: checks that need no connection."""

from pathlib import Path

from cli.areas import area
from fairness.verify_draws import main

app = area("verify")


@app.command(name="draws")
def verify_draws(folder: Path, /) -> int:
    """Replay every draw of a published day from its files; exits with 1 at the first that is wrong."""
    main(str(folder))
    return 0
