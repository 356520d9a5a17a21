"""Replays histories, as a worker does that has lost its cache."""

from collections.abc import Sequence

from temporalio.worker import Interceptor, Replayer

from config.payloads import DATA_CONVERTER
from worker.run import sandboxed_runner


def replayer_of(workflows: Sequence[type], interceptors: Sequence[Interceptor] = ()) -> Replayer:
    return Replayer(
        workflows=workflows,
        workflow_runner=sandboxed_runner(),
        data_converter=DATA_CONVERTER,
        interceptors=interceptors,
    )
