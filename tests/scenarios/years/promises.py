"""What must hold over years, besides the promises that hold under faults.

Each check returns what contradicts a promise, in one line for each contradiction.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from itertools import pairwise

from domain.calendar import ban_end
from domain.policy import Policy
from tests.scenarios.fault_injection.evidence import Evidence
from tests.scenarios.years.town import Town

AT_ONCE = timedelta(minutes=1)
"""Time passes while several workflows work at the same time."""


async def check_days_of_bans(evidence: Evidence, town: Town) -> list[str]:
    """A ban begins with the missed last day, takes its time, and ends with its last day unless somebody ends it."""
    faults = []
    for ban in evidence.bans:
        row = evidence.preselections[ban["preselection_id"]]
        if ban["since"] != row["deadline"] or ban["until"] < ban_end(ban["since"], Policy.from_dict(row["policy"])):
            faults.append(f"the ban {ban['id']} is from {ban['since']} to {ban['until']}, missed: {row['deadline']}")
        ended = ban["released_at"]
        if ended and ban["released_by"] is None and not timedelta(0) <= ended - ban["until"] <= AT_ONCE:
            faults.append(f"the ban {ban['id']} ended at {ended} instead of {ban['until']}")
    return faults


async def check_days_of_deadlines(evidence: Evidence, town: Town) -> list[str]:
    """A last day is missed at its end, and where working days count it is one, whatever was announced meanwhile."""
    calendars = await town.service.repositories.calendars.of_offices({office.code for office in town.staff.offices})
    return late_vehicles(evidence) + [
        f"{id_}: the last day {row['visit_by']} is none on which the office works"
        for id_, row in evidence.preselections.items()
        if row["stage"] in ("overdue", "completed")
        and Policy.from_dict(row["policy"]).validity_working_days
        and not calendars[row["office_code"]].is_working_day(row["visit_by"])
    ]


def late_vehicles(evidence: Evidence) -> list[str]:
    """The vehicles whose last day was missed at another instant than its end; each begins with the preselection."""
    faults = []
    for id_, made in evidence.decisions.items():
        for before, after in pairwise(made):
            if after["answer"]["state"]["stage"] != "overdue" or before["answer"]["state"]["stage"] == "overdue":
                continue
            reservation = evidence.state(after).reservation
            if reservation is None or not timedelta(0) <= after["at"] - reservation.deadline <= AT_ONCE:
                faults.append(f"{id_} was overdue at {after['at']}, last day: {reservation}")
    return faults


async def check_policies(evidence: Evidence, town: Town) -> list[str]:
    """A preselection has the policy of its office at its creation."""
    return [
        f"{id_} of {row['created_at']} has {row['policy']['draws']} draws"
        for id_, row in evidence.preselections.items()
        if row["policy"]["draws"] != town.staff.draws_of(row["office_code"], row["created_at"], Policy().draws)
    ]


async def check_answers_to_all(evidence: Evidence, town: Town) -> list[str]:
    """Whoever is banned is refused and nobody else, and every act of staff and of maintenance succeeds."""
    return town.problems


Check = Callable[[Evidence, Town], Awaitable[list[str]]]
PROMISES: Mapping[str, Check] = {
    "each ban begins and ends on its day": check_days_of_bans,
    "each last day is missed at its end, and is a working day": check_days_of_deadlines,
    "each preselection has the policy of its day": check_policies,
    "who is banned is refused and nobody else, and staff and maintenance succeed": check_answers_to_all,
}
