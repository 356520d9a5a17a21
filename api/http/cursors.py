"""The start of the next page of a list, as an opaque cursor: instant and id of the last item on this page.

New items between two requests do not affect the pages: no item is shown twice, and none is left out.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import UTC, datetime, timedelta
from uuid import UUID

from api.http.validation import invalid_field

Place = tuple[datetime, UUID]

_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BYTES_OF_INSTANT = 8
_LONGEST = 32


def cursor_of(place: Place) -> str:
    instant, item_id = place
    packed = ((instant - _EPOCH) // _MICROSECOND).to_bytes(_BYTES_OF_INSTANT, "big", signed=True) + item_id.bytes
    return urlsafe_b64encode(packed).decode()


def place_in(cursor: str | None) -> Place | None:
    """The inverse; None for the first page. Raises `ValidationFailed` for a cursor that is not ours."""
    if not cursor:
        return None
    try:
        packed = urlsafe_b64decode(cursor[: _LONGEST + 1])
        microseconds = int.from_bytes(packed[:_BYTES_OF_INSTANT], "big", signed=True)
        return _EPOCH + microseconds * _MICROSECOND, UUID(bytes=packed[_BYTES_OF_INSTANT:])
    except (ValueError, NotBase64, OverflowError):
        raise invalid_field("cursor", "value") from None
