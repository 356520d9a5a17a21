"""Who someone is, and who may not preselect: identity codes and the blacklist."""

from uuid import UUID, uuid5

from temporalio import activity

from activities.commits import Commits, before_of, deciding
from activities.texts import identity_code_owner
from domain.calendar import ban_end
from domain.errors import NotFound
from domain.masking import mask_organisation_name, mask_person_name
from domain.policy import Policy
from storage.bans.blacklist import Blacklist, NewBan
from storage.crypto.keyed_hash import out_of_message
from storage.preselections.rows import PreselectionRow
from storage.sms.codes import Codes
from workflows.ports import BarOrder, Barred, Decided, IdentityOrder, Lifted, LiftOrder, People


class PeopleActivities(People):
    def __init__(self, commits: Commits, codes: Codes, blacklist: Blacklist) -> None:
        self.commits = commits
        self._codes = codes
        self._blacklist = blacklist

    @activity.defn(name="people.prove_identity")
    @deciding
    async def prove_identity(self, command: IdentityOrder) -> Decided:
        order, before = command.order, before_of(command.order)
        after = before.identity_proved(order.at)
        owner = identity_code_owner(await self._row(order.preselection_id))
        # While a hashing key is being changed, the digits may stand in the row as any of several hashes.
        code_hash, attempts = out_of_message(command.code_hash), before.policy.code_attempts
        code_id = await self._codes.verify(
            owner, code_hash, at=order.at, attempts=attempts, request_id=UUID(order.request_id)
        )
        return await self.commits.commit(order, "confirm_identity", after, use_code=code_id)

    @activity.defn(name="people.bar")
    async def bar(self, order: BarOrder) -> Barred:
        row = await self._row(order.preselection_id)
        mask = mask_person_name if row.party_kind == "person" else mask_organisation_name
        ban = await self._blacklist.bar(
            NewBan(
                # One entry for one missed deadline, however often this is repeated.
                id=uuid5(row.id, order.begins.isoformat()),
                party_hash=row.party_hash,
                holder=mask(row.party_name),
                since=order.begins,
                until=ban_end(order.begins, Policy.from_dict(order.policy)),
                preselection_id=row.id,
            )
        )
        others = await self.commits.preselections.others_unfinished(row.id)
        return Barred(str(ban.id), ban.until, ban.extended, [str(other.id) for other in others])

    @activity.defn(name="people.lift_ban")
    async def lift_ban(self, order: LiftOrder) -> Lifted:
        entry_id = UUID(order.entry_id)
        if order.operator and order.reason:
            await self._blacklist.release_early(entry_id, order.at, operator=order.operator, reason=order.reason)
            return Lifted()
        return Lifted(await self._blacklist.release(entry_id, order.at))

    async def _row(self, preselection_id: str) -> PreselectionRow:
        row = await self.commits.preselections.get(UUID(preselection_id))
        if row is None:
            raise NotFound
        return row
