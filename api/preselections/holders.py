"""The masked name of a reservation's holder."""

from domain.masking import mask_organisation_name, mask_person_name
from domain.parties import PartyKind
from storage.preselections.rows import PreselectionRow


def masked_holder(row: PreselectionRow) -> str:
    """The masked name of the person, or of the organisation for an agent's preselection."""
    mask = mask_person_name if row.party_kind == PartyKind.PERSON else mask_organisation_name
    return mask(row.party_name)
