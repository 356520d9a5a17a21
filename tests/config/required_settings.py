"""The settings without which no process starts."""

REQUIRED = {"DATABASE_URL": "postgresql://db", "REDIS_URL": "redis://cache", "KEY_FILE": "keys.json"}
