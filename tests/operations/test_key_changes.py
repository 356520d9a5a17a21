"""Key rotation while the service runs: nobody is lost, refused, or counted twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from temporalio.client import Client

from config.payload_codec import EncryptedPayloads
from config.payloads import DATA_CONVERTER
from domain.processes import RunningProgram
from embedded.temporal import Temporal
from embedded.valkey import Valkey
from operations import key_changes
from operations.commands import OperatorCommand
from operations.context import OperationsContext
from operations.key_changes import continue_change, key_states, make_key, retire_key
from process.clock import system_clock
from storage.audit.verification import verify_audit
from storage.crypto.keyed_hash import candidate_hashes
from storage.crypto.readers import KeyReader, KeyReaders, keep_keys_current
from storage.crypto.vault import Keys
from storage.postgres.tables import blacklist
from storage.repositories import Repositories
from storage.retention.purge import Retention
from tests.support.api_stack import Addresses, container_for, keys_of, running_api, settings_for
from tests.support.applicants import Applicant, Car, Selection
from tests.support.country import Country
from tests.support.phones import Phone
from tests.support.vehicle_registry import Registry
from tests.support.workers import running_worker

pytestmark = pytest.mark.slow

SOON = timedelta(milliseconds=50)


@dataclass
class RotatingService:
    """An API and a worker that update their keys, and the command's view of both."""

    country: Country
    api_keys: Keys
    command_line: OperationsContext

    def command(self) -> OperatorCommand:
        return OperatorCommand(uuid4(), "wang", system_clock(), "年度轮换")


def with_codec(service: RotatingService) -> OperationsContext:
    """The command's view where messages are encrypted for Temporal."""
    source = service.api_keys.source
    assert source
    codec = EncryptedPayloads(lambda: source.read()["encryption"])
    connection = service.command_line.temporal.service_client
    return replace(
        service.command_line, temporal=Client(connection, data_converter=replace(DATA_CONVERTER, payload_codec=codec))
    )


@pytest.fixture
async def service(
    fresh_database: str, valkey: Valkey, temporal: Temporal, temporal_client: Client, tmp_path: Path
) -> AsyncIterator[RotatingService]:
    addresses = Addresses(fresh_database, valkey.url(), temporal.address, f"keys-{uuid4()}")
    settings, phone = settings_for(addresses, tmp_path), Phone()
    api_keys, worker_keys = keys_of(settings), keys_of(settings)
    async with (
        running_worker(container_for(settings, phone, worker_keys), temporal_client, settings.task_queue),
        running_api(settings, phone, Registry(), api_keys) as stack,
        keep_keys_current(api_keys, stack.repositories.database, RunningProgram("api"), system_clock, every=SOON),
        keep_keys_current(worker_keys, stack.repositories.database, RunningProgram("worker"), system_clock, every=SOON),
    ):
        own = Repositories.build(stack.repositories.database, stack.repositories.redis, keys_of(settings))
        command_line = OperationsContext.build(settings, own, stack.context.temporal)
        yield RotatingService(Country(stack), api_keys, command_line)


async def purge_everything(service: RotatingService, preselection_id: str) -> None:
    """As maintenance does after the retention."""
    database = service.command_line.repositories.database
    ended = text("UPDATE preselection SET stage = 'exhausted', dormant = true WHERE id = :id")
    await database.rows(ended, {"id": UUID(preselection_id)})
    later = system_clock() + timedelta(days=1)
    assert (await Retention(database, service.api_keys).purge(later, later)).preselections == 1


