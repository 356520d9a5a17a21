"""What it costs to list a whole pool by walking the keyboard: `docs/figures.md` has these numbers."""

from math import ceil, prod

from domain.plates import DIGITS, LETTERS, PATTERNS, POOL_SIZE
from domain.policy import Policy
from domain.pool_keyboard import available_characters
from domain.segments import POOL_BYTES

FULL = b"\xff" * POOL_BYTES
KINDS = {"D": DIGITS, "L": LETTERS}
CALLS = 242_111
MINUTES_A_SESSION = 30


def beginnings() -> list[str]:
    """The kinds of characters that can have been typed while a number is incomplete."""
    return sorted({pattern[:length] for pattern in PATTERNS for length in range(5)})


def many(kinds: str) -> int:
    return prod(len(KINDS[kind]) for kind in kinds)


def all_texts(kinds: str) -> str:
    return "".join(KINDS[kind][0] for kind in kinds)


def test_listing_a_full_prefix_takes_a_call_for_each_beginning() -> None:
    assert sum(map(many, beginnings())) == CALLS
    # No beginning can be left out, and the last calls alone name every number once.
    answers = {kinds: available_characters(FULL, all_texts(kinds)) for kinds in beginnings()}
    assert all(answers.values())
    assert sum(many(kinds) * len(keys) for kinds, keys in answers.items() if len(kinds) == 4) == POOL_SIZE


def test_a_real_walk_makes_as_many_calls_as_are_counted() -> None:
    calls, listed, open_ends = 0, 0, [all_texts("LL")]
    while open_ends:
        begun = open_ends.pop()
        keys, calls = available_characters(FULL, begun), calls + 1
        if len(begun) == 4:
            listed += len(keys)
        else:
            open_ends += [begun + key for key in keys]
    below = [kinds for kinds in beginnings() if kinds.startswith("LL")]
    assert (calls, listed) == (sum(many(kinds[2:]) for kinds in below), 1000)


def test_one_account_needs_most_of_a_day_and_two_hundred_need_what_a_snapshot_lasts() -> None:
    policy = Policy()
    minutes = CALLS / policy.keyboard_per_minute
    assert 16 < minutes / 60 < 17
    # A session in which nothing is done ends, and each needs a code; one code went into the creation.
    sessions = policy.codes_per_day - 1
    assert policy.session_idle.timedelta().total_seconds() == MINUTES_A_SESSION * 60
    assert 3 < minutes / (sessions * MINUTES_A_SESSION) < 4
    snapshot = policy.keyboard_snapshot.timedelta().total_seconds() / 60
    assert ceil(CALLS / (policy.keyboard_per_minute * snapshot)) == 202
