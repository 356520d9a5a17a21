"""`xuanhao pool …`."""

from cli.areas import area
from cli.context import Context
from cli.output import Output
from domain.ascii_folding import fold_capitals
from operations.pool import pool_levels

app = area("pool")


@app.command(name="levels")
async def show_levels(prefixes: list[str], /, *, context: Context) -> Output:
    """Show how many numbers the prefixes have, in all and by status."""
    return Output(
        [
            {"prefix": fold_capitals(prefix)} | await pool_levels(context.operations, prefix, context.now)
            for prefix in prefixes
        ]
    )
