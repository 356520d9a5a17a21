"""The API on the real servers, with a worker in this process, in real time."""

from tests.support.api_fixtures import address, country, settings, stack, whole_stack

__all__ = ["address", "country", "settings", "stack", "whole_stack"]
