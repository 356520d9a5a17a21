"""Runs a command: connections, output and exit code."""

import asyncio
import os
import sys
from uuid import UUID, uuid4

from cli.app import OPERATOR_VARIABLE, Invocation
from cli.connections import connect_operations, settings_for
from cli.context import OperatorContext, SetupContext
from cli.output import Output, as_json, as_table
from config.settings import Settings, SettingsError
from domain.dependencies import DependencyUnavailable
from domain.errors import Refusal, Unavailable, ValidationFailed
from domain.pii_detection import names_somebody
from domain.visible_text import visible_text
from locales.languages import Language, preferred_language
from locales.problem_text import field_message, problem_detail
from process.clock import system_clock
from process.logging import configure_logging

REFUSED, WRONG = 1, 2


def execute(invocation: Invocation) -> int:
    """Run the command, and return the exit code."""
    configure_logging("ERROR")
    try:
        return asyncio.run(run_command(settings_for(invocation.common.data_dir), invocation))
    except SettingsError as problem:
        return _complain(str(problem), WRONG)


async def run_command(settings: Settings, invocation: Invocation) -> int:
    """Run the command, print its output, and return the exit code. Raises `SettingsError`."""
    common, request_id = invocation.common, invocation.common.request_id or uuid4()
    acts = OperatorContext in invocation.contexts.values()
    operator = visible_text(common.operator)
    if acts and not operator:
        return _complain(f"name the operator by --operator or {OPERATOR_VARIABLE}", WRONG)
    if acts and names_somebody(operator):
        return _complain("the operator's name must not contain an identity number, a phone number or a VIN", WRONG)
    if SetupContext in invocation.contexts.values():
        output = await invocation.call(SetupContext(settings, system_clock()))
        return _write(output, as_lines=common.json)
    async with connect_operations(settings) as operations:
        context = OperatorContext(operations, system_clock(), _language(), operator, request_id)
        try:
            output = await invocation.call(context)
        except (Refusal, DependencyUnavailable) as failure:
            refusal = failure if isinstance(failure, Refusal) else Unavailable({failure.part: "down"})
            return _complain(_refusal_text(refusal, request_id if acts else None), REFUSED)
    return _write(output, as_lines=common.json or output.always_json)


def _write(output: Output, *, as_lines: bool) -> int:
    sys.stdout.write(as_json(output.records) if as_lines else as_table(output.records))
    for warning in output.warnings:
        sys.stderr.write(f"xuanhao: {warning}\n")
    return output.exit_code


def _refusal_text(refusal: Refusal, request_id: UUID | None) -> str:
    """The refusal in the operator's language, field by field, and how to repeat a command that may have acted."""
    language = _language()
    text = problem_detail(refusal.code, refusal.facts(), language)
    if isinstance(refusal, ValidationFailed):
        text = "; ".join(f"{error['field']}: {field_message(error['message'], language)}" for error in refusal.errors)
    repeat = f" (--request-id {request_id})" if refusal.is_retryable and request_id else ""
    return f"{refusal.code}: {text}{repeat}"


def _language() -> Language:
    """The language of the shell's locale; English unless it is Chinese."""
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    tag = locale.split(".", maxsplit=1)[0].replace("_", "-")
    return preferred_language(tag) if tag.startswith("zh") else Language.ENGLISH


def _complain(text: str, code: int) -> int:
    sys.stderr.write(f"xuanhao: {text}\n")
    return code
