"""Converts settings into the rules for tokens and the names of their claims."""

from datetime import timedelta

from config.identity_settings import IdentitySettings, words_of
from domain.durations import parse_duration
from gateways.identity.claims import ClaimNames
from gateways.identity.provider import TokenRules
from gateways.identity.staff_tokens import StaffRules


def longest_lifetime(settings: IdentitySettings) -> timedelta:
    """How long after its issue any token may be accepted."""
    rules = token_rules(settings)
    return max(rules.lifetime, rules.staff.lifetime) + 2 * rules.leeway


def token_rules(settings: IdentitySettings) -> TokenRules:
    """The deployment's settings of the identity provider."""
    return TokenRules(
        client_id=settings.oidc_client_id,
        algorithms=words_of(settings.oidc_algorithms),
        lifetime=parse_duration(settings.oidc_token_lifetime).timedelta(),
        leeway=parse_duration(settings.oidc_clock_skew).timedelta(),
        names=ClaimNames(
            roles=settings.oidc_roles_claim,
            office=settings.oidc_office_claim,
            name=settings.oidc_name_claim,
            id_number=settings.oidc_id_number_claim,
            phone=settings.oidc_phone_claim,
            phone_verified=settings.oidc_phone_verified_claim,
            organisation_name=settings.oidc_organisation_name_claim,
            organisation_code=settings.oidc_organisation_code_claim,
        ),
        staff=StaffRules(
            acr=words_of(settings.oidc_staff_acr),
            amr=words_of(settings.oidc_staff_amr),
            lifetime=parse_duration(settings.oidc_staff_lifetime).timedelta(),
        ),
    )
