"""The statement of a decision: it checks first, and then writes everything or nothing (`Decisions`)."""

from typing import NamedTuple

# What may be claimed: an expired hold, by a new hold; or the vehicle's own hold, which may become a reservation, which
# may become another reservation, an issued or a cooling plate. A hold that ends at once only frees its plate.
_OBTAINABLE = """(
    held.until <= %(at)s AND excluded.until > %(at)s AND excluded.kind IN ('offered', 'candidate', 'reserved')
    OR held.preselection_id = %(id)s AND (
        held.kind IN ('offered', 'candidate')
        OR held.kind = 'reserved' AND excluded.kind IN ('reserved', 'issued', 'cooling')
    )
)"""

_ENTRIES = "unnest(%(plates)s::text[], %(kinds)s::text[], %(untils)s::timestamptz[])"


class DecisionKind(NamedTuple):
    """The parts in which the statement of a draw differs from that of other decisions."""

    is_gone: str
    """Whether something that the decision is based on is gone or wrong: its code, or the index and its log."""
    is_closed: str
    """Whether the day of its draw is closed: no draw is added to it, and none of its numbers is held again."""
    given: str
    """Common table expressions of what is written besides."""
    further_writes: str
    code_used: str


_WITH_CODE = DecisionKind(
    is_gone="""
        %(use_code)s::uuid IS NOT NULL AND NOT EXISTS (
            SELECT FROM code WHERE id = %(use_code)s::uuid AND used_at IS NULL AND replaced_at IS NULL
        )
    """,
    is_closed="false",
    given="",
    further_writes="""
        used AS (
            UPDATE code SET used_at = %(at)s
            WHERE id = %(use_code)s::uuid AND used_at IS NULL AND replaced_at IS NULL
              AND EXISTS (SELECT FROM clear)
            RETURNING id
        )
    """,
    code_used="CASE WHEN %(use_code)s::uuid IS NOT NULL THEN EXISTS (SELECT FROM used) END",
)


def _pattern(template: str) -> str:
    """The regular expression of the plates that match this template of the segment `s`."""
    return f"(s.prefix || replace(replace(replace({template}, '!', '[0-9]'), '@', '[A-Z]'), '*', '.'))"


# Each line needs the one before it, and must not be another one than the database has. Its index must not have opened a
# segment before its time, for a process whose clock is wrong; clocks that agree may differ by some seconds. Scalar
# subqueries are index probes for certain: an EXISTS might be planned as a hash of the whole log while it is small.
_WITH_DRAW = DecisionKind(
    is_gone=f"""
        EXISTS (
            SELECT FROM lines AS l
            WHERE seq > 1 AND (
                SELECT p.seq FROM pool_log AS p WHERE p.prefix = l.prefix AND p.epoch = l.epoch AND p.seq = l.seq - 1
            ) IS NULL AND (
                SELECT p.seq FROM lines AS p WHERE p.prefix = l.prefix AND p.epoch = l.epoch AND p.seq = l.seq - 1
            ) IS NULL OR (
                SELECT p.line <> l.line FROM pool_log AS p
                WHERE p.prefix = l.prefix AND p.epoch = l.epoch AND p.seq = l.seq
            ) OR (
                SELECT count(*) FROM segment AS s
                WHERE s.prefix = l.prefix AND s.released_at > %(at)s::timestamptz + interval '1 minute' AND EXISTS (
                    SELECT FROM unnest(%(plates)s::text[]) AS p (plate)
                    WHERE p.plate ~ {_pattern("s.template")} AND NOT EXISTS (
                        SELECT FROM unnest(s.excluded) AS e (template) WHERE p.plate ~ {_pattern("e.template")}
                    )
                )
            ) > 0
        )
    """,  # noqa: S608 -- constants
    is_closed="(SELECT closed_at FROM fairness_day WHERE day = %(day)s) IS NOT NULL",
    given="""
        lines AS MATERIALIZED (
            SELECT * FROM unnest(
                %(prefixes)s::text[], %(epochs)s::bigint[], %(seqs)s::bigint[], %(ats)s::timestamptz[],
                %(lines)s::text[], %(free)s::text[], %(states)s::bigint[]
            ) AS entry (prefix, epoch, seq, at, line, free, states)
        ),
    """,
    further_writes="""
        logged AS (
            INSERT INTO pool_log SELECT lines.* FROM clear, lines ON CONFLICT DO NOTHING
        ), drawn AS (
            INSERT INTO draw_record (
                draw_id, draws_left, nonce, nonce_by, without_four, numbers, rounds, skipped, preselection_id, day, at
            )
            SELECT d[1], d[2]::smallint, d[3], d[4], d[5]::boolean, d[6]::text[], d[7]::jsonb, d[8]::text[],
                %(id)s, %(day)s, %(at)s
            FROM clear, (SELECT %(draw)s::text[] AS d) AS draw
        )
    """,
    code_used="NULL::boolean",
)


