"""The API and a worker, for what operators do."""

from tests.support.api_fixtures import country, settings, stack, whole_stack

__all__ = ["country", "settings", "stack", "whole_stack"]
