"""A number that was put aside keeps its day unpublished until nobody holds it."""

from datetime import timedelta
from uuid import uuid4

from tests.support.drawing import DAY, DrawWorld
from workflows.messages import DecisionInput, OneNumber

SECOND = timedelta(seconds=1)


async def test_a_candidate_of_a_draw_delays_the_publication_of_its_day(drawing: DrawWorld) -> None:
    days, publisher = drawing.container.repositories.fairness_days, drawing.container.day_publisher()
    office = await drawing.add_office({"粤B": ["AB1!!"]})
    await drawing.container.fairness_keeper().keep(drawing.now)
    today = await days.get(DAY)
    assert today
    drawing.now = today.ends - 20 * SECOND
    car = await drawing.selecting(office)
    drawn = await drawing.draw(car)
    assert drawn.batch
    drawing.now = today.ends - SECOND
    given = DecisionInput(str(car), "put_aside", drawing.now, drawing.now)
    await drawing.plates.put_aside(given, OneNumber(request_id=str(uuid4()), number=drawn.batch[0]))
    candidates = (await drawing.state(car)).candidates
    assert candidates
    # The batch is over long before.
    assert candidates.expires_at > today.ends + 120 * SECOND
    assert await publisher.publish_due(candidates.expires_at - SECOND) == {}
    assert await publisher.publish_due(candidates.expires_at) == {DAY: (True, False)}
