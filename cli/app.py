"""What can be typed after `xuanhao`, and what it means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import BoundArguments
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from cyclopts import App, CycloptsError, Group, Parameter

from cli.areas import AREAS

OPERATOR_VARIABLE = "XUANHAO_OPERATOR"


@Parameter(name="*", group=Group("Options of every command", sort_key=1))
@dataclass(frozen=True, kw_only=True)
class CommonOptions:
    """The options of every command, before or after its name."""

    data_dir: Annotated[
        Path | None, Parameter(help="Data folder of a `make run` instance, instead of the environment.")
    ] = None
    operator: Annotated[str, Parameter(env_var=OPERATOR_VARIABLE, help="Name of the operator, for the audit.")] = ""
    json: Annotated[bool, Parameter(help="Print one JSON object per line, with instants in UTC.")] = False
    request_id: Annotated[UUID | None, Parameter(help="Repeat an interrupted command, without acting twice.")] = None


_DEFAULTS = CommonOptions()


@dataclass(frozen=True)
class Invocation:
    """A command with its arguments. `contexts` are the types of the parameters that the program fills, by name."""

    command: Callable[..., Any]
    arguments: BoundArguments
    contexts: dict[str, type]
    common: CommonOptions

    def call(self, context: object = None) -> Any:
        return self.command(*self.arguments.args, **self.arguments.kwargs, **dict.fromkeys(self.contexts, context))


app = App(
    name="xuanhao",
    help="Commands of operators. Times without a zone are Shanghai's.",
    help_format="plaintext",
    version_flags=(),
    default_parameter=Parameter(negative=(), show_default=False),
    print_error=False,
    exit_on_error=False,
    result_action="return_value",
)
for _name, _text in AREAS.items():
    app.command(f"cli.{_name}:app", name=_name, help=_text)
app.command("cli.find:find", name="find", help="Find a vehicle's workflow, with its address in Temporal's UI.")
app.command("cli.resync:resync", name="resync", help="Make all vehicles follow their rows, as after a restore.")
app.command("cli.installation:setup", name="setup", help="Check a new installation, and prepare it.")
app.command("cli.installation:doctor", name="doctor", help="Check a running installation.")
app.register_install_completion_command(help="Install completion for this shell.")


@app.meta.default
def _invocation(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)], common: CommonOptions = _DEFAULTS
) -> Invocation:
    command, arguments, contexts = app.parse_args(tokens)
    if getattr(command, "__func__", None) is App.help_print:
        raise CycloptsError(msg=f"a command is missing; `{' '.join(['xuanhao', *tokens, '--help'])}` lists them")
    return Invocation(command, arguments, contexts, common)


def parse(arguments: Sequence[str] | None = None) -> Invocation | None:
    """The command that was typed; None when its help has been printed instead. Raises `CycloptsError`."""
    invocation: Invocation | None = app.meta(arguments)
    return invocation
