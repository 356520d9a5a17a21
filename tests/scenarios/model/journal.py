"""The parts of a long run, one a line, so that it can be cut and goes on later."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.scenarios.model.part import Part


class Journal:
    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def parts(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._path.read_text().splitlines()] if self._path.exists() else []

    @property
    def seed(self) -> int:
        """That of the run. Raises `IndexError` before its first part."""
        return int(self.parts[0]["seed"])

    @property
    def acts(self) -> int:
        return sum(part["acts"] for part in self.parts)

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)

    def add(self, seed: int, part: Part, seconds: float) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as journal:
            journal.write(f"{json.dumps({'seed': seed, **vars(part), 'seconds': round(seconds)})}\n")

    def summary(self) -> str:
        parts, answers = self.parts, Counter[str]()
        for part in parts:
            answers.update(part["answers"])
        seconds, histories = (sum(part[name] for part in parts) for name in ("seconds", "histories"))
        said = ", ".join(f"{count} × {answer}" for answer, count in answers.most_common())
        rate = self.acts / max(1, seconds)
        played = f"{self.acts} acts in {len(parts)} parts and {seconds / 3600:.1f} hours ({rate:.1f} a second)"
        return (
            f"Seed {self.seed}: {played}, each answered as by the model; {histories} parallel histories, each with an"
            f" order.\n\nAnswers: {said}."
        )
