import json
import time
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import OctKey, OKPKey, RSAKey

from domain.errors import Unauthenticated
from domain.parties import Party, PartyKind
from gateways.identity import provider as identity_provider
from gateways.identity.claims import ClaimNames
from gateways.identity.provider import TokenRules, TokenVerifier, token_verifier
from gateways.identity.signed_tokens import LONGEST_TOKEN
from gateways.identity.signing_keys import SigningKeys
from tests.support.clocks import NOW, SettableClock
from tests.support.http_server import LocalServer
from tests.support.tokens import (
    AGENT,
    APPLICANT,
    AUDIENCE,
    GOOD,
    ISSUER,
    KEY,
    STAFF,
    STRANGER,
    part,
    publish,
    token_of,
    without,
)


async def test_an_applicants_token_names_the_person(verifier: TokenVerifier) -> None:
    claims = await verifier.verify(token_of(APPLICANT))
    assert (claims.subject, claims.roles, claims.phone) == ("applicant-001", frozenset({"applicant"}), "13800138000")
    assert claims.acting_party == Party(PartyKind.PERSON, "张三", "11010519491231002X")


async def test_an_agents_token_names_the_organisation_that_acts(verifier: TokenVerifier) -> None:
    claims = await verifier.verify(token_of(AGENT))
    assert claims.acting_party == Party(PartyKind.ORGANISATION, "深圳市贸易有限公司", "91110000600037341L")


async def test_a_clerks_token_names_the_office_and_the_person(verifier: TokenVerifier) -> None:
    clerk = {name: APPLICANT[name] for name in ("iss", "aud", "sub", "iat", "exp", "id_number")}
    claims = await verifier.verify(token_of(clerk | STAFF | {"roles": ["clerk"], "office": "440300"}))
    assert (claims.roles, claims.office) == (frozenset({"clerk"}), "440300")
    with pytest.raises(Unauthenticated):
        await verifier.verify(token_of(without(clerk, "id_number") | STAFF | {"roles": ["clerk"], "office": "440300"}))


@pytest.mark.parametrize("audience", [AUDIENCE, [AUDIENCE], ["another", AUDIENCE]])
async def test_the_audience_may_be_one_of_several(verifier: TokenVerifier, audience: object) -> None:
    claims = await verifier.verify(token_of(APPLICANT | {"aud": audience}))
    assert claims.subject == "applicant-001"


async def test_a_phone_may_be_written_with_the_country_code(verifier: TokenVerifier) -> None:
    claims = await verifier.verify(token_of(APPLICANT | {"phone_number": "+8613800138000"}))
    assert claims.phone == "13800138000"


async def test_roles_that_we_do_not_know_are_left_out(verifier: TokenVerifier) -> None:
    claims = await verifier.verify(token_of(APPLICANT | STAFF | {"roles": ["root", "operator"]}))
    assert claims.roles == {"operator"}


@pytest.mark.parametrize("name, claim", [("realm.roles", {"realm": {"roles": ["operator"]}}), ("a.b", {"a.b": []})])
async def test_the_name_of_the_roles_claim_is_a_setting(
    http_server: LocalServer, client: httpx.AsyncClient, clock: SettableClock, name: str, claim: dict[str, Any]
) -> None:
    publish(http_server, KEY)
    rules = TokenRules(names=ClaimNames(roles=name))
    verifier = token_verifier(ISSUER, AUDIENCE, http_server.url, client=client, clock=clock, rules=rules)
    claims = await verifier.verify(token_of(without(APPLICANT, "roles") | STAFF | claim))
    assert claims.roles == ({"operator"} if "realm" in claim else set())


@pytest.mark.parametrize(
    "key, alg",
    [
        (RSAKey.generate_key(2048, {"kid": "k-2"}), "RS256"),
        (RSAKey.generate_key(2048, {"kid": "k-2"}), "PS256"),
        (OKPKey.generate_key("Ed25519", {"kid": "k-2"}), "Ed25519"),
    ],
    ids=["RS256", "PS256", "Ed25519"],
)
async def test_each_pinned_algorithm_is_accepted(
    verifier: TokenVerifier, http_server: LocalServer, key: Any, alg: str
) -> None:
    publish(http_server, KEY, key)
    claims = await verifier.verify(token_of(APPLICANT, key, alg))
    assert claims.subject == "applicant-001"


