"""Notices (业务须知) for operators: a new version, in Chinese and in further languages."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.errors import NotFound, ValidationFailed
from domain.offices import LANGUAGES, LONGEST_TEXT
from domain.visible_text import visible_text
from operations.commands import OperatorCommand
from operations.context import OperationsContext
from storage.offices.notices import NoticeText
from storage.offices.offices import Notice

LONGEST_BODY = 20_000
"""Characters of a notice in one language."""

CHINESE, *_OTHERS = LANGUAGES


@dataclass(frozen=True)
class Words:
    """A notice in one language."""

    title: str
    body: str


async def publish_notice(
    context: OperationsContext, code: str, texts: Mapping[str, Words], command: OperatorCommand
) -> Notice:
    """Publish the office's next version: from now on the older one is outdated. Raises `NotFound`, `ValidationFailed`.

    `texts` are by language; Chinese is required.
    """
    command.require_reason()
    errors = [{"field": field, "message": message} for field, message in _problems(texts)]
    if errors:
        raise ValidationFailed(errors)
    words = {tag: Words(each.title.strip(), each.body.strip()) for tag, each in texts.items()}
    translations = {tag: vars(words[tag]) for tag in _OTHERS if tag in words}
    text = NoticeText(words[CHINESE].title, words[CHINESE].body, translations)
    published = await context.repositories.notice_publisher.publish_next(code, text, command.id, command.act)
    if published is None:
        raise NotFound
    return published


def _problems(texts: Mapping[str, Words]) -> list[tuple[str, str]]:
    found = [(f"texts.{CHINESE}", "missing")] if CHINESE not in texts else []
    found += [("texts", "unknown")] if not set(texts) <= set(LANGUAGES) else []
    for tag, words in texts.items():
        for name, text, longest in (("title", words.title, LONGEST_TEXT), ("body", words.body, LONGEST_BODY)):
            if not visible_text(text):
                found.append((f"texts.{tag}.{name}", "blank"))
            elif len(text) > longest:
                found.append((f"texts.{tag}.{name}", "text"))
    return found
