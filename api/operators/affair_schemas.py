"""Schemas of previews, of the search for bans by identity document, and of SMS that are sent again."""

from api.http.schemas import Answer, Body, Id, Identifier, PlainText, Reason
from api.operators.request_schemas import OutageTimes


class SegmentPreviewAnswer(Answer):
    """`numbers` would be released, without the `excluded`; `samples` are some of them, at even distances."""

    numbers: int
    excluded: int
    samples: list[str]


class DeadlinesPreviewBody(OutageTimes):
    """As an extension; a preview needs no reason."""

    reason: Reason | None = None


class DeadlinesPreviewAnswer(Answer):
    """The live reservations that would move, in all and by office."""

    affected: int
    by_office: dict[str, int]


class BanSearchBody(Body):
    """The identity number of a person, or the credit code of an organisation."""

    id_number: Identifier


class ResendBody(Body):
    """The newest SMS of this purpose about this preselection."""

    preselection_id: Id
    purpose: PlainText
    reason: Reason
