import pytest

from tests.scenarios.stack.first_steps import PAGE, run, steps
from tests.support.running_stack import RunningStack

pytestmark = pytest.mark.slow


def test_the_page_of_first_steps_shows_what_its_commands_really_answer(stack: RunningStack) -> None:
    page = PAGE.read_text("utf-8")
    answers = run(page, stack.url)
    shown = [(step.answer or "").strip("\n") for step in steps(page)]
    really = [answer if step.answer is not None else "" for step, answer in zip(steps(page), answers, strict=True)]
    assert really == shown
