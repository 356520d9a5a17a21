"""The short code: tolerant of typing, found by a range of ids, and not forgeable."""

import random
from collections.abc import Callable
from uuid import UUID

import pytest

from documents.voucher_codes import VoucherCodes
from domain.errors import VoucherInvalid

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXY"
LAST = UUID(int=2**128 - 1)


def random_ids(count: int) -> list[UUID]:
    chance = random.Random(7)
    return [UUID(int=chance.getrandbits(128), version=4) for _ in range(count)]


EDGE_IDS = [UUID(int=0), LAST, UUID(int=1), UUID(int=1 << 104), UUID(int=(1 << 104) - 1)]


@pytest.mark.parametrize("preselection_id", [*EDGE_IDS, *random_ids(50)], ids=str)
def test_a_code_leads_back_to_its_preselection(codes: VoucherCodes, preselection_id: UUID) -> None:
    code = codes.code_for(preselection_id)
    first, last = codes.id_range(code)
    assert first <= preselection_id <= last
    assert codes.matches(code, preselection_id)


def test_a_code_has_two_groups_of_five_characters_that_paper_does_not_confuse(codes: VoucherCodes) -> None:
    for preselection_id in random_ids(200):
        groups = codes.code_for(preselection_id).split("-")
        assert [len(group) for group in groups] == [5, 5]
        assert set("".join(groups)) <= set(ALPHABET)


def test_the_range_is_narrow(codes: VoucherCodes) -> None:
    """One in 16 million ids, so of a million rows hardly two."""
    first, last = codes.id_range(codes.code_for(random_ids(1)[0]))
    assert last.int - first.int + 1 == 2**104


def test_a_neighbour_in_the_range_does_not_match(codes: VoucherCodes) -> None:
    mine = random_ids(1)[0]
    code = codes.code_for(mine)
    first, _ = codes.id_range(code)
    neighbours = [UUID(int=first.int + step) for step in range(1000)]
    assert not any(codes.matches(code, neighbour) for neighbour in neighbours)


def typed_forms(code: str) -> list[str]:
    mistaken = str.maketrans("01V2", "OIUZ")
    return [code.lower(), code.replace("-", ""), f" {code} \n", code.replace("-", " "), code.translate(mistaken)]


def test_letters_that_look_alike_and_blanks_are_forgiven(codes: VoucherCodes) -> None:
    for preselection_id in random_ids(50):
        code = codes.code_for(preselection_id)
        assert all(codes.matches(typed, preselection_id) for typed in typed_forms(code))
        assert codes.matches(code.replace("1", "l").replace("0", "o"), preselection_id)


def test_every_single_wrong_character_is_noticed(codes: VoucherCodes) -> None:
    code = codes.code_for(random_ids(1)[0]).replace("-", "")
    for place, right in enumerate(code):
        for wrong in set(ALPHABET) - {right}:
            with pytest.raises(VoucherInvalid):
                codes.id_range(code[:place] + wrong + code[place + 1 :])


def test_any_two_characters_that_changed_places_are_noticed(codes: VoucherCodes) -> None:
    code = list(codes.code_for(random_ids(1)[0]).replace("-", ""))
    pairs = [(one, two) for one in range(10) for two in range(one) if code[one] != code[two]]
    assert pairs
    for one, two in pairs:
        swapped = list(code)
        swapped[one], swapped[two] = code[two], code[one]
        with pytest.raises(VoucherInvalid):
            codes.id_range("".join(swapped))


@pytest.mark.parametrize(
    "text",
    ["", "-", "0", "00000-0000", "00000-00000-0", "0000*-00000", "０００００-00000", "\0" * 10, "一二三四五六七八九十"],
)
@pytest.mark.parametrize("read", [VoucherCodes.id_range, lambda codes, text: codes.matches(text, LAST)])
def test_what_is_no_code_is_refused(
    codes: VoucherCodes, text: str, read: Callable[[VoucherCodes, str], object]
) -> None:
    with pytest.raises(VoucherInvalid):
        read(codes, text)


def test_numbers_that_no_id_has_are_refused(codes: VoucherCodes) -> None:
    """31 ** 9 is not a multiple of 2 ** 24: the last few numbers belong to no id."""
    accepted = 0
    for check in ALPHABET:
        try:
            codes.id_range(f"YYYYY-YYYY{check}")
        except VoucherInvalid:
            continue
        accepted += 1
    assert accepted == 0


def test_without_the_key_a_code_can_not_be_made_of_an_id(codes: VoucherCodes) -> None:
    others = VoucherCodes(b"o" * 32)
    ids = random_ids(1000)
    assert not any(others.code_for(preselection_id) == codes.code_for(preselection_id) for preselection_id in ids)


def test_codes_of_one_range_are_spread_over_all_that_it_has(codes: VoucherCodes) -> None:
    """20 bits of the MAC: a thousand neighbours hardly ever share a code (expected: a third of a pair)."""
    assert len({codes.code_for(UUID(int=number)) for number in range(1000)}) >= 998


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        VoucherCodes(b"k" * 31)