BAD_CLAIMS = {
    "other issuer": APPLICANT | {"iss": "http://elsewhere.test"},
    "no issuer": without(APPLICANT, "iss"),
    "other audience": APPLICANT | {"aud": "another"},
    "other audiences": APPLICANT | {"aud": ["another", {}]},
    "no audience": without(APPLICANT, "aud"),
    "ended": APPLICANT | {"exp": int(NOW.timestamp()) - 6},
    "endless": without(APPLICANT, "exp"),
    "end is text": APPLICANT | {"exp": "tomorrow"},
    "end is absurd": APPLICANT | {"exp": 10**400},
    "end is no number": APPLICANT | {"exp": float("nan")},
    "end is a switch": APPLICANT | {"exp": True},
    "not begun": APPLICANT | {"nbf": int(NOW.timestamp()) + 6},
    "from the future": APPLICANT | {"iat": int(NOW.timestamp()) + 6},
    "nobody": without(APPLICANT, "sub"),
    "somebody without a name": without(APPLICANT, "name"),
    "somebody without a number": without(APPLICANT, "id_number"),
    "somebody without a phone": without(APPLICANT, "phone_number"),
    "a phone that is none": APPLICANT | {"phone_number": "１３８00138000"},
    "a phone that nobody verified": APPLICANT | {"phone_number_verified": False},
    "a phone verified in a text": APPLICANT | {"phone_number_verified": "true"},
    "a phone unverified in a text": APPLICANT | {"phone_number_verified": "false"},
    "a phone verified in a number": APPLICANT | {"phone_number_verified": 1},
    "a phone unverified in a number": APPLICANT | {"phone_number_verified": 0},
    "a phone verified by null": APPLICANT | {"phone_number_verified": None},
    "a blank name": APPLICANT | {"name": " "},
    "NUL in the name": APPLICANT | {"name": "张\0三"},
    "half a character": APPLICANT | {"name": "张\ud842"},
    "roles in a text": APPLICANT | {"roles": "operator"},
    "roles that are none": APPLICANT | {"roles": [1]},
    "a clerk of no office": APPLICANT | STAFF | {"roles": ["clerk"]},
    "roles at a dead end": without(APPLICANT, "roles") | {"roles": {"of": "nobody"}},
    "organisation without anything": APPLICANT | {"organisation": {}},
    "organisation is text": APPLICANT | {"organisation": "深圳市贸易有限公司"},
    "organisation without code": APPLICANT | {"organisation": {"name": "深圳市贸易有限公司"}},
    "organisation with a wrong code": APPLICANT | {"organisation": {"name": "深圳", "credit_code": "1" * 18}},
}


@pytest.mark.parametrize("claims", BAD_CLAIMS.values(), ids=BAD_CLAIMS.keys())
async def test_a_signed_token_with_a_defect_is_refused(verifier: TokenVerifier, claims: dict[str, Any]) -> None:
    payload = json.dumps(claims)
    token = jws.serialize_compact({"alg": "ES256", "kid": "k-1"}, payload, KEY, ["ES256"])
    with pytest.raises(Unauthenticated):
        await verifier.verify(token)


PUBLIC_AS_SECRET = OctKey.import_key({"kty": "oct", "k": KEY.as_dict(private=False)["x"], "kid": "k-1"})
HEAD, BODY, TAIL = GOOD.split(".")
BAD_TOKENS = {
    "another's signature": token_of(APPLICANT, STRANGER),
    "unknown key": token_of(APPLICANT, kid="k-9"),
    "no key named": f"{part({'alg': 'ES256'})}.{BODY}.{TAIL}",
    "alg none": f"{part({'alg': 'none', 'kid': 'k-1'})}.{BODY}.",
    "alg HS256 with the public key": token_of(APPLICANT, PUBLIC_AS_SECRET, "HS256"),
    "alg of another kind of key": f"{part({'alg': 'RS256', 'kid': 'k-1'})}.{BODY}.{TAIL}",
    "alg is a list": f"{part({'alg': ['ES256'], 'kid': 'k-1'})}.{BODY}.{TAIL}",
    "critical header": token_of(APPLICANT, crit=["x"], x="unheard of"),
    "another type": token_of(APPLICANT, typ="logout+jwt"),
    "altered claims": f"{HEAD}.{part(APPLICANT | {'roles': ['operator']})}.{TAIL}",
    "altered header": f"{part({'alg': 'ES256', 'kid': 'k-1', 'x': 1})}.{BODY}.{TAIL}",
    "cut": GOOD[:-4],
    "no signature": f"{HEAD}.{BODY}.",
    "header is a list": f"{part([])}.{BODY}.{TAIL}",
    "header is a text": f"{part('alg')}.{BODY}.{TAIL}",
    "header is deep": f"{part(json.loads('[' * 90 + ']' * 90))}.{BODY}.{TAIL}",
    "five parts": f"{GOOD}.{HEAD}.{HEAD}",
    "one part": HEAD,
    "empty": "",
    "not ASCII": GOOD + "é",
    "not base64": "!.!.!",
    "claims are a list": jws.serialize_compact({"alg": "ES256", "kid": "k-1"}, "[]", KEY, ["ES256"]),
    "claims are no JSON": jws.serialize_compact({"alg": "ES256", "kid": "k-1"}, "hello", KEY, ["ES256"]),
}


