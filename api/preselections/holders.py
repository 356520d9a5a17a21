"""The holder of a reservation, as anybody but the holder may read the name."""

from domain.masking import mask_organisation_name, mask_person_name
from domain.parties import PartyKind
from storage.preselections.rows import PreselectionRow


def masked_holder(row: PreselectionRow) -> str:
    """The person's name, or for an agent's preselection the organisation's."""
    mask = mask_person_name if row.party_kind == PartyKind.PERSON else mask_organisation_name
    return mask(row.party_name)
