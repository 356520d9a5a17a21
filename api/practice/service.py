"""A practice: the second phase by the rules of the domain, with play numbers and a code that is always 000000."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from api.http.request_context import RequestContext
from api.http.validation import invalid_field
from api.offices.directory import policy_of
from api.offices.schemas import OfficeBrief, OfficeCoordinates
from api.practice.numbers import PREFIX, WHOLE_POOL, draw_numbers, is_taken, play_numbers
from api.practice.schemas import ActionBody, KeyboardBody, PracticeAnswer, PracticeView
from api.practice.sealed_states import PracticeState, open_state, seal
from api.preselections.schemas import Keyboard, VehicleMasked
from api.preselections.views import parts_of
from domain.calendar import OfficeCalendar
from domain.errors import CodeAttemptsExceeded, CodeExpired, CodeIncorrect, WrongStage
from domain.policy import Policy
from domain.pool_keyboard import available_characters
from domain.preselection.record import from_record, to_record
from domain.preselection.state import Preselection
from domain.preselection.values import Reservation, Stage
from storage.offices.offices import Office

CODE = "000000"
_WEEKENDS_ONLY = OfficeCalendar({})


async def begin(context: RequestContext, office_code: str | None) -> PracticeAnswer:
    """A new practice at 选号服务说明, by the policy of this office, or else of the first one."""
    directory = context.app.directory
    office = await directory.find(office_code) if office_code else next(iter(await directory.all()), None)
    if office is None:
        raise invalid_field("office_code", "office")
    now = context.now()
    state = Preselection.begin(policy_of(office, context.app.operations.policy, now), now)
    return _answer(context, PracticeState(office.code, to_record(state), now), state, office)


async def act(context: RequestContext, body: ActionBody) -> PracticeAnswer:
    """Raises the refusals of the real act, and `StateInvalid`."""
    held, office, policy = await _open(context, body.state)
    before, now = from_record(held.record, policy), context.now()
    if body.action == "identity":
        held, after = _confirm_identity(held, before, body, now)
    else:
        tries = 0 if body.action == "identity-code" else held.tries
        held, after = replace(held, tries=tries), _next_state(before, body, now)
    return _answer(context, replace(held, record=to_record(after)), after, office)


async def keys_after(context: RequestContext, body: KeyboardBody) -> Keyboard:
    """As the real keyboard: every play number can be composed. Raises `WrongStage` and `StateInvalid`."""
    held, _, policy = await _open(context, body.state)
    now = context.now()
    stage = from_record(held.record, policy).settle(now).stage
    if stage is not Stage.PLATE_SELECTION:
        raise WrongStage(stage)
    return Keyboard(position=len(body.typed), available=available_characters(WHOLE_POOL, body.typed), as_of=now)


async def _open(context: RequestContext, sealed: str) -> tuple[PracticeState, Office, Policy]:
    held = open_state(sealed, context.repositories.hashes.keyed, context.now())
    office = await context.app.directory.get(held.office_code)
    return held, office, policy_of(office, context.app.operations.policy, held.begun_at)


def _confirm_identity(
    held: PracticeState, before: Preselection, body: ActionBody, at: datetime
) -> tuple[PracticeState, Preselection]:
    """A wrong code costs no attempt here: the refusal has no new state, so the client keeps its own."""
    if body.code is None:
        raise invalid_field("code", "missing")
    after = before.confirm_identity(at)
    if held.tries >= before.policy.code_attempts:
        raise CodeAttemptsExceeded
    if before.identity and at >= before.identity.expires_at:
        raise CodeExpired
    if body.code != CODE:
        raise CodeIncorrect(before.policy.code_attempts - held.tries - 1)
    return held, after


def _next_state(before: Preselection, body: ActionBody, at: datetime) -> Preselection:
    match body.action:
        case "start":
            return before.start(at)
        case "identity-code":
            return before.send_identity_code(at)
        case "draws":
            return _draw(before, body, at)
        case "compositions":
            return _compose(before, body, at)
        case "candidates":
            return before.put_aside(_number_in(body), at)
        case _:
            before.check_confirm(_number_in(body), at)
            return before.confirm(_reservation(_number_in(body), before.policy, at), at)


def _draw(before: Preselection, body: ActionBody, at: datetime) -> Preselection:
    before.check_draw(at)
    if body.prefix not in (None, PREFIX):
        raise invalid_field("prefix", "prefix")
    numbers = draw_numbers(before.policy.batch_size, before.shown, exclude_four=body.exclude_four)
    return before.draw(str(uuid4()), numbers, at)


def _compose(before: Preselection, body: ActionBody, at: datetime) -> Preselection:
    if body.numbers is None:
        raise invalid_field("numbers", "missing")
    numbers = play_numbers(body.numbers)
    before.check_compose(len(numbers), at)
    free = next((number for number in numbers if not is_taken(number)), None)
    if free is None:
        return before.charge_composition(numbers, at)
    return before.compose(numbers, _reservation(free, before.policy, at), at)


def _number_in(body: ActionBody) -> str:
    if body.number is None:
        raise invalid_field("number", "missing")
    return play_numbers([body.number])[0]


def _reservation(plate: str, policy: Policy, at: datetime) -> Reservation:
    return Reservation(plate, *_WEEKENDS_ONLY.last_day(at, policy))


def _answer(context: RequestContext, held: PracticeState, state: Preselection, office: Office) -> PracticeAnswer:
    at = context.now()
    settled = state.settle(at)
    view = PracticeView(
        id="practice",
        stage=settled.stage,
        now=at,
        office=OfficeBrief(
            code=office.code,
            name=office.name_in(context.language),
            address=office.address,
            prefixes=[PREFIX],
            hours=office.hours,
            telephone=office.telephone,
            coordinates=OfficeCoordinates.of(office.coordinates),
        ),
        vehicle=VehicleMasked(vin="L************0000", certificate_number="********0000", seller_name="练*"),
        phone="138****0000",
        **parts_of(settled, at),
    )
    return PracticeAnswer(state=seal(held, context.repositories.hashes.keyed), view=view)
