"""Which tests run on the same worker, which run first, and how long a folder's systems live."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

WHOLE_SYSTEMS = ("tests/scenarios/acceptance/", "tests/scenarios/stack/", "tests/bench/")
"""Folders whose tests share running systems, which take seconds to start."""

TOGETHER = (*WHOLE_SYSTEMS, "tests/rules/")
"""Folders whose tests stay together: those of rules read every file of the repository, each once in a process."""

TAKE_LONG = ("tests/web/", *WHOLE_SYSTEMS, "tests/scenarios/", "tests/workflows/", "tests/rules/")
"""The last tests should be short, otherwise one worker ends long after the others."""


def scope_of(nodeid: str) -> str:
    """The tests of such a folder or of a file stay together; a journey of the browser has its own system."""
    file = nodeid.partition("::")[0]
    if file.startswith("tests/web/"):
        return nodeid
    return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def order_of(nodeid: str) -> int:
    return next((order for order, folder in enumerate(TAKE_LONG) if nodeid.startswith(folder)), len(TAKE_LONG))


class Folder(pytest.Package):
    """A folder of tests, without an `__init__.py`: what a fixture of the scope `package` starts ends with its tests.

    A running system uses the processor also when no test needs it.
    """

    def setup(self) -> None:
        """There is no module to import."""


class SuiteScheduler(LoadScopeScheduling):
    """Assigns whole scopes to the workers, in the order of the collection."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)
