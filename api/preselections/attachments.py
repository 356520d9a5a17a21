"""Checks the attachment of an appeal by its content, whatever its name says."""

from base64 import b64decode
from binascii import Error as NotBase64

from api.http.strict_json import PayloadTooLarge
from api.preselections.appeal_schemas import AttachmentBody
from domain.errors import ValidationFailed
from storage.appeals.repository import Attachment

LARGEST = 2_000_000
"""Bytes of the file."""

_PNG, _PNG_END = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"IEND\xae\x42\x60\x82"
_JPEG, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_PDF, _PDF_END = b"%PDF-", b"%%EOF"
_TAIL = 1024
_FIELD = "attachment.content"


def check_attachment(body: AttachmentBody | None) -> Attachment | None:
    """Raises `ValidationFailed` for anything but a PDF, JPEG or PNG, and `PayloadTooLarge`."""
    if body is None:
        return None
    try:
        content = b64decode(body.content, validate=True)
    except (NotBase64, ValueError):
        raise _invalid("base64") from None
    if len(content) > LARGEST:
        raise PayloadTooLarge
    kind = kind_of(content)
    if kind is None:
        raise _invalid("file_kind")
    return Attachment(body.name, body.content, kind, len(content))


def _invalid(message: str) -> ValidationFailed:
    return ValidationFailed([{"field": _FIELD, "message": message}])


def kind_of(content: bytes) -> str | None:
    """The kind of a whole file by its first and last bytes; None for a cut or another one."""
    tail = content[-_TAIL:]
    if content.startswith(_PDF) and _PDF_END in tail:
        return "pdf"
    if content.startswith(_PNG) and tail.endswith(_PNG_END):
        return "png"
    # Some cameras pad a picture after its end.
    if content.startswith(_JPEG) and tail.rstrip(b"\x00").endswith(_JPEG_END):
        return "jpeg"
    return None
