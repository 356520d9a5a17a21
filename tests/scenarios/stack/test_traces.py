"""A request is one trace through both processes, and nothing of a person is in it."""

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from temporalio.client import Client as Temporal

from config.spans import ContextOfMessages
from tests.support.collector import Collector, Span
from tests.support.personal_values import personal_values, values_in
from tests.support.replaying import replayer_of
from tests.support.running_stack import Client, RunningStack
from tests.support.waiting import eventually
from worker.run import WORKFLOWS
from workflows.messages import vehicle_workflow_id

pytestmark = pytest.mark.slow

DRAW = "POST /api/v1/preselections/{preselection_id}/draws"
PATH_OF_A_DRAW = [
    ("xuanhao-api", DRAW),
    ("xuanhao-api", "StartWorkflowUpdate:draw"),
    ("xuanhao-worker", "StartActivity:plates.draw"),
    ("xuanhao-worker", "RunActivity:plates.draw"),
]


@pytest.fixture
def interceptor() -> ContextOfMessages:
    return ContextOfMessages(TracerProvider(shutdown_on_exit=False).get_tracer("test"))


def path_to(span: Span, spans: dict[str, Span]) -> list[tuple[str, str]]:
    """Service and name of the span and of all above it, from the request on."""
    above = path_to(spans[span.parent], spans) if span.parent else []
    return [*above, (span.service, span.name)]


async def test_a_draw_is_one_trace_from_the_request_to_sql(
    stack: RunningStack, http: httpx.AsyncClient, collector: Collector
) -> None:
    user = await Client.sign_in(http, "applicant-031")
    view = await user.create((await user.cars())[0])
    await user.reach_selection(view["id"])
    values = await personal_values(user) | {user.token, "440301199001011234"}
    refused = await user.post(f"/preselections/{view['id']}/draws?id_number=440301199001011234", {"x": list(values)})
    assert refused.status_code == 422
    strange = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    drawn = await user.post(f"/preselections/{view['id']}/draws", {}, **strange)
    assert drawn.status_code == 200

    def of_draw() -> list[Span]:
        request_id = drawn.headers["x-request-id"]
        spans = collector.spans()
        traces = {span.trace for span in spans if span.attributes.get("request_id") == request_id}
        return [span for span in spans if span.trace in traces]

    async def has_arrived() -> bool:
        found = of_draw()
        ids = {span.id for span in found}
        return any(s.service == "xuanhao-worker" for s in found) and all(s.parent in ids | {""} for s in found)

    await eventually(has_arrived)
    spans = {span.id: span for span in of_draw()}
    assert "0af7651916cd43dd8448eb211c80319c" not in {span.trace for span in spans.values()}
    paths = [path_to(span, spans) for span in spans.values()]
    for end in range(1, len(PATH_OF_A_DRAW) + 1):
        assert PATH_OF_A_DRAW[:end] in paths, paths
    statements = [path[-1][1] for path in paths if path[:-1] == PATH_OF_A_DRAW]
    assert "INSERT claim" in statements, paths
    assert [path[0] for path in paths if len(path) == 2 and path[1][1].startswith("SELECT")]
    assert DRAW in collector.content
    assert values_in(collector.content, values) == set()


async def test_traces_change_nothing_but_headers_of_a_history(
    stack: RunningStack, http: httpx.AsyncClient, interceptor: ContextOfMessages
) -> None:
    user = await Client.sign_in(http, "applicant-032")
    view = await user.reach_reservation((await user.cars())[0])
    client = await Temporal.connect(stack.temporal)
    history = await client.get_workflow_handle(vehicle_workflow_id(view["id"])).fetch_history()
    assert "_tracer-data" in history.to_json()
    for interceptors in ([], [interceptor]):
        await replayer_of(WORKFLOWS, interceptors).replay_workflow(history)
