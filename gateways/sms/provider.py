"""What the adapters of SMS providers have in common: the account, and what their codes of errors mean."""

import re
from dataclasses import dataclass, field

from domain.dependencies import CallDeclined, DependencyUnavailable

_CODE = re.compile("[A-Za-z0-9_.:-]{1,64}", re.ASCII)


@dataclass(frozen=True)
class ProviderAccount:
    """The key, the registered signature and templates, and the address of the provider's API."""

    host: str
    access_key: str
    access_secret: str = field(repr=False)
    sign_name: str
    templates: dict[str, str]
    app_id: str = ""
    region: str = ""
    scheme: str = "https"


@dataclass(frozen=True)
class ErrorCodes:
    """A code that begins with one of `final` is about this SMS and stays; with one of `broken` about all of our SMS.

    Any other is about this SMS for now, such as a limit of its phone.
    """

    final: tuple[str, ...]
    broken: tuple[str, ...]

    def failure_of(self, code: object) -> DependencyUnavailable:
        """The error for a provider's code. What is no code is not repeated."""
        reason = code if isinstance(code, str) and _CODE.fullmatch(code) else "unknown code"
        if reason.startswith(self.broken):
            return DependencyUnavailable("sms", reason)
        return CallDeclined("sms", reason, is_final=reason.startswith(self.final))