# The check is one index probe for each plate: a join might be planned as a scan of a table that was small when the plan
# was made.
_LOST = f"""
    ARRAY(
        SELECT plate FROM {_ENTRIES} AS excluded (plate, kind, until)
        WHERE until > %(at)s AND (SELECT NOT {_OBTAINABLE} FROM claim AS held WHERE held.plate = excluded.plate)
    )
"""  # noqa: S608 -- constants
_NOT_LOOKED = "CAST('{}' AS text[])"


# On one line the statement is short enough for the driver to cache its placeholders.
def _commit(of: DecisionKind, *, lost: str = _LOST) -> bytes:
    """The statement without line breaks."""
    statement = f"""
    WITH {of.given} found AS MATERIALIZED (
        SELECT
            (SELECT revision FROM preselection WHERE id = %(id)s) AS revision,
            CASE WHEN %(refuse_banned)s THEN (
                SELECT max(until) FROM blacklist
                WHERE party_hash = (SELECT party_hash FROM preselection WHERE id = %(id)s)
                  AND released_at IS NULL AND since <= %(at)s AND until > %(at)s
            ) END AS banned_until,
            {of.is_gone} AS is_gone,
            {of.is_closed} AS is_closed,
            {lost} AS lost
    ), clear AS MATERIALIZED (
        SELECT FROM found
        WHERE revision = %(expected_revision)s AND banned_until IS NULL AND NOT is_gone
          AND NOT is_closed AND lost = '{{}}'
    ), claimed AS (
        INSERT INTO claim AS held (plate, kind, preselection_id, until, changed_at)
        SELECT plate, kind, %(id)s, until, %(at)s
        FROM clear CROSS JOIN {_ENTRIES} AS entry (plate, kind, until)
        ORDER BY plate COLLATE "C"
        ON CONFLICT (plate) DO UPDATE SET
            kind = excluded.kind, preselection_id = excluded.preselection_id,
            until = excluded.until, changed_at = excluded.changed_at
        WHERE {_OBTAINABLE}
        RETURNING until > %(at)s AS lasts
    ), saved AS (
        UPDATE preselection SET
            stage = %(stage)s, dormant = %(dormant)s, state = %(state)s::jsonb, plate = %(plate)s::text,
            visit_by = %(visit_by)s::date, deadline = %(deadline)s::timestamptz, changed_at = %(at)s,
            revision = revision + 1, seller = NULL
        WHERE id = %(id)s AND revision = %(expected_revision)s AND EXISTS (SELECT FROM clear)
        RETURNING office_code
    ), {of.further_writes}, made AS (
        INSERT INTO decision
            (request_id, preselection_id, action, at, answer, operator, reason, claimed, wanted, saved, code_used)
        SELECT
            %(request_id)s, %(id)s, %(action)s, %(at)s, %(answer)s::jsonb,
            %(operator)s::text, %(reason)s::text,
            (SELECT count(*) FROM claimed WHERE lasts), %(wanted)s, (SELECT count(*) FROM saved),
            {of.code_used}
        FROM clear
    ), audited AS (
        INSERT INTO audit (at, actor_kind, actor, action, preselection_id, request_id, plates, facts, office_code)
        SELECT
            %(at)s, %(actor_kind)s, %(operator)s::text, %(action)s, %(id)s, %(request_id)s,
            %(plates)s::text[], %(facts)s::jsonb, (SELECT office_code FROM saved)
        FROM clear WHERE %(facts)s::jsonb IS NOT NULL
    )
    SELECT revision, banned_until, is_gone, is_closed, lost, EXISTS (SELECT FROM clear) FROM found
"""  # noqa: S608 -- put together from constants of this module only
    return b" ".join(statement.encode().split())


COMMIT = _commit(_WITH_CODE)
# A closing waits for the row's lock, so it comes before this statement's look or after its commit.
_WITH_OPEN_DAY = _WITH_CODE._replace(
    is_closed="(SELECT closed_at FROM fairness_day WHERE day = %(open_day)s FOR SHARE) IS NOT NULL"
)
COMMIT_WITH_OPEN_DAY = _commit(_WITH_OPEN_DAY)
COMMIT_DRAW = _commit(_WITH_DRAW)
COMMIT_DRAW_OF_FREE = _commit(_WITH_DRAW, lost=_NOT_LOOKED)
"""The same without a look at who holds the plates: the index has just given them, so they are free nearly always. Where
one is not, the row's guard undoes everything, and `COMMIT_DRAW` names it."""
