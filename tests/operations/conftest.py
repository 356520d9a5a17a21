"""The API and a worker, for what operators do."""

from tests.support.api_fixtures import country, phone, registry, settings, stack, whole_stack, worker

__all__ = ["country", "phone", "registry", "settings", "stack", "whole_stack", "worker"]
