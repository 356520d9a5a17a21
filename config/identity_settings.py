"""Settings of the identity provider: any OpenID Connect provider, with any names of claims."""

from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from config.addresses import HTTP_SCHEMES, check_url
from domain.durations import parse_duration

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_ALGORITHMS = ("ES256", "RS256", "PS256", "Ed25519")


def words_of(text: str | None) -> frozenset[str]:
    """The items of a setting, separated by commas or blanks."""
    return frozenset((text or "").replace(",", " ").split())


def is_on_this_machine(host: str | None) -> bool:
    return host in _LOOPBACK


class IdentitySettings(BaseSettings):
    """The issuer of tokens, and how they are parsed."""

    oidc_issuer: str | None = Field(None, description="Issuer of tokens; unset: every token is refused")
    oidc_audience: str | None = Field(None, description="Audience that tokens must name")
    oidc_jwks_url: str | None = Field(None, description="URL of the issuer's keys; unset: found by discovery")
    oidc_client_id: str | None = Field(None, description="The web pages' client at the issuer; unset: no sign-in there")
    oidc_algorithms: str = Field(" ".join(_ALGORITHMS), description="Accepted signature algorithms")
    oidc_clock_skew: str = Field("PT5S", description="How much the issuer's clock and ours may differ, in ISO 8601")

    oidc_roles_claim: str = Field("roles", min_length=1, description="Claim of the roles")
    oidc_office_claim: str = Field("office", min_length=1, description="Claim of a clerk's office")
    oidc_name_claim: str = Field("name", min_length=1, description="Claim of the person's name")
    oidc_id_number_claim: str = Field("id_number", min_length=1, description="Claim of the identity number")
    oidc_phone_claim: str = Field("phone_number", min_length=1, description="Claim of the verified mobile number")
    oidc_phone_verified_claim: str | None = Field(
        None, min_length=1, description="Claim that must be true; unset: the phone's with `_verified`, if it is there"
    )
    oidc_organisation_name_claim: str = Field(
        "organisation.name", min_length=1, description="Claim of the name of the organisation that an agent acts for"
    )
    oidc_organisation_code_claim: str = Field(
        "organisation.credit_code", min_length=1, description="Claim of its credit code"
    )

    oidc_token_lifetime: str = Field("P1D", description="Longest lifetime of an applicant's token, in ISO 8601")
    oidc_staff_acr: str | None = Field(None, description="Values of `acr` that show a second factor")
    oidc_staff_amr: str = Field("mfa", description="Values of `amr` each of which shows a second factor")
    oidc_staff_lifetime: str = Field("PT1H", description="Longest lifetime of a staff token, in ISO 8601")

    @field_validator("oidc_clock_skew", "oidc_token_lifetime", "oidc_staff_lifetime")
    @classmethod
    def _is_a_time(cls, text: str) -> str:
        parse_duration(text).timedelta()
        return text

    @field_validator("oidc_algorithms")
    @classmethod
    def _are_ours(cls, text: str) -> str:
        if not words_of(text) or not words_of(text) <= set(_ALGORITHMS):
            raise ValueError(f"one or more of {', '.join(_ALGORITHMS)}")
        return text

    @field_validator("oidc_issuer", "oidc_jwks_url")
    @classmethod
    def _has_tls(cls, address: str | None) -> str | None:
        """Without TLS keys could be forged; only a provider on this machine may do without."""
        if address is None:
            return None
        parts = urlsplit(check_url(address, HTTP_SCHEMES))
        if parts.scheme != "https" and not is_on_this_machine(parts.hostname):
            raise ValueError("a URL that begins with https://")
        return address

    @field_validator("oidc_audience")
    @classmethod
    def _stands_beside_the_issuer(cls, audience: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("oidc_issuer") and not audience:
            raise ValueError("required with an issuer")
        return audience
