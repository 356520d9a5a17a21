"""HTTP settings: proxies, other origins and limits."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from config.identity_settings import is_on_this_machine, words_of


class HttpSettings(BaseSettings):
    """The proxies in front of the API, and the origins whose pages may read its responses."""

    http_host: str = Field("127.0.0.1", description="Address on which the API listens")
    trusted_proxies: str | None = Field(None, description="Networks of proxies whose X-Forwarded-For is trusted")
    cors_origins: str | None = Field(None, description="Origins of other sites' pages that may call the API")
    hsts_include_subdomains: bool = Field(
        default=False, description="Limit browsers to TLS for hosts below this one too"
    )
    hsts_preload: bool = Field(default=False, description="Permit browsers to ship that rule")
    looks_per_day: int = Field(500, ge=1, description="Looks of a clerk, operator or auditor on a day without an alert")
    streams_per_account: int = Field(60, ge=1, description="Open event streams per account and process")

    @property
    def strict_transport(self) -> str:
        """The value of `Strict-Transport-Security` (RFC 6797), for a year."""
        further = {"includeSubDomains": self.hsts_include_subdomains, "preload": self.hsts_preload}
        return "; ".join(["max-age=31536000", *(name for name, is_asked in further.items() if is_asked)])

    @property
    def allowed_origins(self) -> frozenset[str]:
        return words_of(self.cors_origins)

    @property
    def proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(text) for text in sorted(words_of(self.trusted_proxies)))

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, text: str | None) -> str | None:
        try:
            for word in words_of(text):
                ip_network(word)
        except ValueError:
            raise ValueError("networks such as 10.0.0.0/8, or addresses") from None
        return text

    @field_validator("hsts_preload")
    @classmethod
    def _includes_subdomains(cls, preload: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic calls it.
        if preload and not info.data.get("hsts_include_subdomains"):
            raise ValueError("needs XUANHAO_HSTS_INCLUDE_SUBDOMAINS")
        return preload

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, text: str | None) -> str | None:
        try:
            are_origins = all(map(_is_origin, words_of(text)))
        except ValueError:
            # The text of the standard library repeats the address.
            are_origins = False
        if not are_origins:
            raise ValueError("origins such as https://example.org, without wildcards")
        return text


def _is_origin(text: str) -> bool:
    """Scheme, host and port only, as browsers write them; without TLS only on this machine."""
    parts = urlsplit(text)
    is_bare = text == f"{parts.scheme}://{parts.netloc}" and "@" not in text and "*" not in text
    return is_bare and text == text.lower() and (parts.scheme == "https" or is_on_this_machine(parts.hostname))
