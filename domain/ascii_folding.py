import string

_CAPITALS = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)


def fold_capitals(text: str) -> str:
    """Turn a-z into A-Z and nothing else: `str.upper` would also turn ß into SS and ı into I."""
    return text.translate(_CAPITALS)
