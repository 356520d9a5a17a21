"""How fair a waiting room was, from the arrivals in the order of the places."""

from datetime import UTC, datetime, timedelta

from domain.waiting_room import Arrival, RoomFigures

OPENS = datetime(2026, 12, 1, 1, tzinfo=UTC)


def early(*minutes: int) -> list[Arrival]:
    return [Arrival(OPENS - timedelta(minutes=before), is_early=True) for before in minutes]


def late(*seconds: int) -> list[Arrival]:
    return [Arrival(OPENS + timedelta(seconds=after), is_early=False) for after in seconds]


def test_luck_is_counted_among_the_early() -> None:
    # The first two of four came 9 and 8 minutes before.
    assert RoomFigures.of(early(9, 8, 2, 1)).ahead_of_time == 2
    assert RoomFigures.of(early(9, 1, 2, 8)).ahead_of_time == 1
    assert RoomFigures.of(early(1, 2, 9, 8)).ahead_of_time == 0
    assert RoomFigures.of([*early(9, 8, 1), *late(1)]) == RoomFigures(people=4, early=3, ahead_of_time=1, overtaken=0)


def test_whoever_stands_behind_a_later_one_is_counted() -> None:
    assert RoomFigures.of([*early(1, 9), *late(1, 1, 5)]).overtaken == 0
    assert RoomFigures.of([*early(1), *late(5, 1, 2)]).overtaken == 1
    assert RoomFigures.of([*early(1), *late(5), *early(2)]).overtaken == 1


def test_an_empty_room_has_no_figures() -> None:
    assert RoomFigures.of([]) == RoomFigures(people=0, early=0, ahead_of_time=0, overtaken=0)
