"""Names for the comparison with a register: what a person pastes from a certificate matches what the register holds."""

import pytest

from domain.names import FROM_PRIVATE_USE, folded_name
from domain.visible_text import visible_text

NAME = "买买提·吐尔逊"


@pytest.mark.parametrize("dot", "·•‧∙⋅●・･．.｡。․‣◦⦁·⸱⸳˙")
def test_every_dot_between_the_parts_of_a_name_is_one_dot(dot: str) -> None:
    for typed in (f"买买提{dot}吐尔逊", f" 买买提 {dot} 吐尔逊 ", f"买买提{dot}{dot}吐尔逊{dot}"):
        assert folded_name(typed) == folded_name(NAME)


@pytest.mark.parametrize(
    "hidden", ["\u200b", "\u200d", "\ufeff", "\u2060", "\u00ad", "\ufe0f", "\U000e0100", "\u3164", "\u202e"]
)
def test_what_nobody_sees_vanishes(hidden: str) -> None:
    assert folded_name(f"{hidden}买买提{hidden}·吐尔{hidden}逊") == folded_name(NAME)
    assert visible_text(f"{hidden} {hidden}") == ""


def test_a_name_without_its_dot_or_with_another_character_is_another_name() -> None:
    assert len({folded_name(name) for name in (NAME, "买买提吐尔逊", "买买提·吐尔孙", "")}) == 4


def test_private_use_characters_of_old_systems_are_those_of_unicode() -> None:
    assert folded_name("张\ue863") == folded_name("张䶮") == "张䶮"
    assert folded_name("\ue816\ue854") == "𠂇龺"


def test_the_table_is_that_of_gb_18030_except_for_the_characters_that_its_edition_of_2022_moved() -> None:
    codes = [code for code in range(0xFE50, 0xFEA1) if code != 0xFE7F]
    as_in_2000 = {0xE815 + place: code.to_bytes(2, "big").decode("gb18030") for place, code in enumerate(codes)}
    moved = {old for old, known in as_in_2000.items() if known != chr(FROM_PRIVATE_USE[old])}
    assert all(as_in_2000[old] == chr(old) for old in moved)
    assert len(moved) == 14
    assert not any(0xE000 <= new <= 0xF8FF for new in FROM_PRIVATE_USE.values())
