from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.masking import (
    mask_certificate_number,
    mask_mobile,
    mask_organisation_name,
    mask_person_name,
    mask_vin,
)

MASKS = [
    mask_certificate_number,
    mask_mobile,
    mask_organisation_name,
    mask_person_name,
    mask_vin,
]


@pytest.mark.requirement("R-13")
@pytest.mark.parametrize(
    "mask, value, shown",
    [
        (mask_mobile, "13800138000", "138****8000"),
        (mask_person_name, "张三", "张*"),
        (mask_person_name, "张小三", "张**"),
        (mask_person_name, "欧阳小三", "欧***"),
        (mask_person_name, "𠮷野", "𠮷*"),
        (mask_vin, "LSVAA49J132047371", "L************7371"),
        (mask_certificate_number, "440012345678", "********5678"),
        (mask_organisation_name, "深圳市某某汽车有限公司", "深圳*******公司"),
    ],
)
def test_a_value_is_masked_as_the_requirements_show(mask: Callable[[str], str], value: str, shown: str) -> None:
    assert mask(value) == shown


@pytest.mark.parametrize(
    "mask, value, shown",
    [
        (mask_person_name, "张", "*"),
        (mask_person_name, "", ""),
        (mask_organisation_name, "腾讯", "腾*"),
        (mask_organisation_name, "某某公司", "某***"),
        (mask_certificate_number, "5678", "****"),
        (mask_mobile, "8000", "8***"),
    ],
)
def test_a_short_value_shows_no_more_than_its_first_character(
    mask: Callable[[str], str], value: str, shown: str
) -> None:
    assert mask(value) == shown


@pytest.mark.parametrize("mask", MASKS)
@given(value=st.text(alphabet=st.characters(blacklist_characters="*"), min_size=1))
def test_no_mask_reveals_everything_and_each_keeps_the_length(mask: Callable[[str], str], value: str) -> None:
    masked = mask(value)
    assert "*" in masked
    assert len(masked) == len(value)
    assert all(shown in ("*", character) for shown, character in zip(masked, value, strict=True))
