"""Requests and responses of the practice (模拟选号)."""

from typing import Annotated, Literal

from pydantic import Field

from api.http.schemas import Answer, Body, Digits, Identifier, PlainText
from api.preselections.keyboard import TYPED
from api.preselections.schemas import MOST_NUMBERS, PreselectionView

SealedState = Annotated[str, Field(max_length=65536)]

Action = Literal["start", "identity-code", "identity", "draws", "compositions", "candidates", "confirmation"]


class BeginBody(Body):
    office_code: PlainText | None = None


class ActionBody(Body):
    """`action` with the fields of the real call of this name."""

    state: SealedState
    action: Action
    code: Digits | None = None
    exclude_four: bool = False
    prefix: PlainText | None = None
    numbers: Annotated[list[Identifier], Field(min_length=1, max_length=MOST_NUMBERS)] | None = None
    number: Identifier | None = None


class KeyboardBody(Body):
    state: SealedState
    typed: Annotated[str, Field(pattern=TYPED)] = ""


class PracticeView(PreselectionView):
    practice: Literal[True] = True


class PracticeAnswer(Answer):
    state: str
    view: PracticeView
