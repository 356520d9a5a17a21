"""The reasons of a rejection at the desk, in plain words, for the clerk's list and for the applicant."""

from collections.abc import Sequence

from api.desk.schemas import RejectionReason
from locales.languages import Language, catalogue


def reasons_in(language: Language) -> Sequence[RejectionReason]:
    return [RejectionReason(code=code, text=words["text"]) for code, words in catalogue(language)["rejections"].items()]
