"""The bench's program: a worker process like the real one, for the bare workflow."""

from collections.abc import Mapping

from embedded.folders import DataFolder
from embedded.programs import Worker


class BareWorker(Worker):
    """`python -m bench.bare_worker`."""

    def __init__(self, folder: DataFolder, environment: Mapping[str, str], temporal: str, task_queue: str) -> None:
        ours = {**environment, "XUANHAO_TASK_QUEUE": task_queue}
        super().__init__(folder, ours, temporal=temporal, task_queue=task_queue)
        self.name = f"{task_queue}-worker"
        self._module = "bench.bare_worker"
