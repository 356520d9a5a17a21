"""The calendar file (RFC 5545): the last day on which the office can be visited."""

from datetime import date, datetime, timedelta
from typing import cast

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from documents import voucher_words as words
from documents.voucher_facts import VoucherFacts

# The event lasts all day, so it begins at midnight: this is the day before, at nine in the morning.
_ALARM = timedelta(hours=-15)
_FIRST_DAY = date(2020, 1, 1)


def render_calendar(facts: VoucherFacts, *, stamp: datetime) -> str:
    """The file's text, with the line ends of RFC 5545: one event that lasts all of the last day.

    The UID belongs to the preselection: a file that is fetched after the day has moved, with a later `stamp`, replaces
    the first one in the holder's calendar. `SEQUENCE` grows with the day, because a deadline only moves to a later day
    and calendars ignore an entry of the same or a lower number.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Xuanhao//Number plate preselection//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(_event(facts, stamp))
    return cast("bytes", calendar.to_ical()).decode()


def _event(facts: VoucherFacts, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", f"{facts.preselection_id}@xuanhao")
    event.add("dtstamp", stamp)
    event.add("sequence", (facts.visit_by - _FIRST_DAY).days)
    event.add("organizer", _organizer(facts))
    event.add("dtstart", facts.visit_by)
    event.add("dtend", facts.visit_by + timedelta(days=1))
    event.add("summary", words.calendar_summary(facts.plate))
    event.add("description", _to_exact_text(words.calendar_description(facts)))
    event.add("location", _to_exact_text(f"{facts.office_name}，{facts.office_address}"))
    if facts.coordinates:
        event.add("geo", (facts.coordinates.latitude, facts.coordinates.longitude))
    # The event does not block the holder's calendar on that day.
    event.add("transp", "TRANSPARENT")
    event.add_component(_alarm(facts))
    return event


def _organizer(facts: VoucherFacts) -> vCalAddress:
    """The office, which RFC 5546 requires of a published event; it takes no mail, so the address is one of nobody."""
    organizer = vCalAddress("invalid:nomail")
    organizer.params["CN"] = vText(facts.office_name)
    return organizer


def _alarm(facts: VoucherFacts) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", words.calendar_summary(facts.plate))
    alarm.add("trigger", _ALARM)
    return alarm


def _to_exact_text(text: str) -> str:
    r"""The text with a full-width backslash before each N: `icalendar` writes `\N` as a line break.

    In RFC 5545 the escape `\N` is a line break, as `\n` is, and the library takes a backslash that somebody typed in an
    office's name, address or hours for that escape.
    """
    return text.replace(r"\N", "＼N")
