"""One vehicle's preselection, from the passed vehicle check until it ends at the office or expires.

Every user act is an update: one activity decides on the row in the database, and the handler adopts the result.
Validators check only the form of a message; the state is in the row. `run` applies expiries.
"""

from temporalio import workflow
from temporalio.common import VersioningBehavior
from temporalio.exceptions import FailureError

with workflow.unsafe.imports_passed_through():
    from domain.preselection.deadlines import Countdown
    from domain.preselection.values import Stage
    from domain.sms import Purpose

from workflows.messages import (
    VEHICLE_WORKFLOW,
    Action,
    ActionResult,
    Compose,
    ConfirmIdentity,
    DecisionResult,
    DeskAct,
    Draw,
    ExtendValidity,
    OneNumber,
    OperatorAct,
    Outcome,
    Step,
    VehicleInput,
)
from workflows.outcomes import Outcomes
from workflows.ports import Identity, Plates, Records
from workflows.refusals import NO_MISSED_DEADLINE, application_error
from workflows.retries import SENDING_CODE
from workflows.update_as_signal import update_as_signal
from workflows.validation import (
    check_code_hash,
    check_count,
    check_day,
    check_desk_act,
    check_operator_act,
    check_request,
    check_subject_id,
    run_checks,
)
from workflows.vehicle.bans import enforce_ban
from workflows.vehicle.decisions import VehicleDecisions, now
from workflows.vehicle.notifications import Notifications
from workflows.vehicle.search_attributes import publish_search_attributes
from workflows.vehicle.timers import Countdowns, ends_of
from workflows.vehicle.ui_text import show_details

# The countdowns whose end is an SMS.
REMINDERS = {Countdown.REMINDER: Purpose.REMINDER, Countdown.LAST_DAY: Purpose.LAST_DAY}


