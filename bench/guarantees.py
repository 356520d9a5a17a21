"""What each system of bench/peers.py guarantees, one line each: a comparison of speeds alone would not be fair."""

from bench.peers import BARE, DBOS, OURS, PRETIX, WRITING

HEADINGS = ("durable timers", "exactly once", "audit", "proof of fairness")
NONE = "none"

_OURS = (
    "yes: Temporal's, and the row says the same",
    "yes: key, decision, claims and chances in one transaction",
    "every act, chained and sealed",
    "each draw can be recomputed from published days",
)
_BARE = ("yes: Temporal's", "an update once in a run, its activity at least once", "the workflow's history", NONE)
GUARANTEES = {
    OURS["journey"]: _OURS,
    OURS["seat"]: _OURS,
    BARE: _BARE,
    WRITING: (_BARE[0], "an update once in a run, its row once by the call's key", *_BARE[2:]),
    DBOS: (
        "yes: a deadline is recorded before a wait",
        "a workflow and a message once by their keys, a step at least once",
        "its rows of workflows and steps",
        NONE,
    ),
    PRETIX: (
        "no: an expiry in the row, which the next request reads",
        "a seat once, by a lock; a repeat gets the kept answer, which is written after the order's transaction",
        "a log of acts, neither chained nor sealed",
        NONE,
    ),
}
