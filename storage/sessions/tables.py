"""Sessions that the identity provider has ended, and the logout tokens that said so."""

from sqlalchemy import Column, LargeBinary, Table

from storage.postgres.tables import Instant, metadata

# Each row lives as long as a token of the session may. Nothing here is a name: only keyed hashes, of the first key.
ended_session = Table(
    "ended_session",
    metadata,
    Column("name", LargeBinary, primary_key=True),
    # Tokens that were issued later are of another session.
    Column("ended_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
)

# Each logout token acts once.
logout_token = Table(
    "logout_token",
    metadata,
    Column("name", LargeBinary, primary_key=True),
    Column("until", Instant, nullable=False),
)
