"""The codec endpoint: Temporal's UI shows operators encrypted workflow messages through it."""

from base64 import b64decode, b64encode
from typing import Annotated

from pydantic import ConfigDict, Field
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from api.http.request_context import CurrentContext, RequestContext
from api.http.responses import responses_of_write
from api.http.schemas import Answer, Body
from api.http.secured_route import area
from api.http.validation import invalid_field
from domain.errors import NotFound

router = area("/operations/payloads", tags=["operations"])

MOST_PAYLOADS = 1000


class PayloadItem(Body):
    """A payload in the JSON of Temporal's API: all values in base64."""

    # A newer UI may send further fields.
    model_config = ConfigDict(extra="ignore")

    metadata: dict[str, str] = Field(default_factory=dict)
    data: str = ""

    def payload(self) -> Payload:
        """Raises `ValueError`."""
        metadata = {name: b64decode(value, validate=True) for name, value in self.metadata.items()}
        return Payload(metadata=metadata, data=b64decode(self.data, validate=True))


class PayloadsBody(Body):
    payloads: Annotated[list[PayloadItem], Field(max_length=MOST_PAYLOADS)]


class PayloadAnswer(Answer):
    metadata: dict[str, str]
    data: str


class PayloadsAnswer(Answer):
    payloads: list[PayloadAnswer]


@router.post("/decode", responses=responses_of_write("not_found"))
async def decode_payloads(context: CurrentContext, body: PayloadsBody) -> PayloadsAnswer:
    """Decrypt messages of workflows; `not_found` where they are not encrypted."""
    try:
        return _answer(await _codec(context).decode([item.payload() for item in body.payloads]))
    except ValueError:
        raise invalid_field("payloads", "value") from None


@router.post("/encode", responses=responses_of_write("not_found"))
async def encode_payloads(context: CurrentContext, body: PayloadsBody) -> PayloadsAnswer:
    """Encrypt messages for workflows, such as a signal that is typed into Temporal's UI."""
    try:
        return _answer(await _codec(context).encode([item.payload() for item in body.payloads]))
    except ValueError:
        raise invalid_field("payloads", "value") from None


def _codec(context: RequestContext) -> PayloadCodec:
    codec = context.app.temporal.data_converter.payload_codec
    if codec is None:
        raise NotFound
    return codec


def _answer(payloads: list[Payload]) -> PayloadsAnswer:
    return PayloadsAnswer(
        payloads=[
            PayloadAnswer(
                metadata={name: b64encode(value).decode() for name, value in payload.metadata.items()},
                data=b64encode(payload.data).decode(),
            )
            for payload in payloads
        ]
    )
