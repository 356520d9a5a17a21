"""All texts of the voucher and of the calendar file."""

from datetime import date, datetime

from documents import to_bring
from documents.voucher_facts import VoucherFacts
from domain.calendar import chinese_day

TITLE = "预选号牌凭证"
SUBTITLE = "预选机动车号牌 · 本地二手车过户"
SUMMONS = "到下列车管所确认预选号牌，办理二手车过户登记"
SCAN_HINT = "工作人员扫码核验"
CODE_HINT = "或输入凭证代码"
TO_BRING_HEADING = "办理时请携带"
NOTES_HEADING = "注意事项"

TO_BRING = to_bring.TO_BRING["zh-CN"]

NOTES = (
    "逾期未经车管所确认的，预选号牌失效，并列入黑名单，在此期间不能通过互联网预选号牌。",
    "本凭证不是机动车号牌，不能代替号牌上道路行驶；预选号牌不得转让。",
    "车管所临时闭所等原因使期限变更的，以短信通知和网上显示的日期为准。",
    "二维码和凭证代码仅供车管所核验，请妥善保管，不要转发他人。",
)

NUMBERING = "0123456789. "

FIXED = (
    *(TITLE, SUBTITLE, SUMMONS, SCAN_HINT, CODE_HINT),
    *(TO_BRING_HEADING, *TO_BRING, NOTES_HEADING, *NOTES, NUMBERING),
)
"""The fixed texts of every voucher."""

_WEEKDAYS = "一二三四五六日"


def iso_date_with_weekday(day: date) -> str:
    """2026-11-26（星期四）."""
    return f"{day.isoformat()}（星期{_WEEKDAYS[day.weekday()]}）"


def come_by(day: date) -> str:
    """请于2026年11月26日（含）前, as on the page (R-40)."""
    return f"请于{chinese_day(day)}（含）前"


def rows(facts: VoucherFacts) -> list[tuple[str, str]]:
    """The lines of the voucher's table: label and value."""
    lines = [
        ("预选号牌", facts.plate),
        ("申请人", facts.holder),
        ("车辆识别代号", facts.vin),
        ("登记证书编号", facts.certificate_number),
        ("最后办理日", iso_date_with_weekday(facts.visit_by)),
        ("车管所", facts.office_name),
        ("地址", facts.office_address),
        ("办公时间", facts.office_hours),
    ]
    if place := facts.coordinates:
        lines.append(("坐标", f"{place.latitude}, {place.longitude}（WGS 84）"))
    return lines


def creation_line(instant: datetime) -> str:
    """When the voucher was made; the instant is in Asia/Shanghai."""
    return f"生成时间 {instant:%Y-%m-%d %H:%M}（北京时间）"


def calendar_summary(plate: str) -> str:
    return f"最后一天：到车管所确认预选号牌{plate}"


def calendar_description(facts: VoucherFacts) -> str:
    return "\n".join(
        (
            f"{come_by(facts.visit_by)}到车管所确认预选号牌{facts.plate}，逾期将被列入黑名单。",
            f"办公时间：{facts.office_hours}",
            f"{TO_BRING_HEADING}：",
            *(f"- {item}" for item in TO_BRING),
        )
    )
