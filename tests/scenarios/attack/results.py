"""An attack's attempts, its legitimate gain, and its gain beyond that, which must be nothing."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import httpx

# The contract's response to overload: hundreds of parallel requests of one vehicle wait for each other.
BUSY = ("busy", "unavailable", "outcome_unknown")


@dataclass
class AttackResult:
    """One attack's counts; `answers` counts refusals by code, and other responses by status."""

    attack: str
    tried: int = 0
    by_right: int = 0
    beyond: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    figure: str = ""
    """What was measured, in words."""

    def note(self, answer: httpx.Response) -> str:
        """Count the response, and return its code; a server error is a gain, a busy service is not."""
        self.tried += 1
        code = code_of(answer)
        self.answers[code] += 1
        self.unless(answer.status_code < 500 or code in BUSY, f"broke: {code} at {answer.request.url.path}")
        return code

    def must_be(self, answer: httpx.Response, codes: Collection[str]) -> None:
        """Anything but a refusal with one of these codes is a gain beyond the rules."""
        code = self.note(answer)
        request = answer.request
        self.unless(
            code in codes or code in BUSY, f"{request.method} {request.url.path} answered {code}: {answer.text[:200]}"
        )

    def unless(self, is_fine: object, words: str) -> None:
        if not is_fine:
            self.beyond.append(words)

    def __str__(self) -> str:
        answers = ", ".join(f"{count} {code}" for code, count in self.answers.most_common(4))
        words = "; ".join(filter(None, (self.figure.strip(), answers)))
        return f"| {self.attack} | {self.tried} | {self.by_right} | {len(self.beyond)} | {words} |"


def code_of(answer: httpx.Response) -> str:
    if "problem+json" in answer.headers.get("content-type", ""):
        return str(answer.json()["code"])
    return str(answer.status_code)


def table(results: Sequence[AttackResult]) -> str:
    """As Markdown, with the gains listed below."""
    head = ("| attack | tried | got by right | got beyond | most frequent answers |", "| --- | --- | --- | --- | --- |")
    finds = [f"- {result.attack}: {words}" for result in results for words in result.beyond]
    return "\n".join((*head, *map(str, results), "", *(finds or ["Nothing was got beyond the chances."])))
