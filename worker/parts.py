"""Every concrete class that the activities need, put together once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from redis.asyncio import Redis

from activities.commits import Commits
from activities.people import PeopleActivities
from activities.plates import PlateActivities
from activities.records import RecordActivities
from activities.texts import TextActivities
from gateways.sms import HttpSms, LocalSms, SmsGateway
from runtime.settings import Settings
from storage.announcements import Announcements
from storage.blacklist import Blacklist
from storage.calendars import Calendars
from storage.claims import Claims
from storage.codes import Codes
from storage.database import Database
from storage.decisions import Decisions
from storage.index_keeper import IndexKeeper
from storage.offices import Offices
from storage.personal_hashes import PersonalHashes
from storage.pool_index import PoolIndex
from storage.preselections import Preselections
from storage.redis_client import make_redis
from storage.segment_releases import SegmentReleases
from storage.text_messages import TextMessages
from storage.vault import Keys


@dataclass(frozen=True)
class Parts:
    """The collaborators of one worker process."""

    database: Database
    redis: Redis
    keys: Keys
    http: httpx.AsyncClient
    sms: SmsGateway

    @classmethod
    def from_settings(cls, settings: Settings) -> "Parts":
        database = Database(settings.database_url, pool_size=20, application_name="xuanhao-worker")
        keys = Keys.from_file(settings.key_file)
        http = httpx.AsyncClient()
        sms = HttpSms(settings.sms_url, http) if settings.sms_url else LocalSms(TextMessages(database, keys))
        return cls(database, make_redis(settings.redis_url), keys, http, sms)

    def activities(self) -> list[Callable[..., Any]]:
        """The activities of all ports, bound to their collaborators."""
        preselections = Preselections(self.database, self.keys)
        commits = Commits(Decisions(self.database), preselections, PoolIndex(self.redis), Announcements(self.redis))
        codes = Codes(self.database)
        records = RecordActivities(commits, preselections)
        plates = PlateActivities(
            commits, SegmentReleases(self.database), Calendars(self.database), Claims(self.database)
        )
        people = PeopleActivities(commits, codes, Blacklist(self.database, self.keys))
        hashes = PersonalHashes(self.keys.hashes)
        texts = TextActivities(commits, Offices(self.database), codes, hashes=hashes, gateway=self.sms)
        return [
            records.open, records.move,
            plates.draw, plates.compose, plates.put_aside, plates.reserve,
            people.prove_identity, people.bar, people.lift_ban,
            texts.send_identity_code, texts.send,
        ]  # fmt: skip

    def index_keeper(self) -> IndexKeeper:
        return IndexKeeper(self.database, self.redis)

    async def close(self) -> None:
        await self.http.aclose()
        await self.redis.aclose()
        await self.database.close()
