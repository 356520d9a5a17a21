"""New preselections, one for each measurement: one with thousands of claims would distort the query plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from uuid import UUID, uuid4

from bench.stack import AT_ONCE, Stack
from domain.plates import LETTERS
from domain.policy import Policy
from domain.preselection.record import to_record
from domain.preselection.state import Preselection
from process.clock import system_clock
from storage.preselections.decisions import Decision
from storage.preselections.rows import Seller, Submission
from workflows.messages import DecisionInput

NUMBERS = count(1)
PAIRS = [a + b for a in LETTERS for b in LETTERS]


@dataclass(frozen=True)
class Buyer:
    """An account, and the identity document of the buyer."""

    owner: str
    id_number: str
    phone: str


def somebody() -> Buyer:
    number = next(NUMBERS)
    return Buyer(f"bench-{number}", f"bench-id-{number}", f"138{number:08d}")


async def create_submissions(
    stack: Stack, many: int, *, policy: Policy = AT_ONCE, applicant: Buyer | None = None
) -> list[UUID]:
    """Preselections that passed the vehicle check, as the API writes them before it starts their workflows."""
    preselections = stack.repositories.preselections
    rows = [_submission(stack, applicant or somebody(), policy) for _ in range(many)]
    for row in rows:
        await preselections.insert_submission(row)
    return [row.id for row in rows]


async def selections(stack: Stack, many: int, act: str) -> list[DecisionInput]:
    """What a workflow gives the activity of an act, for new preselections whose rows are at 预选号牌."""
    at = system_clock()
    state, decisions = to_record(selecting_state(at)), stack.repositories.decisions
    ids = await create_submissions(stack, many)
    for id_ in ids:
        await decisions.commit(Decision(uuid4(), id_, "begin", at, 0, "plate_selection", state, {}))
    return [DecisionInput(str(id_), act, at, at) for id_ in ids]


def selecting_state(at: datetime) -> Preselection:
    """At 预选号牌, with every chance left."""
    return Preselection.begin(AT_ONCE, at).start(at).send_identity_code(at).confirm_identity(at)


def spread(prefix: str, many: int, *, start: int = 0) -> Sequence[str]:
    """Plates of the pattern LLDDD, which has 576,000."""
    return [f"{prefix}{PAIRS[n // 1000]}{n % 1000:03d}" for n in range(start, start + many)]


def _submission(stack: Stack, applicant: Buyer, policy: Policy) -> Submission:
    number = next(NUMBERS)
    return Submission(
        id=uuid4(),
        at=system_clock(),
        office_code=stack.office.code,
        notice_version="1",
        policy=policy.to_dict(),
        owner=applicant.owner,
        party_kind="person",
        party_name="张三",
        party_id=applicant.id_number,
        phone=applicant.phone,
        vin=f"VIN{number:014d}",
        certificate_number=f"{number:012d}",
        seller=Seller("person", "李四", "11010519491231002X"),
        seller_name_masked="李*",
    )
