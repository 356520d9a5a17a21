"""The key file is lost, and another is made: what can be read, what can't, and the copy brings everything back."""

from pathlib import Path
from uuid import uuid4

import pytest

from embedded.valkey import Valkey
from operations.installation import Installation, Step, run_step
from operations.setup import SETUP
from process.clock import system_clock
from storage.audit.verification import verify_audit
from storage.crypto.new_keys import new_keys, write_key_file
from tests.support.desk import clerk_of, reserve_plate
from tests.support.services import Services

pytestmark = pytest.mark.slow
DATABASE = 9


async def keys_step(services: Services, name: str, url: str, key_file: Path | None = None) -> Step:
    """What `xuanhao doctor` says about the keys."""
    installation = Installation(services.settings(name, url, key_file), system_clock(), apply=False)
    try:
        return await run_step("keys", SETUP["keys"], installation)
    finally:
        await installation.close()


async def test_without_the_keys_persons_are_lost_plates_are_not_and_the_copy_brings_all_back(
    services: Services, valkey: Valkey, tmp_path: Path
) -> None:
    other, url = tmp_path / "other.json", valkey.url(DATABASE)
    write_key_file(other, new_keys())
    async with services.database() as name:
        async with services.started(name, url) as country:
            office = await country.own_office()
            reserved = await reserve_plate(country, office)
            plate, owner = (await reserved.view())["plate"], reserved.applicant

        assert (await keys_step(services, name, url, other)).found == "not those of the database"
        async with services.started(name, url, other) as country:
            await country.stack.reconciler.rebuild(office.prefixes[0], system_clock())
            owner.stack, clerk = country.stack, clerk_of(country, office)
            # Nobody finds their own, and the desk sees nobody.
            assert (await owner.get(reserved.path)).code == "not_found"
            refused = await clerk.get("/desk/reservations")
            assert (refused.status, refused.body["parts"]) == (503, {"keys": "unreadable"})
            # The plate stays taken, and others go on.
            buyer = country.applicant()
            selection = await buyer.reach_selection(country.car(buyer, office))
            tried = (await selection.post("compositions", {"numbers": [plate]})).ok()
            assert tried["last_submission"] == [{"number": plate, "outcome": "taken"}]
            assert (await verify_audit(country.stack.repositories.database)).is_intact

        async with services.started(name, url) as country:
            owner.stack = country.stack
            assert (await reserved.view())["plate"] == plate
            confirmed = f"/desk/preselections/{reserved.id}/confirmation"
            answer = await clerk_of(country, office).post(confirmed, key=str(uuid4()))
            assert answer.ok()["stage"] == "registered"
        assert not (await keys_step(services, name, url)).ok, "the newest record is of the other keys"
