"""One vehicle's preselection, from the moment its facts were checked until the office has it or time has taken it back.

Every user action is an update: its validator asks the domain, so that a refusal leaves no trace in history; its handler
lets one activity decide in the database, and only then believes the new state. `run` does what time does.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.preselection.deadlines import Countdown
    from domain.preselection.values import Stage

from workflows.decider import Decider
from workflows.fields import check_code_hash, check_numbers, check_prefix, day_of
from workflows.messages import (
    Acted,
    Action,
    Begin,
    Compose,
    ConfirmIdentity,
    DeskAct,
    Draw,
    ExtendValidity,
    OneNumber,
    OperatorAct,
    Outcome,
    VehicleInput,
)
from workflows.overdue import enforce_the_ban
from workflows.ports import (
    ComposeOrder,
    DrawOrder,
    IdentityOrder,
    MoveOrder,
    NumberOrder,
    OpenOrder,
    People,
    Plates,
    Records,
    Texts,
)
from workflows.retries import WAITED_FOR
from workflows.signal_twin import signal_twin

REMINDERS = frozenset({Countdown.REMINDER, Countdown.LAST_DAY})
"""The countdowns whose end is an SMS; the purpose of each text has the same name."""


@workflow.defn(name="Vehicle")
class VehicleWorkflow(Decider):
    """The process of one preselection. All state is set in `__init__`: an update may be handled before `run` begins."""

    @workflow.init
    def __init__(self, given: VehicleInput) -> None:
        super().__init__(given)

    @workflow.run
    async def run(self, given: VehicleInput) -> None:
        self.follow_deadlines()
        self.show_details()
        await workflow.wait_condition(lambda: self.state is not None or self.turned_away)
        while True:
            await self._live(given)
            await self._finish()
            # Somebody may have come back just as it fell asleep.
            if not self.is_alive():
                return

    async def _live(self, given: VehicleInput) -> None:
        """Do what time does, as long as anything can happen here."""
        while self.is_alive():
            await workflow.wait_condition(lambda: self.due or not self.is_alive() or self._can_start_afresh())
            await self._catch_up()
            if self.is_alive() and self._can_start_afresh():
                workflow.continue_as_new(self.carried_over(given))

    def _can_start_afresh(self) -> bool:
        """Whether to continue as new now. Until it can, time goes on having its effect."""
        return self.is_long() and workflow.all_handlers_finished() and not self.texts

    async def _catch_up(self) -> None:
        """Let time have its effect. A timer has only woken us; the clock decides."""
        self.due = False
        self._remind()
        async with self.lock:
            state = self.state
            if state and state.settled(self.now()) != state:
                await self.carry_out(Records.move, lambda order: MoveOrder(order, "settle"), self.new_request_id())
            self.follow_deadlines()

    def _remind(self) -> None:
        """Send the SMS for which a reminder's timer has fired, if the plate still waits for its office."""
        for name in self.fired:
            if name in REMINDERS and self.state and self.state.settled(self.now()).stage is Stage.COMPLETED:
                self.send_text(name.value)
        self.fired.clear()

    async def _finish(self) -> None:
        if self.state and self.state.stage is Stage.OVERDUE and self.state.reservation:
            barred = await enforce_the_ban(self.given, self.state.reservation.deadline)
            self.send_text("overdue", until=barred.until)
        await workflow.wait_condition(lambda: workflow.all_handlers_finished() and not self.texts)

    # Coming in

    @workflow.update(description="第一次进入:核查通过后开始 (first message of a run)")
    async def begin(self, command: Begin) -> Acted:
        try:
            return await self.decide(command, Records.open, lambda order: OpenOrder(order, command.code_id))
        finally:
            self.turned_away = self.state is None

    @workflow.update(description="再次进入 (R-05, R-15)")
    async def enter(self, command: Action) -> Acted:
        return await self._move(command, "enter")

    @enter.validator
    def may_enter(self, command: Action) -> None:
        self.judge(command, lambda state, at: state.entered(at))

    @workflow.update(description="开始选号 (R-14)")
    async def start(self, command: Action) -> Acted:
        return await self._move(command, "start")

    @start.validator
    def may_start(self, command: Action) -> None:
        self.judge(command, lambda state, at: state.started(at))

    # 身份验证

    @workflow.update(description="获取身份验证码 (R-16)")
    async def send_identity_code(self, command: Action) -> Acted:
        return await self.decide(command, Texts.send_identity_code, IdentityOrder, patience=WAITED_FOR)

    @send_identity_code.validator
    def may_send_identity_code(self, command: Action) -> None:
        self.judge(command, lambda state, at: state.check_identity_code(at))

    @workflow.update(description="确认身份验证码 (R-17)")
    async def confirm_identity(self, command: ConfirmIdentity) -> Acted:
        return await self.decide(command, People.prove_identity, lambda order: IdentityOrder(order, command.code_hash))

    @confirm_identity.validator
    def may_confirm_identity(self, command: ConfirmIdentity) -> None:
        self.judge(command, lambda *_: check_code_hash(command.code_hash), lambda state, at: state.check_identity(at))

    # 预选号牌

    @workflow.update(description="随机一次 / 换一批 (R-31)")
    async def draw(self, command: Draw) -> Acted:
        prefixes = [command.prefix] if command.prefix else self.given.prefixes
        return await self.decide(command, Plates.draw, lambda order: DrawOrder(order, prefixes, command.exclude_four))

    @draw.validator
    def may_draw(self, command: Draw) -> None:
        self.judge(
            command,
            lambda *_: check_prefix(command.prefix, self.given.prefixes),
            lambda state, at: state.check_draw(at),
        )

    @workflow.update(description="加入备选 (R-37)")
    async def put_aside(self, command: OneNumber) -> Acted:
        return await self._about(command, Plates.put_aside)

    @put_aside.validator
    def may_put_aside(self, command: OneNumber) -> None:
        self.judge(command, lambda state, at: state.put_aside(command.number, at))

    @workflow.update(description="确认备选号牌 (R-39)")
    async def confirm(self, command: OneNumber) -> Acted:
        return await self._about(command, Plates.reserve)

    @confirm.validator
    def may_confirm(self, command: OneNumber) -> None:
        self.judge(command, lambda state, at: state.check_choice(command.number, at))

    @workflow.update(description="提交自编号牌 (R-26)")
    async def compose(self, command: Compose) -> Acted:
        office, numbers = self.given.office, command.numbers
        return await self.decide(command, Plates.compose, lambda order: ComposeOrder(order, office, numbers))

    @compose.validator
    def may_compose(self, command: Compose) -> None:
        self.judge(
            command,
            lambda *_: check_numbers(command.numbers, self.given.prefixes),
            lambda state, at: state.check_composition(len(command.numbers), at),
        )

    # After the choice

    @workflow.update(description="申请人取消预选 (where the office's policy allows it)")
    async def withdraw(self, command: Action) -> Acted:
        return await self._move(command, "withdraw")

    @withdraw.validator
    def may_withdraw(self, command: Action) -> None:
        self.judge(command, lambda state, at: state.check_cancellation(at))

    @workflow.update(description="车管所确认 (the desk confirms within the validity)")
    async def register(self, command: DeskAct) -> Acted:
        return await self._move(command, "register", clerk=command.clerk)

    @register.validator
    def may_register(self, command: DeskAct) -> None:
        self.judge(command, lambda state, at: state.registered(at))

    @workflow.update(description="车管所退办 (the desk rejects, without a ban)")
    async def reject(self, command: DeskAct) -> Acted:
        return await self._move(command, "reject", clerk=command.clerk)

    @reject.validator
    def may_reject(self, command: DeskAct) -> None:
        self.judge(command, lambda state, at: state.rejected(at))

    # Operators

    @workflow.update(description="释放正在展示和备选的号码 (operator, reason)")
    async def release_holds(self, command: OperatorAct) -> Acted:
        return await self._move(command, "release_holds", clerk=command.operator, reason=command.reason)

    @release_holds.validator
    def may_release_holds(self, command: OperatorAct) -> None:
        self.judge_operator(command, lambda state, at: state.without_holds(at))

    @workflow.update(description="取消预选,不列入黑名单 (operator, reason)")
    async def cancel(self, command: OperatorAct) -> Acted:
        return await self._move(command, "reject", clerk=command.operator, reason=command.reason)

    @cancel.validator
    def may_cancel(self, command: OperatorAct) -> None:
        self.judge_operator(command, lambda state, at: state.rejected(at))

    @workflow.update(description="延长有效期到 visit_by 当天结束 (operator, reason, visit_by)")
    async def extend_validity(self, command: ExtendValidity) -> Acted:
        facts = {"visit_by": command.visit_by, "clerk": command.operator, "reason": command.reason}
        return await self._move(command, "extend_validity", **facts)

    @extend_validity.validator
    def may_extend_validity(self, command: ExtendValidity) -> None:
        self.judge_operator(command, lambda state, at: state.extended_to(day_of(command.visit_by), at))

    enter_signal = signal_twin(enter, "再次进入")
    start_signal = signal_twin(start, "开始选号")
    send_identity_code_signal = signal_twin(send_identity_code, "获取身份验证码")
    confirm_identity_signal = signal_twin(confirm_identity, "确认身份验证码")
    draw_signal = signal_twin(draw, "随机一次 / 换一批")
    put_aside_signal = signal_twin(put_aside, "加入备选")
    confirm_signal = signal_twin(confirm, "确认备选号牌")
    compose_signal = signal_twin(compose, "提交自编号牌")
    withdraw_signal = signal_twin(withdraw, "申请人取消预选")
    register_signal = signal_twin(register, "车管所确认")
    reject_signal = signal_twin(reject, "车管所退办")
    release_holds_signal = signal_twin(release_holds, "释放正在展示和备选的号码 (operator, reason)")
    cancel_signal = signal_twin(cancel, "取消预选,不列入黑名单 (operator, reason)")
    extend_validity_signal = signal_twin(extend_validity, "延长有效期 (operator, reason, visit_by)")

    @workflow.query(description="What became of a request, above all of one that was sent as a signal")
    def outcome(self, request_id: str) -> Outcome | None:
        return self.requests.find(request_id)

    # Inner steps

    async def _move(self, command: Action | DeskAct | OperatorAct | ExtendValidity, move: str, **facts: str) -> Acted:
        return await self.decide(command, Records.move, lambda order: MoveOrder(order, move, **facts))

    async def _about(self, command: OneNumber, port: object) -> Acted:
        return await self.decide(command, port, lambda order: NumberOrder(order, self.given.office, command.number))
