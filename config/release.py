"""The release that this code is, as pyproject.toml names it (a test compares them)."""

RELEASE = "0.1.0"
