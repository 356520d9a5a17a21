"""`python -m cli`, or `bin/xuanhao`: one command of an operator."""

import asyncio
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import NoReturn
from uuid import uuid4

from cli.arguments import OPERATOR_VARIABLE, parser
from cli.commands import ACTING, COMMANDS
from cli.connections import connected, settings_for
from cli.deadlines import extend
from cli.output import Output, as_json, as_table
from config.settings import Settings, SettingsError
from domain.errors import Refusal, Unavailable, ValidationFailed
from locales.languages import Language, preferred_language
from locales.problem_text import field_message, problem_detail
from operations.wishes import Wish
from process.clock import system_clock
from process.exit import leave
from process.logging import configure_logging
from storage.failures import PartDown

REFUSED, WRONG = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """0: done. 1: refused, nothing found, or a part is down. 2: not a command that can be carried out."""
    typed = parser().parse_args(arguments)
    configure_logging("ERROR")
    try:
        settings = settings_for(typed.data_dir)
        return asyncio.run(carry_out(settings, typed))
    except SettingsError as problem:
        return _complain(str(problem), WRONG)


async def carry_out(settings: Settings, typed: Namespace) -> int:
    """Carry the command out, print what came of it, and return the exit code. Raises `SettingsError`."""
    if typed.command in ACTING and not (typed.operator or "").strip():
        return _complain(f"who acts? Name them by --operator or {OPERATOR_VARIABLE}", WRONG)
    wish = Wish(typed.request_id or uuid4(), typed.operator or "", system_clock(), getattr(typed, "reason", None))
    async with connected(settings) as parts:
        try:
            command = COMMANDS.get(typed.command, extend)
            output = await command(parts, typed, wish)
        except (Refusal, PartDown) as failure:
            refusal = failure if isinstance(failure, Refusal) else Unavailable({failure.part: "down"})
            return _complain(_words(refusal, typed, wish), REFUSED)
    return _show(output, as_lines=typed.json)


def _show(output: Output, *, as_lines: bool) -> int:
    sys.stdout.write(as_json(output.records) if as_lines else as_table(output.records))
    for warning in output.warnings:
        sys.stderr.write(f"xuanhao: {warning}\n")
    return output.exit_code


def _words(refusal: Refusal, typed: Namespace, wish: Wish) -> str:
    """The refusal in the operator's language, field by field, and how to repeat what may have happened."""
    language = _language()
    text = problem_detail(refusal.code, refusal.facts(), language)
    if isinstance(refusal, ValidationFailed):
        text = "; ".join(f"{error['field']}: {field_message(error['message'], language)}" for error in refusal.errors)
    repeat = f" (--request-id {wish.id})" if refusal.judged_anew and typed.command in ACTING else ""
    return f"{refusal.code}: {text}{repeat}"


def _language() -> Language:
    """As the shell's locale says; English for any that is not Chinese."""
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    tag = locale.split(".", maxsplit=1)[0].replace("_", "-")
    return preferred_language(tag) if tag.startswith("zh") else Language.ENGLISH


def _complain(text: str, code: int) -> int:
    sys.stderr.write(f"xuanhao: {text}\n")
    return code


def run() -> NoReturn:
    """The program: it has used Temporal's SDK, so it ends as `process.exit` says."""
    leave(main())


if __name__ == "__main__":
    run()
