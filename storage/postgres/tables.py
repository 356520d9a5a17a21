"""The tables. Instants are `timestamptz`, always passed in; a row that lasts until `t` is over at `t`.

Columns of bytes that end in `_hash` are keyed hashes (`KeyedHash`) for lookups; those that are `Sealed` are encrypted.
Uniqueness rules are constraints here, so that the database decides every race.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from domain.preselection.values import RUNNING, Stage
from storage.postgres.sealed import Sealed

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
"""The end of a claim without an end: a plate that was issued or withheld. (Python can't read `infinity`.)"""

STAGES = ("submitted", "refused", *Stage)
"""The contract's stages, and two hidden ones: `submitted` before the vehicle check, `refused` after a failed one."""

CLAIM_KINDS = ("offered", "candidate", "reserved", "issued", "withheld", "cooling")
ON_OFFER_KINDS = ("offered", "candidate")
LASTING_KINDS = ("reserved", "issued", "withheld", "cooling")
"""The kinds that the keyboard leaves out; it includes offered numbers and candidates."""

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Instant = sa.DateTime(timezone=True)
# Plates are compared byte by byte: this is faster, and all claims must be made in one order everywhere.
Plate = sa.String(collation="C")


def one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


_RUNNING = text(f"{one_of('stage', RUNNING)} AND NOT dormant")
_RESERVED = text("plate IS NOT NULL")

office = Table(
    "office",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("province", Text, nullable=False),
    # Overrides of the deployment's policy: name → value as in XUANHAO_POLICY__<NAME>.
    Column("policy", JSONB, nullable=False, server_default=text("'{}'")),
    # Further names, by language.
    Column("names", JSONB, nullable=False, server_default=text("'{}'")),
    Column("hours", Text),
    Column("telephone", Text),
    Column("coordinates", JSONB(none_as_null=True)),  # Latitude and longitude, in degrees of WGS 84.
)

prefix = Table(
    "prefix",
    metadata,
    Column("prefix", Plate, primary_key=True),
    # None once the prefix was taken from its office; its segments stay.
    Column("office_code", Text, ForeignKey("office.code"), index=True),
    # Incremented by every change of the prefix's segments, so that an older index is recognised as outdated.
    Column("revision", Integer, nullable=False, server_default=text("0")),
)

notice = Table(
    "notice",
    metadata,
    Column("office_code", Text, ForeignKey("office.code"), primary_key=True),
    Column("version", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("published_at", Instant, nullable=False),
    # The same in other languages: language → {"title", "body"}.
    Column("translations", JSONB, nullable=False, server_default=text("'{}'")),
    # The operator's request that published it, so that a repeat publishes nothing.
    Column("request_id", Uuid, unique=True),
)

segment = Table(
    "segment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("prefix", Plate, ForeignKey("prefix.prefix"), nullable=False),
    Column("plate_type", Text, nullable=False, server_default=text("'small_car'")),
    Column("template", Text, nullable=False),
    Column("excluded", ARRAY(Text), nullable=False),
    Column("released_at", Instant, nullable=False),
    Column("compose_from", Instant, nullable=False),
    sa.UniqueConstraint("prefix", "template"),
)

preselection = Table(
    "preselection",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("office_code", Text, ForeignKey("office.code"), nullable=False),
    Column("stage", Text, nullable=False),
    Column("dormant", sa.Boolean, nullable=False, server_default=text("false")),
    Column("revision", Integer, nullable=False, server_default=text("0")),
    Column("state", JSONB, nullable=False),
    Column("policy", JSONB, nullable=False),
    Column("plate_type", Text, nullable=False, server_default=text("'small_car'")),
    Column("plate", Plate),
    Column("visit_by", sa.Date),
    Column("deadline", Instant),
    Column("notice_version", Text, nullable=False),
    Column("notice_agreed_at", Instant, nullable=False),
    Column("owner_hash", LargeBinary, nullable=False),
    Column("party_hash", LargeBinary, nullable=False),
    # The person who submitted it, also as an agent: staff don't decide about themselves. Always of the first key.
    Column("person_hash", LargeBinary),
    Column("vehicle_hash", LargeBinary, nullable=False),
    Column("transfer_hash", LargeBinary, nullable=False),
    Column("seller_hash", LargeBinary, nullable=False),
    Column("seller_name_masked", Text, nullable=False),
    Column("party_kind", Text, nullable=False),
    Column("party_name", Sealed, nullable=False),
    Column("party_id", Sealed, nullable=False),
    Column("phone", Sealed, nullable=False),
    Column("vin", Sealed, nullable=False),
    Column("certificate_number", Sealed, nullable=False),
    # The seller as submitted, only until the vehicle check is over: the first decision clears it.
    Column("seller", Sealed),
    # The code of 确认信息 that the submission was checked with; the first decision uses it up.
    Column("code_id", Uuid),
    # When everything personal in the row was overwritten, its retention being over.
    Column("purged_at", Instant),
    CheckConstraint(one_of("stage", STAGES), name="stage"),
    CheckConstraint(one_of("party_kind", ("person", "organisation")), name="party_kind"),
    Index("uq_preselection_running_vehicle", "vehicle_hash", unique=True, postgresql_where=_RUNNING),
    # A new row goes to a random page of each of these, so there are few. A vehicle's rows include its transfers'. A
    # look into a hash index reads one page, however many rows there are; purged rows share one party.
    Index("ix_preselection_vehicle", "vehicle_hash", postgresql_using="hash"),
    Index("ix_preselection_owner", "owner_hash", postgresql_using="hash"),
    # The desk lists reservations only, newest first; operators extend those that end on a day.
    Index("ix_preselection_desk", "office_code", "created_at", "id", postgresql_where=_RESERVED),
    Index("ix_preselection_desk_stage", "office_code", "stage", "created_at", "id", postgresql_where=_RESERVED),
    Index("ix_preselection_due", "visit_by", "office_code", postgresql_where=text("stage = 'completed'")),
    Index("ix_preselection_last_day", "office_code", "visit_by", postgresql_where=_RESERVED),
    Index("ix_preselection_unpurged", "created_at", postgresql_where=text("purged_at IS NULL")),
    Index("ix_preselection_plate", "plate", postgresql_where=_RESERVED),
    Index("ix_preselection_party", "party_hash", "person_hash"),
    Index("ix_preselection_unchecked", "created_at", postgresql_where=text("stage IN ('submitted', 'refused')")),
    # Most changes leave all indexed columns unchanged; free space lets them stay on their page without an index update.
    # A row is somewhat above the size from which PostgreSQL compresses: that would cost a draw more than it saves.
    postgresql_with={"fillfactor": 70, "toast_tuple_target": 4080},
)

IS_RESERVED = preselection.c.stage == text("'completed'")
"""Live reservations. The stage is a literal, for plans know no parameter and the partial index needs the constant."""

# The agents who acted for a preselection after the one who submitted it, whom its own row names.
preselection_agent = Table(
    "preselection_agent",
    metadata,
    Column("preselection_id", Uuid, nullable=False),
    # As in the preselection's row: always of the first key.
    Column("person_hash", LargeBinary, nullable=False),
    sa.PrimaryKeyConstraint("preselection_id", "person_hash"),
    Index("ix_preselection_agent_person", "person_hash"),
)

_LASTING = one_of("kind", LASTING_KINDS)
ON_OFFER, ENDING = one_of("kind", ON_OFFER_KINDS), f"{_LASTING} AND until < '{FOREVER:%Y-%m-%d} 00:00:00+00'"
"""Claims on offer, and the lasting ones that end: a statement needs the words of the index by `until`."""

claim = Table(
    "claim",
    metadata,
    Column("plate", Plate, primary_key=True),
    Column("prefix", Plate, sa.Computed("substr(plate, 1, 2)", persisted=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("preselection_id", Uuid),
    Column("until", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    CheckConstraint(one_of("kind", CLAIM_KINDS), name="kind"),
    CheckConstraint("isfinite(until)", name="until_is_readable"),
    # A draw waits for each index, ten times: no other one has claims on offer. What changed since an instant, and
    # offers that are over, are found through the audit. A prefix is a range of the primary key.
    Index("ix_claim_lasting", "plate", postgresql_where=text(_LASTING)),
    # Maintenance finds those that are over, and not those that never end.
    Index("ix_claim_ending", "until", postgresql_where=text(ENDING)),
    postgresql_with={"fillfactor": 85},
)

decision = Table(
    "decision",
    metadata,
    Column("request_id", Uuid, primary_key=True),
    Column("preselection_id", Uuid, nullable=False),
    Column("action", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("answer", JSONB, nullable=False),
    # Who acted, and why, if it was not the applicant.
    Column("operator", Text),
    Column("reason", Text),
    # The guards: the row holds what the statement got and what it wanted; if they differ, nothing is written.
    Column("claimed", sa.SmallInteger, nullable=False),
    Column("wanted", sa.SmallInteger, nullable=False),
    Column("saved", sa.SmallInteger, nullable=False),
    Column("code_used", sa.Boolean),
    CheckConstraint("claimed = wanted", name="all_plates_claimed"),
    CheckConstraint("saved = 1", name="revision_as_expected"),
    CheckConstraint("code_used", name="code_used_up"),
    Index("ix_decision_at", "at"),
)

code = Table(
    "code",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("phone_hash", LargeBinary, nullable=False),
    Column("subject_hash", LargeBinary, nullable=False),
    Column("preselection_id", Uuid),
    Column("code_hash", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("failed_at", Instant),
    Column("expires_at", Instant, nullable=False),
    Column("attempts", sa.SmallInteger, nullable=False, server_default=text("0")),
    # Each wrong attempt by its own name, in the order of counting.
    Column("wrong_tries", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
    Column("used_at", Instant),
    Column("replaced_at", Instant),
    # Codes of 身份验证 that were requested while a number was held do not count towards the limit per hour.
    Column("while_holding", sa.Boolean, nullable=False),
    Index(
        "uq_code_live",
        "subject_hash",
        "purpose",
        "preselection_id",
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=text("sent_at IS NOT NULL AND used_at IS NULL AND replaced_at IS NULL"),
    ),
    Index("ix_code_phone", "phone_hash", "created_at"),
    Index("ix_code_created", "created_at"),
)

blacklist = Table(
    "blacklist",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("party_hash", LargeBinary, nullable=False),
    Column("holder", Sealed, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("preselection_id", Uuid, nullable=False),
    Column("released_at", Instant),
    # An operator released it early; a second one confirms that.
    Column("released_by", Text),
    Column("release_reason", Text),
    Column("confirmed_by", Text),
    Column("confirmed_at", Instant),
    Column("purged_at", Instant),
    CheckConstraint("since <= until", name="since_before_until"),
    CheckConstraint("confirmed_by <> released_by", name="confirmed_by_another"),
    Index("uq_blacklist_live", "party_hash", unique=True, postgresql_where=text("released_at IS NULL")),
    Index("ix_blacklist_live_until", "until", postgresql_where=text("released_at IS NULL")),
    Index("ix_blacklist_preselection", "preselection_id"),
    Index("ix_blacklist_newest", "since", "id"),
    Index("ix_blacklist_unpurged", "released_at", postgresql_where=text("purged_at IS NULL")),
    Index(
        "ix_blacklist_unconfirmed",
        "released_at",
        postgresql_where=text("released_by IS NOT NULL AND confirmed_at IS NULL"),
    ),
)

sms_outbox = Table(
    "text_message",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("idempotency_key", Text, nullable=False, unique=True),
    Column("phone_hash", LargeBinary, nullable=False),
    Column("phone", Sealed, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("text", Sealed, nullable=False),
    Column("code", Sealed),
    Column("sent_at", Instant, nullable=False),
    Index("ix_text_message_phone", "phone_hash", "sent_at"),
    Index("ix_text_message_sent", "sent_at"),
)
