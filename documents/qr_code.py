"""QR codes as pictures."""

from io import BytesIO

import segno

# Pixels a module: enough that no viewer blurs the edges when it scales the picture.
_SCALE = 8


def qr_code_png(text: str) -> bytes:
    """A PNG with the quiet zone of four modules that scanners expect; up to 15 % of it may be creased or stained."""
    picture = BytesIO()
    segno.make_qr(text, error="m").save(picture, kind="png", scale=_SCALE, border=4)
    return picture.getvalue()
