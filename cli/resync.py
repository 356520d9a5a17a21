"""`xuanhao resync`."""

from cli.context import Context
from cli.output import Output
from operations.resync import resync_vehicles


async def resync(*, context: Context) -> Output:
    """Make every vehicle's workflow reread its row, as after a restore, and wait until all have."""
    vehicles = await resync_vehicles(context.operations)
    return Output([{"vehicles": vehicles}])
