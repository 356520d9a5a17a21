"""Whether the process is up, and whether its dependencies respond."""

from fastapi import APIRouter, Request

from api.health.schemas import Health
from api.http.responses import problems
from api.http.secured_route import SecuredRoute

router = APIRouter(tags=["health"], route_class=SecuredRoute, generate_unique_id_function=lambda route: route.name)


@router.get("/healthz")
async def read_health() -> Health:
    """The process is up."""
    return Health(status="ok")


@router.get("/readyz", responses=problems("unavailable"))
async def read_readiness(request: Request) -> Health:
    """Database, Redis and Temporal respond, take writes and are set up; otherwise 503, with the reason in `parts`.

    The reason is `down`, or what is missing: `no_migrations`, `no_namespace`, `no_search_attributes`. The part `clock`
    is named with `clock_skew` while this process's clock is not the database's.
    """
    await request.app.state.readiness.outcome()
    return Health(status="ok")
