"""QR codes as images."""

from io import BytesIO

import segno

# Pixels per module: enough that no viewer blurs the edges when it scales the image.
_SCALE = 8


def qr_code_png(text: str) -> bytes:
    """A PNG with the quiet zone of four modules that scanners expect; up to 15 % of it may be damaged."""
    picture = BytesIO()
    segno.make_qr(text, error="m").save(picture, kind="png", scale=_SCALE, border=4)
    return picture.getvalue()
