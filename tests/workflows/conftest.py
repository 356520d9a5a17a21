"""Vehicles' workflows on the real servers."""

from tests.support.world_fixtures import either_world, key_file, real_time_world, world

__all__ = ["either_world", "key_file", "real_time_world", "world"]
