"""What the running processes of an installation say about themselves."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RunningProgram:
    """A process of ours; `release` is empty for one that is older than this report."""

    name: str
    release: str = ""
    host: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.release or 'of an unknown release'} on {self.host or 'an unknown machine'}"
