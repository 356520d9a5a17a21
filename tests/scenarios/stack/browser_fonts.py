"""A Chinese font for a browser on a machine without one: the voucher's font."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pylopdf_fonts_zh_cn import sans_path

_SETTINGS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{folder}</cachedir>
</fontconfig>
"""


@contextmanager
def with_chinese(environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of a process whose browser has this font in addition to the machine's."""
    with TemporaryDirectory(prefix="xuanhao-fonts-") as folder:
        settings = Path(folder) / "fonts.conf"
        settings.write_text(_SETTINGS.format(fonts=Path(sans_path()).parent, folder=folder))
        yield environment | {"FONTCONFIG_FILE": str(settings)}
