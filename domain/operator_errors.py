"""The refusals of operators' commands; `domain.errors` has all refusals."""

from dataclasses import dataclass

from domain.refusal import Refusal


@dataclass(eq=False)
class AlreadyReleased(Refusal):
    """The ban, or the withheld numbers, have already been released."""

    code = "already_released"


@dataclass(eq=False)
class NothingToConfirm(Refusal):
    code = "nothing_to_confirm"


@dataclass(eq=False)
class SecondOperatorNeeded(Refusal):
    """An operator can't confirm their own command."""

    code = "second_operator_needed"


@dataclass(eq=False)
class PrefixInUse(Refusal):
    """Prefixes can't be taken from an office: vehicles hold or own numbers of them."""

    prefixes: list[str]
    code = "prefix_in_use"