@pytest.mark.parametrize("token", BAD_TOKENS.values(), ids=BAD_TOKENS.keys())
async def test_a_token_that_is_none_is_refused(verifier: TokenVerifier, token: str) -> None:
    claims = await verifier.verify(GOOD)
    assert claims.subject == "applicant-001"
    with pytest.raises(Unauthenticated):
        await verifier.verify(token)


async def test_a_huge_token_is_refused_unread(verifier: TokenVerifier, http_server: LocalServer) -> None:
    with pytest.raises(Unauthenticated):
        await verifier.verify(token_of(APPLICANT | {"padding": "x" * LONGEST_TOKEN}))
    assert http_server.received == []


@pytest.mark.parametrize(
    "settings", [(None, AUDIENCE, "http://x.test"), (ISSUER, None, "http://x.test"), (None, None, None)]
)
async def test_while_no_provider_is_named_every_token_is_refused(
    client: httpx.AsyncClient, clock: SettableClock, settings: tuple[str | None, str | None, str | None]
) -> None:
    with pytest.raises(Unauthenticated):
        await token_verifier(*settings, client=client, clock=clock).verify(GOOD)


async def test_a_remembered_token_still_ends(verifier: TokenVerifier, clock: SettableClock) -> None:
    token = token_of(APPLICANT | {"exp": int(NOW.timestamp()) + 10})
    claims = await verifier.verify(token)
    assert claims.subject == "applicant-001"
    clock.now += timedelta(seconds=14)
    claims = await verifier.verify(token)
    assert claims.subject == "applicant-001"
    clock.now += timedelta(seconds=1)
    with pytest.raises(Unauthenticated):
        await verifier.verify(token)


async def test_no_more_tokens_are_remembered_than_are_meant_to_be(
    verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity_provider, "TOKENS_REMEMBERED", 3)
    for number in range(5):
        await verifier.verify(token_of(APPLICANT | {"jti": number}))
    assert len(verifier._remembered) == 3


async def test_verifying_costs_little_more_than_checking_the_signature(verifier: TokenVerifier) -> None:
    tokens = [token_of(APPLICANT | {"jti": number}) for number in range(100)]
    await verifier.verify(GOOD)
    took = [await seconds_for_all_and_for_the_signature(verifier, token) for token in tokens]
    whole, signature = map(min, zip(*took, strict=True))
    assert whole < 3 * signature


async def seconds_for_all_and_for_the_signature(verifier: TokenVerifier, token: str) -> tuple[float, float]:
    start = time.process_time()
    await verifier.verify(token)
    verified = time.process_time()
    jws.deserialize_compact(token, KEY, algorithms=["ES256"])
    return verified - start, time.process_time() - verified


async def test_where_the_provider_says_whether_a_phone_is_verified_it_must_say_so(
    http_server: LocalServer, client: httpx.AsyncClient, clock: SettableClock
) -> None:
    publish(http_server, KEY)
    rules = TokenRules(names=ClaimNames(phone_verified="checks.phone"))
    keys = SigningKeys(http_server.url, client, clock)
    verifier = TokenVerifier(ISSUER, AUDIENCE, keys=keys, clock=clock, rules=rules)
    assert (await verifier.verify(token_of(APPLICANT | {"checks": {"phone": True}}))).phone
    checks: list[Any] = [{}, {"phone": None}, {"phone": "true"}, [], None]
    for said in [{}, *({"checks": each} for each in checks)]:
        with pytest.raises(Unauthenticated):
            await verifier.verify(token_of(APPLICANT | {"phone_number_verified": True} | said))
