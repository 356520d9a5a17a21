"""The API and a worker, for what operators do."""

from tests.support.api_fixtures import country, settings, stack, whole_stack
from tests.support.command_line import xuanhao

__all__ = ["country", "settings", "stack", "whole_stack", "xuanhao"]
