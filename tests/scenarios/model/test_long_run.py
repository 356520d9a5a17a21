"""A long run in parts: it ends a part when no cars are left, goes on where it was cut, and shares offices out."""

from collections import Counter
from pathlib import Path

import httpx
import pytest

from demo.offices import MAIN_OFFICE
from tests.scenarios.model.journal import Journal
from tests.scenarios.model.part import Part
from tests.scenarios.model.run import play
from tests.scenarios.model.service import Car, Service, Share

OTHERS = ["110000", "310000", "330200", "340100", "500000"]


def test_a_part_ends_when_its_cars_are_used_up() -> None:
    service = Service(httpx.Client())
    play(service, acts=10, seed=7)
    assert service.calls == 0


def test_cars_are_counted_without_being_used() -> None:
    cars = [Car(f"applicant-{number}", {}) for number in range(4)]
    service = Service(httpx.Client(), _cars=iter(cars))
    assert service.has_cars(3)
    assert not service.has_cars(5)
    assert [service.next_car() for _ in cars] == cars
    assert not service.has_cars(1)
    with pytest.raises(IndexError):
        service.next_car()


def test_a_run_goes_on_after_the_parts_in_its_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "folder" / "model.jsonl")
    assert journal.acts == 0
    journal.add(7, Part(100, 8, Counter(ok=60, wrong_stage=40)), 50.2)
    again = Journal(tmp_path / "folder" / "model.jsonl")
    assert (again.seed, again.acts, len(again.parts)) == (7, 100, 1)
    again.add(7, Part(20, 8, Counter(ok=20)), 10)
    summary = again.summary()
    assert "Seed 7: 120 acts in 2 parts" in summary
    assert "(2.0 a second)" in summary
    assert "Answers: 80 × ok, 40 × wrong_stage." in summary
    again.forget()
    assert journal.acts == 0


@pytest.mark.parametrize("of", [1, 2, 3])
def test_each_office_is_in_one_share(tmp_path: Path, of: int) -> None:
    shares = [Share(number, of, tmp_path) for number in range(of)]
    for office in (MAIN_OFFICE, *OTHERS):
        assert sum(share.has(office, OTHERS) for share in shares) == 1
