"""Services on a Redis as production has it."""

from tests.support.service_fixtures import services

__all__ = ["services"]
