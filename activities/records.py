"""Steps of a preselection that need only the database."""

from temporalio import activity

from activities.decide.case import Case
from activities.decide.decide import DecisionRunner
from domain.errors import VehicleInUse, WrongStage
from domain.preselection.record import from_record
from domain.preselection.state import Preselection
from storage.preselections.history import VehicleHistories
from workflows.messages import Action, DecisionInput, DecisionResult, Step
from workflows.ports import Records


class RecordActivities(Records):
    def __init__(self, runner: DecisionRunner, histories: VehicleHistories) -> None:
        self._runner = runner
        self._histories = histories

    @activity.defn(name="records.open")
    async def open(self, given: DecisionInput, command: Action) -> DecisionResult:
        return await self._runner.decide(given, command, self._open)

    async def _open(self, case: Case, _: Action) -> DecisionResult:
        if case.before is not None and not case.row.dormant:
            # The previous run was ended by hand; the preselection continues from its row.
            return self._runner.unchanged_result(case)
        if case.before is not None:
            return await self._runner.commit(case, case.before.enter(case.at))
        history, policy = await self._histories.before(case.row), case.row.rules
        if history.is_running:
            raise VehicleInUse
        earlier = history.apply_to(from_record(history.earlier, policy)) if history.earlier else None
        state = Preselection.begin(policy, case.at, earlier=earlier, shown=history.shown)
        return await self._runner.commit(case, state, use_code=case.row.code_id)

    @activity.defn(name="records.settle")
    async def settle(self, given: DecisionInput) -> DecisionResult:
        return await self._runner.settle(given)

    @activity.defn(name="records.move")
    async def move(self, given: DecisionInput, command: Step) -> DecisionResult:
        return await self._runner.decide(given, command, self._move)

    async def _move(self, case: Case, command: Step) -> DecisionResult:
        if case.act.step is None:
            raise WrongStage(case.state.stage)
        after = case.act.step(case.state, case.at, command)
        if after == case.before:
            return self._runner.unchanged_result(case)
        return await self._runner.commit_step(case, after)
