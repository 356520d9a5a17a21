"""What keeps the servers from starting, as one line that a person can act on."""


class StartProblem(Exception):
    """Its text is the one clear line; no stack trace is shown for it."""
