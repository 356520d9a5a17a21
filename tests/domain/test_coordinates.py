import pytest

from domain.coordinates import Coordinates
from domain.offices import PROVINCE_NAMES, OfficeDetails


@pytest.mark.parametrize(
    "latitude, longitude, wrong",
    [
        ("22.5431", "114.0579", []),
        (" 3 ", "136.0", []),
        ("54", "73", []),
        ("114.0579", "22.5431", ["latitude", "longitude"]),
        ("2.999999", "114", ["latitude"]),
        ("54.000001", "114", ["latitude"]),
        ("22", "136.000001", ["longitude"]),
        ("22", "", ["longitude"]),
        ("", "114", ["latitude"]),
        ("２２", "114", ["latitude"]),
        ("nan", "inf", ["latitude", "longitude"]),
        ("-22", "1e2", ["latitude", "longitude"]),
        ("22,5", "114", ["latitude"]),
    ],
)
def test_only_degrees_in_china_are_coordinates(latitude: str, longitude: str, wrong: list[str]) -> None:
    parsed = Coordinates.parse(latitude, longitude)
    assert parsed
    assert list(parsed.problems()) == wrong
    office = OfficeDetails("1", "车管所", "人民路1号", PROVINCE_NAMES["粤"], (), coordinates=parsed)
    assert office.normalise().problems() == [(f"coordinates.{name}", name) for name in wrong]


def test_blank_texts_are_no_coordinates_and_numbers_are_exact_to_a_tenth_of_a_metre() -> None:
    assert Coordinates.parse(" ", "") is None
    assert Coordinates(22.54312345678, 114.0579).round_off() == Coordinates(22.543123, 114.0579)
