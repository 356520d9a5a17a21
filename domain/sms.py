"""Every SMS that the service sends, in one place. The applicant's language is Simplified Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from string import Formatter
from typing import Protocol
from urllib.parse import quote, unquote


class Purpose(StrEnum):
    """Why an SMS is sent."""

    CONFIRM_INFORMATION = "confirm_information"
    CONFIRM_IDENTITY = "confirm_identity"
    RESERVED = "reserved"
    OVERDUE = "overdue"
    REMINDER = "reminder"
    LAST_DAY = "last_day"
    DEADLINE_MOVED = "deadline_moved"
    BAN_ENDED = "ban_ended"
    REJECTED = "rejected"
    HANDED_OVER = "handed_over"
    APPEAL_LATE = "appeal_late"
    APPEAL_GRANTED = "appeal_granted"
    APPEAL_REFUSED = "appeal_refused"


class ReceiptState(StrEnum):
    """What became of an SMS that the gateway has accepted."""

    DELIVERED = "delivered"
    FAILED = "failed"


_CODE_WARNING = "请勿将验证码告知他人，工作人员不会向您索要。"

_TEMPLATES = {
    Purpose.CONFIRM_INFORMATION: (
        "【选号】您正在确认二手车过户信息，验证码{code}，{minutes}分钟内有效。" + _CODE_WARNING
    ),
    Purpose.CONFIRM_IDENTITY: (
        "【选号】您正在进行预选号牌的身份验证，验证码{code}，{minutes}分钟内有效。" + _CODE_WARNING
    ),
    Purpose.RESERVED: (
        "【选号】您已成功预选号牌{plate}，请于{last_day}（含）前到{office}办理本地二手车过户业务，逾期将被列入黑名单。"
    ),
    Purpose.OVERDUE: (
        "【选号】您未在{last_day}（含）前办理过户业务，预选号牌{plate}已失效。您已被列入黑名单，"
        "{until}前不能在互联网上预选机动车号牌。"
    ),
    Purpose.REMINDER: ("【选号】提醒：您预选的号牌{plate}须于{last_day}（含）前到{office}确认，逾期将被列入黑名单。"),
    Purpose.LAST_DAY: ("【选号】今天是确认预选号牌{plate}的最后一天，请到{office}办理，逾期将被列入黑名单。"),
    Purpose.DEADLINE_MOVED: ("【选号】您预选的号牌{plate}的办理期限已变更，请于{last_day}（含）前到{office}办理。"),
    Purpose.REJECTED: (
        "【选号】您预选的号牌{plate}未能在{office}办理，本次预选已终止，不计入黑名单。原因和后续办法请登录选号网页查看。"
    ),
    Purpose.HANDED_OVER: (
        "【选号】您在{office}的号牌预选已由本单位另一位经办人接着办理，后续短信将发送给该经办人。剩余选号机会不变。"
    ),
    Purpose.APPEAL_LATE: (
        "【选号】您对黑名单的申诉仍在处理，未能在{decide_by}前答复，请您谅解。申诉继续有效，如需了解请联系{office}。"
    ),
    Purpose.APPEAL_GRANTED: "【选号】您对黑名单的申诉已获准，可以重新预选机动车号牌。答复内容请登录选号网页查看。",
    Purpose.APPEAL_REFUSED: "【选号】您对黑名单的申诉未获准。答复内容请登录选号网页查看，如有疑问请联系{office}。",
    Purpose.BAN_ENDED: "【选号】您的互联网选号黑名单已解除，可以重新预选机动车号牌。",
}


def render(purpose: Purpose | str, **facts: str) -> str:
    """The text for this purpose; raises KeyError when a fact of the template is missing."""
    return _TEMPLATES[Purpose(purpose)].format(**facts)


def template_parameters(purpose: Purpose | str, **facts: str) -> dict[str, str]:
    """The facts that the template of this purpose has, by name; raises KeyError when one is missing."""
    names = (name for _, name, _, _ in Formatter().parse(_TEMPLATES[Purpose(purpose)]) if name)
    return {name: facts[name] for name in names}


def reference_of(key: str) -> str:
    """A key in ASCII, as gateways get it and receipts name it: the key of an SMS may contain a plate."""
    return quote(key, safe=":")


def key_of(reference: str) -> str:
    """The key of a reference; any other text gives a key that no SMS has."""
    return unquote(reference, errors="replace").replace("\0", "\ufffd")


@dataclass(frozen=True)
class Sms:
    """One SMS. `code` is the digits in the text, if any; with an `idempotency_key` it is sent once.

    `parameters` are the values in the text by name, for providers that have registered templates. `is_repeat` where an
    earlier attempt may have been accepted.
    """

    phone: str
    text: str
    purpose: str
    idempotency_key: str
    at: datetime
    code: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    is_repeat: bool = False

    @property
    def reference(self) -> str:
        """The key as gateways get it."""
        return reference_of(self.idempotency_key)

    def __repr__(self) -> str:
        """Nothing personal, so that no log line and no history can hold it."""
        return f"Sms(purpose={self.purpose!r})"


class SmsGateway(Protocol):
    async def send(self, message: Sms) -> None:
        """Hand the SMS over for delivery; a repeat with the same key sends nothing.

        Raises `DependencyUnavailable`; a final `CallDeclined` for an SMS that the provider will never take.
        """
        ...
