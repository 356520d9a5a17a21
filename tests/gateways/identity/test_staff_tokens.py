"""Staff tokens show a second factor and are short-lived; applicants need no second factor, and a day is enough."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from domain.errors import Unauthenticated
from gateways.identity.provider import TokenRules, TokenVerifier
from gateways.identity.signing_keys import SigningKeys
from gateways.identity.staff_tokens import StaffNotProved, StaffRules
from tests.support.clocks import NOW, SettableClock
from tests.support.http_server import LocalServer
from tests.support.tokens import APPLICANT, AUDIENCE, ISSUER, KEY, publish, token_of

SECONDS = int(NOW.timestamp())
OPERATOR = APPLICANT | {"roles": ["operator"]}
Verifying = Callable[[StaffRules], TokenVerifier]


@pytest.fixture
def make_verifier(http_server: LocalServer, client: httpx.AsyncClient, clock: SettableClock) -> Verifying:
    publish(http_server, KEY)
    keys = SigningKeys(http_server.url, client, clock)

    def by(staff: StaffRules) -> TokenVerifier:
        return TokenVerifier(ISSUER, AUDIENCE, keys=keys, clock=clock, rules=TokenRules(staff=staff))

    return by


GOLD = StaffRules(acr=frozenset({"gold", "3"}), amr=frozenset({"mfa", "hwk"}))


@pytest.mark.parametrize(
    "shown",
    [
        {"amr": ["mfa"]}, {"amr": ["pwd", "hwk"]}, {"amr": "mfa"}, {"acr": "gold"}, {"acr": "3", "amr": ["pwd"]},
    ],
    ids=str,
)  # fmt: skip
async def test_a_second_factor_is_shown_by_acr_or_amr(make_verifier: Verifying, shown: dict[str, Any]) -> None:
    assert (await make_verifier(GOLD).verify(token_of(OPERATOR | shown))).roles == {"operator"}


@pytest.mark.parametrize(
    "shown",
    [
        {}, {"amr": ["pwd"]}, {"amr": []}, {"amr": "pwd mfa"}, {"amr": {"mfa": 1}}, {"amr": [["mfa"]]}, {"amr": True},
        {"acr": "silver"}, {"acr": None}, {"acr": ["gold"]}, {"acr": 3}, {"AMR": ["mfa"]},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("roles", [["operator"], ["clerk"], ["applicant", "operator"]], ids=str)
async def test_without_one_no_token_of_staff_is_good(
    make_verifier: Verifying, roles: list[str], shown: dict[str, Any]
) -> None:
    claims = APPLICANT | {"roles": roles, "office": "440300"} | shown
    with pytest.raises(Unauthenticated):
        await make_verifier(GOLD).verify(token_of(claims))
    accepted = await make_verifier(GOLD).verify(token_of(claims | {"roles": ["applicant"]}))
    assert accepted.subject == "applicant-001"


async def test_where_no_value_is_named_nobody_is_staff(make_verifier: Verifying) -> None:
    nobody = StaffRules(acr=frozenset(), amr=frozenset())
    with pytest.raises(StaffNotProved):
        await make_verifier(nobody).verify(token_of(OPERATOR | {"amr": ["mfa"], "acr": "gold"}))


@pytest.mark.parametrize(
    "times, is_good",
    [
        ({"iat": SECONDS, "exp": SECONDS + 1800}, True),
        ({"iat": SECONDS, "exp": SECONDS + 1801}, False),
        ({"iat": SECONDS - 1000, "exp": SECONDS + 801}, False),
        ({"iat": None, "exp": SECONDS + 60}, False),
    ],
)
async def test_a_token_of_staff_lives_no_longer_than_it_may(
    make_verifier: Verifying, times: dict[str, Any], *, is_good: bool
) -> None:
    verifier = make_verifier(StaffRules(lifetime=timedelta(minutes=30)))
    token = token_of(OPERATOR | {"amr": ["mfa"]} | times)
    if is_good:
        accepted = await verifier.verify(token)
        assert accepted.subject == "applicant-001"
    else:
        with pytest.raises(StaffNotProved):
            await verifier.verify(token)


@pytest.mark.parametrize(
    "times, is_good",
    [
        ({"exp": SECONDS + 12 * 3600}, True),
        ({"exp": SECONDS + 24 * 3600}, True),
        ({"exp": SECONDS + 24 * 3600 + 1}, False),
        ({"iat": SECONDS - 24 * 3600, "exp": SECONDS + 1}, False),
        ({"iat": None, "exp": SECONDS + 60}, False),
    ],
)
@pytest.mark.parametrize("roles", [["applicant"], []], ids=str)
async def test_a_token_of_an_applicant_lives_longer_but_not_for_ever(
    make_verifier: Verifying, roles: list[str], times: dict[str, Any], *, is_good: bool
) -> None:
    token = token_of(APPLICANT | {"roles": roles} | times)
    if is_good:
        assert (await make_verifier(GOLD).verify(token)).subject == "applicant-001"
    else:
        with pytest.raises(Unauthenticated):
            await make_verifier(GOLD).verify(token)
