"""Fictitious people and organisations, valid by every rule; the same for the same random seed."""

import string
from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from domain.identifiers import credit_code_check_character, resident_id_check_character
from domain.parties import Party, PartyKind

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余于杜叶程苏魏吕丁任卢姚沈钟姜崔谭"
    "陆范汪廖石金韦贾夏付方邹熊白孟秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严武戴莫孔向汤"
)
_COMPOUND_SURNAMES = ("欧阳", "上官", "司马", "诸葛")
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文辉力红玉兰春梅志鹏宇浩然子轩梓涵欣怡雨桐思远嘉懿晨曦佳琪俊凯"
    "雅婷博立诚永康少聪振海晓东向阳若溪书瑶景行知夏清和一诺"
)
_MINORITY_NAMES = ("阿依古丽·买买提", "古丽娜尔·艾合买提", "艾力·吐尔逊", "巴特尔·那仁")
_TRADES = ("科技", "贸易", "物流", "商贸", "建筑工程", "信息技术", "汽车销售", "二手车经纪", "餐饮管理", "文化传播")
_TRADE_NAMES = "华鑫宏瑞恒通达盛信远诚泰安和顺嘉隆德源"
_CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_EARLIEST_BIRTH = date(1958, 1, 1)
_BIRTHS = 46 * 365
# Residence permits of people from Hong Kong, Macao and Taiwan.
_PERMITS = ("810000", "820000", "830000")
# No mobile operator uses 179, so no demo number belongs to anybody.
_PHONES = "179"


class Population:
    """Makes parties, each with its own identity number."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._taken: set[str] = set()

    def person(self, region: str) -> Party:
        """Make a person whose identity number was issued in this region (the code of an office)."""
        return Party(PartyKind.PERSON, self._name(), self._new(lambda: self._resident_id(self._district(region))))

    def permit_holder(self, which: int) -> Party:
        region = _PERMITS[which % len(_PERMITS)]
        return Party(PartyKind.PERSON, self._name(), self._new(lambda: self._resident_id(region)))

    def minority_member(self, which: int, region: str) -> Party:
        name = _MINORITY_NAMES[which % len(_MINORITY_NAMES)]
        return Party(PartyKind.PERSON, name, self._new(lambda: self._resident_id(self._district(region))))

    def organisation(self, region: str, city: str) -> Party:
        """Make a company, or sometimes a cooperative, whose credit code begins with N."""
        trade = "".join(self._chance.sample(_TRADE_NAMES, 2)) + self._chance.choice(_TRADES)
        is_cooperative = self._chance.random() < 0.1  # noqa: PLR2004 - every tenth.
        name = f"{city}{trade}{'专业合作社' if is_cooperative else '有限公司'}"
        authority = "N2" if is_cooperative else "91"
        return Party(PartyKind.ORGANISATION, name, self._new(lambda: self._credit_code(authority + region)))

    def phone(self) -> str:
        return self._new(lambda: _PHONES + self._digits(8))

    def _new(self, make: Callable[[], str]) -> str:
        while (made := make()) in self._taken:
            pass
        self._taken.add(made)
        return made

    def _name(self) -> str:
        rare = self._chance.random() < 0.02  # noqa: PLR2004 - about as rare as they are.
        surname = self._chance.choice(_COMPOUND_SURNAMES if rare else _SURNAMES)
        return surname + "".join(self._chance.sample(_GIVEN, self._chance.choice((1, 2, 2))))

    def _district(self, region: str) -> str:
        return region[:4] + f"{self._chance.randint(2, 9):02}"

    def _resident_id(self, region: str) -> str:
        born = _EARLIEST_BIRTH + timedelta(days=self._chance.randrange(_BIRTHS))
        first_seventeen = f"{region}{born:%Y%m%d}{self._chance.randint(1, 999):03}"
        return first_seventeen + resident_id_check_character(first_seventeen)

    def _credit_code(self, head: str) -> str:
        first_seventeen = head + "".join(self._chance.choices(_CREDIT_CHARACTERS, k=9))
        return first_seventeen + credit_code_check_character(first_seventeen)

    def _digits(self, count: int) -> str:
        return "".join(self._chance.choices(string.digits, k=count))
