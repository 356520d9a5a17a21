"""Takes screenshots of every screen into `docs/screens`, from one running system: `make screens`."""

import asyncio
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from scripts.build_web import ROOT
from tests.support.running_stack import RunningStack, run_stack
from tests.web.pages_under_test import build_pages, run_script

FOLDER = ROOT / "docs" / "screens"
# Flat pages lose nothing visible, and take a third of the size.
_COLOURS = 48
# One applicant needs two codes for the identity, and does not wait a minute for the second one.
_CODES_SOON = {"XUANHAO_POLICY__CODE_RESEND": "PT1S"}
_HEAD = [
    "# Screens",
    "",
    "`make screens` takes these pictures and writes this list. [For operators](../operators.md) shows Temporal's UI.",
    "",
    "| view | on a phone | on a desktop |",
    "| --- | --- | --- |",
]


def main() -> None:
    build_pages()
    with TemporaryDirectory() as folder:
        taken = Path(folder) / "screens"
        asyncio.run(_take(RunningStack(Path(folder) / "system", _CODES_SOON), taken))
        keep(taken)


async def _take(stack: RunningStack, taken: Path) -> None:
    sys.stderr.write("Taking the pictures (a few minutes) …\n")
    async with run_stack(stack):
        variables = {"XUANHAO_BASE_URL": stack.url, "XUANHAO_SCREENS": str(taken)}
        await asyncio.to_thread(run_script, "screens", **variables)


def keep(taken: Path, folder: Path = FOLDER) -> None:
    """Replace the old screenshots with compressed new ones, and list them; those of the operators' UI stay."""
    for place in taken.iterdir():
        shutil.rmtree(folder / place.name, ignore_errors=True)
    for picture in taken.rglob("*.png"):
        kept = (folder / picture.relative_to(taken)).with_suffix(".webp")
        kept.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(picture) as full:
            few = full.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
            few.convert("RGB").save(kept, lossless=True, method=4)
    (folder / "README.md").write_text(_index(taken), "utf-8")


def _index(taken: Path) -> str:
    """The pictures in the order in which they were taken, which is that of the walks."""
    on_phones = sorted((taken / "375").iterdir(), key=lambda picture: picture.stat().st_mtime_ns)
    rows = [f"| {_name(picture)} | {_image('375', picture)} | {_image('1200', picture)} |" for picture in on_phones]
    others = sorted(path for path in taken.rglob("*.png") if path.relative_to(taken).parts[0] not in {"375", "1200"})
    links = [f"[{place.parent} {_name(place)}]({place.with_suffix('.webp')})" for place in _below(taken, others)]
    return "\n".join([*_HEAD, *rows, "", "In other languages and appearances:", ", ".join(links) + ".", ""])


def _below(folder: Path, paths: list[Path]) -> list[Path]:
    return [path.relative_to(folder) for path in paths]


def _name(picture: Path) -> str:
    return picture.stem.replace("-", " ")


def _image(place: str, picture: Path) -> str:
    width = 150 if place == "375" else 420
    return f'<img src="{place}/{picture.stem}.webp" width="{width}" alt="{_name(picture)}">'


if __name__ == "__main__":
    main()
