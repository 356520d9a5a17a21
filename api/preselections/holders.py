"""The masked name of a reservation's holder."""

from domain.masking import mask_name
from storage.preselections.rows import PreselectionRow


def masked_holder(row: PreselectionRow) -> str:
    """The masked name of the person, or of the organisation for an agent's preselection."""
    return mask_name(row.party_kind, row.party_name)
