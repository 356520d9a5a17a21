"""Problems that prevent a start, each as one line that a person can act on."""


class StartProblem(Exception):
    """Its text is one clear line; no stack trace is shown."""
