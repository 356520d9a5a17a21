"""The calendar file, parsed back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from documents.calendar_file import render_calendar
from documents.voucher_facts import VoucherFacts
from domain.coordinates import Coordinates

STAMP = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)


def event_of(facts: VoucherFacts, *, stamp: datetime = STAMP) -> Event:
    calendar = Calendar.from_ical(render_calendar(facts, stamp=stamp))
    (event,) = calendar.events
    return event


def test_it_holds_one_event_that_lasts_all_of_the_last_day(facts: VoucherFacts) -> None:
    event = event_of(facts)
    assert (event.start, event.end) == (date(2026, 11, 26), date(2026, 11, 27))
    assert event.DTSTAMP == STAMP
    assert event.summary
    assert "粤BA1234" in event.summary
    assert event.description
    assert "请于2026年11月26日（含）前" in event.description
    assert event.location == "深圳市公安局交通警察局车辆管理所，深圳市南山区龙珠四路2号"


def test_it_has_the_coordinates_of_an_office_that_has_them(facts: VoucherFacts) -> None:
    assert "GEO" not in event_of(facts)
    text = render_calendar(replace(facts, coordinates=Coordinates(22.5431, 114.0579)), stamp=STAMP)
    assert "\r\nGEO:22.5431;114.0579\r\n" in text


def test_it_reminds_at_nine_on_the_day_before(facts: VoucherFacts) -> None:
    event = event_of(facts)
    (alarm,) = (part for part in event.subcomponents if isinstance(part, Alarm))
    assert isinstance(alarm.TRIGGER, timedelta)
    begins = datetime.combine(event.start, datetime.min.time())
    assert begins + alarm.TRIGGER == datetime(2026, 11, 25, 9)  # noqa: DTZ001 -- the holder's own local time.
    assert alarm.ACTION == "DISPLAY"


def test_a_moved_day_takes_the_place_of_the_old_one(facts: VoucherFacts) -> None:
    moved = replace(facts, visit_by=date(2026, 11, 30))
    old, new = event_of(facts), event_of(moved, stamp=STAMP + timedelta(days=1))
    assert old.uid == new.uid
    assert old.DTSTAMP
    assert new.DTSTAMP
    assert old.DTSTAMP < new.DTSTAMP
    assert int(str(new["SEQUENCE"])) > int(str(old["SEQUENCE"])) >= 0


def test_a_published_event_names_its_office_as_the_organizer(facts: VoucherFacts) -> None:
    organizer = event_of(facts)["ORGANIZER"]
    assert organizer.params["CN"] == facts.office_name
    assert organizer == "invalid:nomail"
    assert "METHOD:PUBLISH" in render_calendar(facts, stamp=STAMP)


def test_its_lines_are_those_of_the_standard(facts: VoucherFacts) -> None:
    text = render_calendar(facts, stamp=STAMP)
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_an_address_with_commas_and_line_breaks_stays_one_value(facts: VoucherFacts) -> None:
    odd = replace(facts, office_address="甲路1号;乙座,\n后门\\旁")
    event = event_of(odd)
    assert event.location
    assert event.location.endswith("甲路1号;乙座,\n后门\\旁")


def test_the_same_facts_make_the_same_text(facts: VoucherFacts) -> None:
    assert render_calendar(facts, stamp=STAMP) == render_calendar(facts, stamp=STAMP)
