"""The API on the real servers, over a real connection."""

from tests.support.api_fixtures import address, country, settings, stack, whole_stack

__all__ = ["address", "country", "settings", "stack", "whole_stack"]