class Reader:
    """An applicant who reads their preselection repeatedly, and records the responses."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self.answers: list[int] = []
        self._is_reading = False

    @asynccontextmanager
    async def read_repeatedly(self) -> AsyncIterator[None]:
        self._is_reading = True
        task = asyncio.create_task(self._read())
        try:
            yield
        finally:
            # Not cancelled: the API answers a cancelled request with 503, and here it runs in the same task.
            self._is_reading = False
            await task

    async def _read(self) -> None:
        while self._is_reading:
            self.answers.append((await self._selection.applicant.get(self._selection.path)).status)
            await asyncio.sleep(0.005)


@dataclass
class People:
    """Applicants with a pending step when the keys change."""

    selecting: Selection
    selecting_car: Car
    draw_key: str
    drawn: dict[str, Any]
    proving: Selection
    banned: Applicant
    used_up_car: Car
    used_up: Applicant


async def people_of(service: RotatingService) -> People:
    country = service.country
    office = await country.own_office("!!!!!", draws="1", composed="0")
    buyer, proving, banned, used_up = (country.applicant() for _ in range(4))
    car, key = country.car(buyer, office), str(uuid4())
    selecting = await buyer.reach_selection(car)
    drawn = (await selecting.post("draws", {}, key=key)).ok()
    in_proof = await proving.create_selection(country.car(proving, office))
    (await in_proof.post("start")).ok()
    (await in_proof.post("identity-code")).ok()
    used_up_car = country.car(used_up, office)
    spent = await used_up.reach_selection(used_up_car)
    (await spent.post("draws", {})).ok()
    await purge_everything(service, spent.id)
    missed = await banned.create_selection(country.car(banned, office))
    await ban(service, missed)
    return People(selecting, car, key, drawn, in_proof, banned, used_up_car, used_up)


async def ban(service: RotatingService, selection: Selection) -> None:
    now = system_clock()
    statement = text("""
        INSERT INTO blacklist (id, party_hash, holder, since, until, preselection_id)
        SELECT :id, party_hash, :holder, :since, :until, id FROM preselection WHERE id = :preselection
    """)
    values: dict[str, Any] = {"id": uuid4(), "preselection": UUID(selection.id), "since": now}
    values |= {"until": now + timedelta(days=730), "holder": service.api_keys.vault.encrypt(blacklist.c.holder, "王*")}
    await service.command_line.repositories.database.rows(statement, values)


async def test_a_new_hashing_key_loses_nobody(service: RotatingService) -> None:
    people = await people_of(service)
    reader = Reader(people.selecting)
    before = service.api_keys.hashes.hash("party", "x")
    async with reader.read_repeatedly():
        change = await make_key(service.command_line, "hashing", service.command())
        stranger = await service.country.applicant().first_code()
    assert stranger
    assert change.obstacle is None
    assert change.rows >= 4
    assert set(reader.answers) == {200}
    assert len(reader.answers) > 10
    # All processes write with the new key, and all rows use it.
    assert service.api_keys.hashes.hash("party", "x") != before
    states = {state.id: state for state in await key_states(service.command_line) if state.kind == "hashing"}
    assert states["first"].rows == 0
    # For applicants: their records, codes, bans, used chances and repeats.
    assert (await people.selecting.view())["batch"] == people.drawn["batch"]
    assert (await people.selecting.post("draws", {}, key=people.draw_key)).body == people.drawn
    code = service.country.stack.phone.last_code(people.proving.applicant.phone)
    assert (await people.proving.post("identity", {"code": code})).ok()["stage"] == "plate_selection"
    assert (await people.banned.post("/entries", {})).ok()["screen"] == "blacklisted"
    other = service.country.applicant()
    service.country.car(other, people.selecting_car.office, vin=people.selecting_car.vin)
    rival = Car(people.selecting_car.vin, _certificate(service, people.selecting_car), *_rest(service, people))
    assert (await other.submit(rival)).code == "vehicle_in_use"
    assert (await people.used_up.submit(people.used_up_car)).code == "vehicle_exhausted"
    assert (await verify_audit(service.command_line.repositories.database)).is_intact


def _certificate(service: RotatingService, car: Car) -> str:
    return service.country.stack.registry.cars[car.vin].certificate_number


def _rest(service: RotatingService, people: People) -> tuple[Any, Any]:
    car = people.selecting_car
    return service.country.stack.registry.cars[car.vin].owner, car.office


async def test_a_second_change_finds_what_the_first_has_wrapped(service: RotatingService) -> None:
    people = await people_of(service)
    for _ in range(2):
        assert (await make_key(service.command_line, "hashing", service.command())).obstacle is None
    assert (await people.selecting.view())["batch"] == people.drawn["batch"]
    assert (await people.used_up.submit(people.used_up_car)).code == "vehicle_exhausted"
    assert (await people.banned.post("/entries", {})).ok()["screen"] == "blacklisted"


async def test_a_new_encryption_key_leaves_every_value_readable_and_the_old_one_can_go(
    service: RotatingService,
) -> None:
    people = await people_of(service)
    reader = Reader(people.selecting)
    [old] = service.api_keys.vault.ids
    async with reader.read_repeatedly():
        change = await make_key(service.command_line, "encryption", service.command())
    assert change.obstacle is None
    assert change.rows > 5
    assert set(reader.answers) == {200}
    refused = await retire_key(service.command_line, "encryption", old, service.command())
    assert refused.obstacle == "the next key is not 15 minutes old yet"
    later = service.command()
    later = OperatorCommand(later.id, later.operator, later.at + timedelta(minutes=16), later.reason)
    refused = await retire_key(with_codec(service), "encryption", old, later)
    assert refused.obstacle == "Temporal's histories may need it"
    # Two operators do it at the same time.
    retiring = (retire_key(service.command_line, "encryption", old, replace(later, id=uuid4())) for _ in range(2))
    assert [change.obstacle for change in await asyncio.gather(*retiring)] == [None, None]
    service.api_keys.refresh()
    assert service.api_keys.vault.ids == [change.key]
    view = await people.selecting.view()
    assert view["vehicle"]["vin"].endswith(people.selecting_car.vin[-4:])
    assert (await people.selecting.post("draws", {}, key=people.draw_key)).body == people.drawn


async def test_nothing_is_written_with_a_key_that_a_process_has_not_read(
    service: RotatingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_changes, "TIMEOUT", timedelta(seconds=0.3))
    readers, cut_off = KeyReaders(service.command_line.repositories.database), uuid4()
    # On another machine, with an unchanged copy of the file.
    known = service.api_keys.known_ids
    await readers.report(
        cut_off, KeyReader(RunningProgram("api elsewhere"), system_clock(), known, service.api_keys.current_ids)
    )
    change = await make_key(service.command_line, "encryption", service.command())
    assert change.obstacle == "not read by api elsewhere: no value is written with it yet"
    service.api_keys.refresh()
    assert service.api_keys.vault.current != change.key
    assert change.key in service.api_keys.vault.ids
    again = await make_key(service.command_line, "encryption", service.command())
    assert again.obstacle == "the previous rotation is unfinished: continue it first"
    await readers.forget(cut_off)
    assert (await continue_change(service.command_line, "encryption", service.command())).obstacle is None
    service.api_keys.refresh()
    assert service.api_keys.vault.current == change.key


async def test_while_processes_disagree_about_the_current_key_a_vehicle_still_runs_once(
    service: RotatingService,
) -> None:
    """One process writes with the old key, another already with the new one: both insert the same vehicle."""
    office = await service.country.own_office()
    buyer, rival = service.country.applicant(), service.country.applicant()
    car = service.country.car(buyer, office)
    first = await buyer.create_selection(car)
    keys = service.api_keys
    both = {"first": bytes(range(32)), "0000abcd": b"n" * 32}
    object.__setattr__(keys, "source", None)
    keys.hashes.adopt(both, "0000abcd")
    again = service.country.car(rival, office, vin=car.vin)
    assert (await rival.submit(again)).code == "vehicle_in_use"
    keys.hashes.adopt(both, "first")
    assert (await rival.submit(again)).code == "vehicle_in_use"
    found = await service.command_line.repositories.database.row(
        text("SELECT owner_hash, vehicle_hash FROM preselection WHERE id = :id"), {"id": UUID(first.id)}
    )
    assert found is not None
    assert (await first.view())["id"] == first.id
    assert found.vehicle_hash in candidate_hashes(service.country.stack.repositories.hashes.vehicle(car.vin))
