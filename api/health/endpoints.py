"""Whether the process is up, and whether its dependencies respond."""

from fastapi import APIRouter

from api.health.schemas import Health
from api.health.service import require_all_parts
from api.http.request_context import CurrentContext
from api.http.responses import problems
from api.http.secured_route import SecuredRoute

router = APIRouter(tags=["health"], route_class=SecuredRoute, generate_unique_id_function=lambda route: route.name)


@router.get("/healthz")
async def read_health() -> Health:
    """The process is up."""
    return Health(status="ok")


@router.get("/readyz", responses=problems("unavailable"))
async def read_readiness(context: CurrentContext) -> Health:
    """Database, Redis and Temporal respond; otherwise 503 with those that do not in `parts`."""
    await require_all_parts(context.app)
    return Health(status="ok")
