"""Fields of a search form: browsers send empty fields too."""

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

_EMPTY: JsonSchemaValue = {"type": "string", "maxLength": 0}


@dataclass(frozen=True)
class EmptyIs:
    """The value of an empty field; the published document says that it may be empty."""

    default: object

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._fill, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        filled = handler(schema)
        return {"anyOf": [*filled.pop("anyOf", [filled]), _EMPTY]}

    def _fill(self, value: object) -> object:
        return self.default if value == "" else value
