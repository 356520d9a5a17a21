"""`python -m bench.counted MODULE FILE`: runs a program of ours, and writes which functions of the project it passes.

While `FILE.on` exists, two sets are collected; when it is gone they are written to FILE, one function a line.
`entered`: every function that is called. `passed`: the functions on the stack whenever the request is handed on, to
Temporal (an update), from the workflow to the activity, and to PostgreSQL. Comprehensions are no functions: Python 3.12
compiles them into the function around them.
"""

import runpy
import sys
import threading
import time
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
NO_FUNCTIONS = {"<module>", "<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}
NOT_OURS = (str(ROOT / ".venv"), str(ROOT / "bench"))
HANDED_ON = {
    ("temporalio/client", "execute_update"),
    ("temporalio/workflow", "execute_local_activity"),
    ("psycopg/connection_async", "execute"),
}
"""The libraries' functions by which a request is handed on: part of the file's path, and the name."""
LOOK_EVERY_S = 0.02


class Counter:
    """Collects calls of every thread while it is switched on."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._switch = file.with_suffix(".on")
        self._is_on = False
        self._found: set[str] = set()

    def note(self, frame: FrameType, event: str, _: object) -> None:
        """The profile function. Only calls of Python functions count."""
        if event != "call" or not self._is_on:
            return
        if name := name_of(frame):
            self._found.add(f"entered {name}")
        elif is_handed_on(frame):
            self._note_stack(frame)

    def _note_stack(self, frame: FrameType | None) -> None:
        while frame:
            if name := name_of(frame):
                self._found.add(f"passed {name}")
            frame = frame.f_back

    def watch(self) -> None:
        """Switch on and off as the file says, for ever."""
        while True:
            wanted = self._switch.exists()
            if wanted and not self._is_on:
                self._found, self._is_on = set(), True
                self._file.unlink(missing_ok=True)
            elif self._is_on and not wanted:
                self._is_on = False
                unfinished = self._file.with_suffix(".part")
                unfinished.write_text("\n".join(sorted(self._found)), "utf-8")
                unfinished.replace(self._file)
            time.sleep(LOOK_EVERY_S)


def name_of(frame: FrameType) -> str | None:
    """File, line and name of a function of the project."""
    code = frame.f_code
    if not code.co_filename.startswith(str(ROOT)) or code.co_filename.startswith(NOT_OURS):
        return None
    if code.co_name in NO_FUNCTIONS:
        return None
    return f"{Path(code.co_filename).relative_to(ROOT)}:{code.co_firstlineno} {code.co_qualname}"


def is_handed_on(frame: FrameType) -> bool:
    code = frame.f_code
    return any(part in code.co_filename and code.co_name == name for part, name in HANDED_ON)


def main() -> None:
    module, file = sys.argv[1], Path(sys.argv[2])
    counter = Counter(file)
    threading.Thread(target=counter.watch, daemon=True).start()
    threading.setprofile(counter.note)
    sys.setprofile(counter.note)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
