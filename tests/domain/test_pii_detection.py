"""Free words that name a person or a car by a number, and those that merely hold digits."""

from datetime import date

import pytest

from domain.identifiers import parse_resident_id, resident_id_check_character
from domain.pii_detection import names_somebody


@pytest.mark.parametrize(
    "words",
    [
        "当事人11010519491231002X来访", "当事人 11010519491231002x", "请联系13800000000", "车辆LSVAA49J132047371已退",
        "lgxce6cb5k0000001 退车", "138-0013-8000", "138 0013 8000", "联系 138.0013.8000。", "138_0013_8000",
        "１３８００１３８０００",
        "138\u200b0013\u200b8000", "+86 138 0013 8000", "tel13800138000", "١٣٨٠٠١٣٨٠٠٠", "110105 19491231 002x",
        "110105-1949-1231-002-X", "91110000600037341L", "9111 0000 6000 3734 1L", "N2110101MF1234567N",
        "LSVAA49J1-32047371",
        "时间 18:00 电话 138·0013·8000", "一三八〇〇一三八〇〇〇", "幺叁捌 零零壹叁 捌零零零", "第一13800138000",
        "一一〇一〇五一九四九一二三一〇〇二X", "138零零13八〇〇〇",
    ],
)  # fmt: skip
def test_an_identity_number_a_phone_and_a_vin_are_recognised(words: str) -> None:
    assert names_somebody(words)


@pytest.mark.parametrize(
    "words",
    [
        "台风", "粤BA1234 误放", "工单 20261125203045123", "3f2b8c1e-7d64-4a0b-9c55-1b2d3e4f5a6b", "电话 0755-83333333",
        "110105194912310021", "1764102645123", "2026-11-26 10:00 至 2026-11-26 18:00", "粤BA1234、粤BA1235、粤BA1236",
        "10:00 11:30 13:45 15:20", "国办发明电〔2026〕7号", "", "二〇二六年十一月二十三日",
        "第一批、第二批、第三批号段", "一二三四五六七八九〇一",
    ],
)  # fmt: skip
def test_other_numbers_are_nobodys(words: str) -> None:
    assert not names_somebody(words)


@pytest.mark.parametrize("region", ["911840", "944392", "965004"])
def test_a_permanent_residence_card_of_a_foreigner_is_an_identity_number(region: str) -> None:
    body = f"{region}19850615123"
    number = body + resident_id_check_character(body)
    assert parse_resident_id(number, today=date(2026, 11, 23)) == number
    assert names_somebody(f"当事人{number[:6]}-{number[6:14]}-{number[14:]}来访")