@workflow.defn(name=VEHICLE_WORKFLOW, versioning_behavior=VersioningBehavior.AUTO_UPGRADE)
class VehicleWorkflow:
    """The process of one preselection. All state is set in `__init__`: an update may be handled before `run` begins."""

    @workflow.init
    def __init__(self, given: VehicleInput) -> None:
        self._id = given.preselection_id
        self._decisions = VehicleDecisions(self._id, Outcomes(given.outcomes or []), self._apply)
        self._countdowns = Countdowns(self._wake)
        self._notifications = Notifications(self._id, given.undelivered or [], self._publish_details)
        self._is_woken = False
        self._is_refresh_wanted = False

    @workflow.run
    async def run(self, given: VehicleInput) -> None:
        check_subject_id("preselection_id", given.preselection_id)
        await self._decisions.read_row()
        while True:
            await self._live()
            await self._finish()
            # An entry may have arrived just as it became dormant.
            if not self._decisions.is_alive():
                return

    async def _live(self) -> None:
        """Apply expiries, as long as anything can happen to this vehicle."""
        while self._decisions.is_alive():
            await workflow.wait_condition(
                lambda: self._is_woken or not self._decisions.is_alive() or self._can_continue_as_new()
            )
            await self._catch_up()
            if self._decisions.is_alive() and self._can_continue_as_new():
                outcomes, undelivered = self._decisions.outcomes.all(), self._notifications.undelivered_purposes
                workflow.continue_as_new(VehicleInput(self._id, outcomes, undelivered))

    async def _catch_up(self) -> None:
        """Apply what has expired. A timer only wakes the workflow; the row and the clock decide."""
        self._is_woken = False
        if self._is_refresh_wanted or self._decisions.is_due():
            self._is_refresh_wanted = False
            await self._decisions.settle()
        self._follow_timers()

    async def _finish(self) -> None:
        if self._decisions.stage is Stage.OVERDUE:
            try:
                self._notifications.send(Purpose.OVERDUE, await enforce_ban(self._id))
            except FailureError as failure:
                error = application_error(failure)
                if error is None or error.type != NO_MISSED_DEADLINE:
                    raise
                # The row was restored to an earlier state meanwhile, and continues from there.
                await self._decisions.settle()
        await workflow.wait_condition(self._is_quiet)

    def _is_quiet(self) -> bool:
        """Whether no handler and no SMS is running: only then may a run end."""
        return workflow.all_handlers_finished() and self._notifications.are_sent

    def _can_continue_as_new(self) -> bool:
        return self._decisions.is_long() and self._is_quiet()

    # Consequences of a changed row

    def _apply(self, before: DecisionResult | None, after: DecisionResult) -> None:
        self._follow_timers()
        self._notifications.follow(before, after)
        publish_search_attributes(after)
        self._publish_details()

    def _follow_timers(self) -> None:
        if current := self._decisions.current:
            self._countdowns.follow(ends_of(current), now())
            self._is_woken = self._is_woken or self._decisions.is_due()  # A late run finds deadlines that have passed.

    def _wake(self, name: Countdown) -> None:
        self._is_woken = True
        if name in REMINDERS and self._decisions.stage is Stage.COMPLETED and not self._decisions.is_due():
            self._notifications.send(REMINDERS[name])
        workflow.logger.info("countdown ended", extra={"preselection_id": self._id, "countdown": name.value})

    def _publish_details(self) -> None:
        if self._decisions.current:
            show_details(self._decisions.current, now(), self._notifications.states)

    @workflow.signal(description="重新读取数据库记录 (read the row again)")
    def refresh(self) -> None:
        self._is_refresh_wanted = self._is_woken = True

    @workflow.query(description="What became of a request, above all of one that was sent as a signal")
    def outcome(self, request_id: str) -> Outcome | None:
        return self._decisions.outcomes.find(request_id)

    # 进入

    @workflow.update(description="第一次进入:核查通过后开始 (first message of a run)")
    async def begin(self, command: Action) -> ActionResult:
        try:
            return await self._decisions.decide("begin", Records.open, command)
        finally:
            self._decisions.is_turned_away = self._decisions.current is None

    @begin.validator
    def validate_begin(self, command: Action) -> None:
        run_checks(command, check_request)

    @workflow.update(description="再次进入 (R-05, R-15)")
    async def enter(self, command: Action) -> ActionResult:
        return await self._move("enter", command)

    @enter.validator
    def validate_enter(self, command: Action) -> None:
        run_checks(command, check_request)

    @workflow.update(description="开始选号 (R-14)")
    async def start(self, command: Action) -> ActionResult:
        return await self._move("start", command)

    @start.validator
    def validate_start(self, command: Action) -> None:
        run_checks(command, check_request)

    # 身份验证

    @workflow.update(description="获取身份验证码 (R-16)")
    async def send_identity_code(self, command: Action) -> ActionResult:
        return await self._decisions.decide("send_identity_code", Identity.send_code, command, options=SENDING_CODE)

    @send_identity_code.validator
    def validate_send_identity_code(self, command: Action) -> None:
        run_checks(command, check_request)

    @workflow.update(description="确认身份验证码 (R-17)")
    async def confirm_identity(self, command: ConfirmIdentity) -> ActionResult:
        return await self._decisions.decide("confirm_identity", Identity.confirm, command)

    @confirm_identity.validator
    def validate_confirm_identity(self, command: ConfirmIdentity) -> None:
        run_checks(command, check_request, lambda given: check_code_hash(given.code_hash))

    # 预选号牌

    @workflow.update(description="随机一次 / 换一批 (R-31)")
    async def draw(self, command: Draw) -> ActionResult:
        return await self._decisions.decide("draw", Plates.draw, command)

    @draw.validator
    def validate_draw(self, command: Draw) -> None:
        run_checks(command, check_request)

    @workflow.update(description="加入备选 (R-37)")
    async def put_aside(self, command: OneNumber) -> ActionResult:
        return await self._decisions.decide("put_aside", Plates.put_aside, command)

    @put_aside.validator
    def validate_put_aside(self, command: OneNumber) -> None:
        run_checks(command, check_request)

    @workflow.update(description="确认备选号牌 (R-39)")
    async def confirm(self, command: OneNumber) -> ActionResult:
        return await self._decisions.decide("confirm", Plates.reserve, command)

    @confirm.validator
    def validate_confirm(self, command: OneNumber) -> None:
        run_checks(command, check_request)

    @workflow.update(description="提交自编号牌 (R-26)")
    async def compose(self, command: Compose) -> ActionResult:
        return await self._decisions.decide("compose", Plates.compose, command)

    @compose.validator
    def validate_compose(self, command: Compose) -> None:
        run_checks(command, check_request, check_count)

    # 完成之后

    @workflow.update(description="申请人取消预选 (where the office's policy allows it)")
    async def withdraw(self, command: Action) -> ActionResult:
        return await self._move("withdraw", command)

    @withdraw.validator
    def validate_withdraw(self, command: Action) -> None:
        run_checks(command, check_request)

    @workflow.update(description="车管所确认 (the desk confirms within the validity)")
    async def register(self, command: DeskAct) -> ActionResult:
        return await self._move("register", command)

    @register.validator
    def validate_register(self, command: DeskAct) -> None:
        run_checks(command, check_request, check_desk_act)

    @workflow.update(description="车管所退办 (the desk rejects, without a ban)")
    async def reject(self, command: DeskAct) -> ActionResult:
        return await self._notifications.follow_rejection(self._move("reject", command))

    @reject.validator
    def validate_reject(self, command: DeskAct) -> None:
        run_checks(command, check_request, check_desk_act)

    # Operators

    @workflow.update(description="释放正在展示和备选的号码 (operator, reason)")
    async def release_holds(self, command: OperatorAct) -> ActionResult:
        return await self._move("release_holds", command)

    @release_holds.validator
    def validate_release_holds(self, command: OperatorAct) -> None:
        run_checks(command, check_request, check_operator_act)

    @workflow.update(description="取消预选,不列入黑名单 (operator, reason)")
    async def cancel(self, command: OperatorAct) -> ActionResult:
        return await self._move("cancel", command)

    @cancel.validator
    def validate_cancel(self, command: OperatorAct) -> None:
        run_checks(command, check_request, check_operator_act)

    @workflow.update(description="延长有效期到 visit_by 当天结束 (operator, reason, visit_by)")
    async def extend_validity(self, command: ExtendValidity) -> ActionResult:
        return await self._notifications.follow_extension(self._move("extend_validity", command), self._decisions)

    @extend_validity.validator
    def validate_extend_validity(self, command: ExtendValidity) -> None:
        run_checks(command, check_request, check_operator_act, lambda given: check_day(given.visit_by))

    enter_signal = update_as_signal(enter, "再次进入")
    start_signal = update_as_signal(start, "开始选号")
    send_identity_code_signal = update_as_signal(send_identity_code, "获取身份验证码")
    confirm_identity_signal = update_as_signal(confirm_identity, "确认身份验证码")
    draw_signal = update_as_signal(draw, "随机一次 / 换一批")
    put_aside_signal = update_as_signal(put_aside, "加入备选")
    confirm_signal = update_as_signal(confirm, "确认备选号牌")
    compose_signal = update_as_signal(compose, "提交自编号牌")
    withdraw_signal = update_as_signal(withdraw, "申请人取消预选")
    register_signal = update_as_signal(register, "车管所确认")
    reject_signal = update_as_signal(reject, "车管所退办")
    release_holds_signal = update_as_signal(release_holds, "释放正在展示和备选的号码 (operator, reason)")
    cancel_signal = update_as_signal(cancel, "取消预选,不列入黑名单 (operator, reason)")
    extend_validity_signal = update_as_signal(extend_validity, "延长有效期 (operator, reason, visit_by)")

    async def _move(self, act: str, command: Action | DeskAct | OperatorAct | ExtendValidity) -> ActionResult:
        return await self._decisions.decide(act, Records.move, Step(**vars(command)))
