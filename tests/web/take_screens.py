"""Takes screenshots of every screen into `docs/screens`, from separate systems: `make screens`."""

import asyncio
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from scripts.build_web import ROOT
from tests.support.running_stack import RunningStack, run_stack
from tests.web.pages_under_test import build_pages, hasty_stack_in, run_script

FOLDER = ROOT / "docs" / "screens"
# Flat pages lose nothing visible, and take a third of the size.
_COLOURS = 96


def main() -> None:
    build_pages()
    with TemporaryDirectory() as folder:
        taken = Path(folder) / "screens"
        asyncio.run(_take(RunningStack(Path(folder) / "ordinary"), "screens", taken))
        asyncio.run(_take(hasty_stack_in(Path(folder) / "hasty"), "screens:short", taken))
        keep(taken)


async def _take(stack: RunningStack, script: str, taken: Path) -> None:
    sys.stderr.write(f"Taking the pictures of npm run {script} (a few minutes) …\n")
    async with run_stack(stack):
        variables = {"XUANHAO_BASE_URL": stack.url, "XUANHAO_SCREENS": str(taken)}
        await asyncio.to_thread(run_script, script, **variables)


def keep(taken: Path, folder: Path = FOLDER) -> None:
    """Replace the old screenshots with compressed new ones; those of the operators' UI stay."""
    for place in taken.iterdir():
        shutil.rmtree(folder / place.name, ignore_errors=True)
    for picture in sorted(taken.rglob("*.png")):
        kept = folder / picture.relative_to(taken)
        kept.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(picture) as full:
            full.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(kept, optimize=True)


if __name__ == "__main__":
    main()
