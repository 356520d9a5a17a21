"""The 业务须知 of the demo's offices (R-44): what to enter, how to choose, how long the number is kept."""

from datetime import datetime

from demo.notice_texts import NOTICE_TEXTS, NoticeTexts
from demo.offices import DemoOffice
from domain.durations import Duration
from domain.policy import Policy
from locales.languages import Language
from storage.offices.offices import Notice


def notice_of(office: DemoOffice, policy: Policy, version: str, at: datetime) -> Notice:
    """The notice of this office in every language, with the numbers of its policy."""
    written = {
        language: {"title": texts.title, "body": _body(office, policy, language)}
        for language, texts in NOTICE_TEXTS.items()
    }
    chinese = written.pop(Language.SIMPLIFIED)
    translations = {str(language): words for language, words in written.items()}
    return Notice(office.code, version, chinese["title"], chinese["body"], at, translations)


def _body(office: DemoOffice, policy: Policy, language: Language) -> str:
    texts = NOTICE_TEXTS[language]
    return texts.body.format(
        office=office.names.get(language, office.name),
        address=office.address,
        quota=texts.quota if office.demands_quota else "",
        composed=policy.composed,
        per_submission=policy.composed_per_submission,
        draws=policy.draws,
        batch_size=policy.batch_size,
        validity=_validity(policy, texts),
        counting=_counting_rule(policy, texts),
        blacklist=spoken_duration(policy.blacklist, texts),
    )


def spoken_duration(duration: Duration, texts: NoticeTexts, day: str | None = None) -> str:
    """2年, 3天, 1小时30分钟, 8 second(s). `day` replaces the word of days."""
    hours, rest = divmod(int(duration.time.total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    years, months, days, *time = texts.units
    words = (years, months, day or days, *time)
    amounts = (duration.years, duration.months, duration.days, hours, minutes, seconds)
    spoken = [word.format(amount) for amount, word in zip(amounts, words, strict=True) if amount]
    return texts.separator.join(spoken) or time[-1].format(1)


def _counts_working_days(policy: Policy) -> bool:
    return policy.validity_working_days and not policy.validity.has_time_part


def _validity(policy: Policy, texts: NoticeTexts) -> str:
    return spoken_duration(policy.validity, texts, texts.working_day if _counts_working_days(policy) else None)


def _counting_rule(policy: Policy, texts: NoticeTexts) -> str:
    if policy.validity.has_time_part:
        return texts.to_the_second
    return texts.working_days if policy.validity_working_days else texts.plain_days
