"""The response of the health endpoints."""

from typing import Literal

from api.http.schemas import Answer


class Health(Answer):
    status: Literal["ok"]
