"""`xuanhao notices …`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from cli.areas import area
from cli.context import OperatorContext
from cli.files import read_text
from cli.options import Reason
from cli.output import Output
from operations import notices
from operations.commands import invalid

app = area("notices")


@app.command(name="publish")
async def publish_notice(
    code: str,
    /,
    *files: Annotated[Path, Parameter(help="`zh-CN.md`, `zh-TW.md`, `en.md`: the first line is the title.")],
    reason: Reason,
    context: OperatorContext,
) -> Output:
    """Publish the next version of an office's notice (业务须知) in one or more languages; zh-CN is required."""
    texts: dict[str, notices.Words] = {}
    for file in files:
        if file.stem in texts:
            raise invalid(f"texts.{file.stem}", "value")
        texts[file.stem] = _words(read_text(file))
    published = await notices.publish_notice(context.operations, code, texts, context.command(reason))
    languages = sorted({"zh-CN", *published.translations})
    return Output([{"version": published.version, "published_at": published.published_at, "languages": languages}])


def _words(text: str) -> notices.Words:
    title, _, body = text.strip().partition("\n")
    return notices.Words(title.strip().lstrip("#").strip(), body.strip())
