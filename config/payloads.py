"""The data converter: workflow messages as JSON that every Temporal SDK can read."""

from dataclasses import is_dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter, DefaultPayloadConverter


@cache
def _adapter(wanted: Any) -> TypeAdapter[Any]:
    return TypeAdapter(wanted)


class StrictJson(PydanticJSONPlainPayloadConverter):
    """JSON by pydantic, which takes a tenth of the time of the SDK's JSON.

    As in the SDK, values are not coerced: a message from the command line with "7" instead of a number is refused.
    """

    def to_payload(self, value: Any) -> Payload | None:
        """Fields of our messages that are None are left out."""
        if not is_dataclass(value) or isinstance(value, type):
            return super().to_payload(value)
        data = _adapter(type(value)).dump_json(value, exclude_none=True)
        return Payload(metadata={"encoding": self.encoding.encode()}, data=data)

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """Raises pydantic's `ValidationError`, which is a `ValueError`."""
        return _adapter(type_hint or Any).validate_json(payload.data, strict=True)


_JSON = StrictJson()
_CONVERTERS = [
    _JSON if usual.encoding == _JSON.encoding else usual
    for usual in DefaultPayloadConverter.default_encoding_payload_converters
]


class PayloadConverter(CompositePayloadConverter):
    """The SDK's converters except JSON. The SDK creates an instance for each workflow."""

    def __init__(self) -> None:
        super().__init__(*_CONVERTERS)


DATA_CONVERTER = DataConverter(payload_converter_class=PayloadConverter)
"""Used by all our clients, and so by all workers."""
