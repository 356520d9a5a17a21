"""A world whose workers a test starts and stops."""

from tests.support.world_fixtures import key_file, real_time_world, world

__all__ = ["key_file", "real_time_world", "world"]
