"""Whether the process is up, and whether its parts answer."""

from fastapi import APIRouter

from api.answers import Health
from api.guard import GuardedRoute
from api.readiness import require_all_parts
from api.responses import problems
from api.visits import CurrentVisit

router = APIRouter(tags=["health"], route_class=GuardedRoute, generate_unique_id_function=lambda route: route.name)


@router.get("/healthz")
async def read_health() -> Health:
    """The process is up."""
    return Health(status="ok")


@router.get("/readyz", responses=problems("unavailable"))
async def read_readiness(visit: CurrentVisit) -> Health:
    """Database, Redis and Temporal answer; otherwise 503 with those that do not in `parts`."""
    await require_all_parts(visit.parts)
    return Health(status="ok")
