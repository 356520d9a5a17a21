from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from demo.oidc import COOKIE, PATH, SESSION_LIFETIME
from demo.oidc_grants import CODE_LIFETIME
from demo.routes import Demo
from domain.sms import Sms
from tests.support.clocks import SettableClock

VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BACK = "http://127.0.0.1:8123/signed-in"
AUTHORIZATION = {
    "response_type": "code",
    "client_id": "xuanhao-web",
    "redirect_uri": BACK,
    "scope": "openid profile",
    "state": "s-1",
    "nonce": "n-1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


def redirect_parameters(answer: httpx.Response) -> dict[str, str]:
    """The parameters that the browser returns to the client."""
    assert answer.status_code == 303
    address = urlsplit(answer.headers["location"])
    assert address._replace(query="").geturl() == BACK
    return dict(parse_qsl(address.query))


async def sign_in(browser: httpx.AsyncClient, user: str = "applicant-001", **changes: str) -> dict[str, str]:
    answer = await browser.post(f"{PATH}/authorize", params=AUTHORIZATION | changes, data={"user": user})
    return redirect_parameters(answer)


def form(code: str, changes: dict[str, str] | None = None) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "client_id": "xuanhao-web",
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    } | (changes or {})


async def test_the_provider_describes_itself_at_its_issuer(browser: httpx.AsyncClient) -> None:
    described = (await browser.get(f"{PATH}/.well-known/openid-configuration")).json()
    assert described["issuer"] == f"http://127.0.0.1:8123{PATH}"
    assert (await browser.get(described["jwks_uri"])).json()["keys"][0]["alg"] == "Ed25519"
    assert all(described[f"{name}_endpoint"].startswith(described["issuer"]) for name in ("authorization", "token"))


async def test_the_published_key_is_public(browser: httpx.AsyncClient) -> None:
    (key,) = (await browser.get(f"{PATH}/jwks.json")).json()["keys"]
    assert "d" not in key


async def test_a_chosen_person_is_signed_in_with_code_and_verifier(browser: httpx.AsyncClient) -> None:
    page = await browser.get(f"{PATH}/authorize", params=AUTHORIZATION)
    assert (page.status_code, "<script" in page.text) == (200, False)
    back = await sign_in(browser)
    assert (back["state"], back["iss"]) == ("s-1", f"http://127.0.0.1:8123{PATH}")
    tokens = (await browser.post(f"{PATH}/token", data=form(back["code"]))).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await browser.get("/api/v1/offices", headers=bearer)).status_code == 200
    keys = KeySet.import_key_set((await browser.get(f"{PATH}/jwks.json")).json())
    identity = jwt.decode(tokens["id_token"], keys, algorithms=["Ed25519"]).claims
    assert (identity["sub"], identity["aud"], identity["nonce"]) == ("applicant-001", "xuanhao-web", "n-1")


async def test_an_id_token_is_no_access_token(browser: httpx.AsyncClient) -> None:
    tokens = (await browser.post(f"{PATH}/token", data=form((await sign_in(browser))["code"]))).json()
    bearer = {"Authorization": f"Bearer {tokens['id_token']}"}
    assert (await browser.get("/api/v1/offices", headers=bearer)).status_code == 401


async def test_a_session_signs_in_again_without_a_page(browser: httpx.AsyncClient) -> None:
    await sign_in(browser, "clerk-440300")
    back = redirect_parameters(await browser.get(f"{PATH}/authorize", params=AUTHORIZATION | {"prompt": "none"}))
    tokens = (await browser.post(f"{PATH}/token", data=form(back["code"]))).json()
    assert tokens["token_type"] == "Bearer"


async def test_without_a_session_nobody_is_signed_in_silently(browser: httpx.AsyncClient) -> None:
    back = redirect_parameters(await browser.get(f"{PATH}/authorize", params=AUTHORIZATION | {"prompt": "none"}))
    assert (back["error"], back["state"]) == ("login_required", "s-1")


async def test_a_session_ends_by_itself_and_by_signing_out(browser: httpx.AsyncClient, clock: SettableClock) -> None:
    await sign_in(browser)
    clock.now += SESSION_LIFETIME
    silent = AUTHORIZATION | {"prompt": "none"}
    assert redirect_parameters(await browser.get(f"{PATH}/authorize", params=silent))["error"] == "login_required"
    await sign_in(browser)
    out = await browser.get(f"{PATH}/end_session", params={"post_logout_redirect_uri": BACK, "state": "s-2"})
    assert redirect_parameters(out) == {"state": "s-2"}
    assert redirect_parameters(await browser.get(f"{PATH}/authorize", params=silent))["error"] == "login_required"


async def test_signing_out_ends_the_tokens_of_the_session_and_of_no_other(browser: httpx.AsyncClient) -> None:
    """The demo's provider sends the service a logout token, as any provider does."""
    named, of_cookie = [
        (await browser.post(f"{PATH}/token", data=form((await sign_in(browser))["code"]))).json()["access_token"]
        for _ in range(2)
    ]
    other = await token_for(browser, "applicant-001")
    await browser.get(f"{PATH}/end_session")
    assert [await status_of(browser, token) for token in (named, of_cookie, other)] == [200, 401, 200]
    await browser.get(f"{PATH}/end_session", params={"id_token_hint": named})
    assert [await status_of(browser, token) for token in (named, of_cookie, other)] == [401, 401, 200]


async def token_for(browser: httpx.AsyncClient, user: str) -> str:
    return str((await browser.post("/api/v1/demo/tokens", json={"user": user})).json()["access_token"])


async def status_of(browser: httpx.AsyncClient, token: str) -> int:
    answer = await browser.get("/api/v1/offices", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code


@pytest.mark.parametrize("prompt", ["login", "select_account"])
async def test_another_person_can_be_chosen_in_spite_of_a_session(browser: httpx.AsyncClient, prompt: str) -> None:
    await sign_in(browser)
    assert (await browser.get(f"{PATH}/authorize", params=AUTHORIZATION | {"prompt": prompt})).status_code == 200


async def test_a_forged_session_is_none(browser: httpx.AsyncClient) -> None:
    token = (await browser.post("/api/v1/demo/tokens", json={"user": "operator-1"})).json()["access_token"]
    for cookie in (token, "x.y.z", ""):
        browser.cookies.set(COOKIE, cookie, path=PATH, domain="127.0.0.1")
        back = redirect_parameters(await browser.get(f"{PATH}/authorize", params=AUTHORIZATION | {"prompt": "none"}))
        assert back["error"] == "login_required"


async def test_a_code_is_good_once(browser: httpx.AsyncClient) -> None:
    back = await sign_in(browser)
    assert (await browser.post(f"{PATH}/token", data=form(back["code"]))).status_code == 200
    again = await browser.post(f"{PATH}/token", data=form(back["code"]))
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    "changes, error",
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": "é" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:8123/elsewhere"}, "invalid_grant"),
        ({"code": "guessed"}, "invalid_grant"),
        ({"client_id": "another"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_a_code_is_good_for_its_client_only(
    browser: httpx.AsyncClient, changes: dict[str, str], error: str
) -> None:
    back = await sign_in(browser)
    answer = await browser.post(f"{PATH}/token", data=form(back["code"], changes))
    assert (answer.status_code, answer.json()) == (400, {"error": error})


async def test_a_code_ends_after_a_minute(browser: httpx.AsyncClient, clock: SettableClock) -> None:
    back = await sign_in(browser)
    clock.now += CODE_LIFETIME
    assert (await browser.post(f"{PATH}/token", data=form(back["code"]))).status_code == 400


@pytest.mark.parametrize(
    "changes, error",
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "dance"}, "invalid_request"),
    ],
)
async def test_a_wrong_request_is_reported_to_the_client(
    browser: httpx.AsyncClient, changes: dict[str, str], error: str
) -> None:
    for answer in (
        await browser.get(f"{PATH}/authorize", params=AUTHORIZATION | changes),
        await browser.post(f"{PATH}/authorize", params=AUTHORIZATION | changes, data={"user": "applicant-001"}),
    ):
        assert redirect_parameters(answer)["error"] == error


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "another"},
        {"redirect_uri": "https://127.0.0.1/"},
        {"redirect_uri": "http://elsewhere.test/"},
        {"redirect_uri": "http://127.0.0.1@elsewhere.test/"},
        {"redirect_uri": "http://127.0.0.1:99999/"},
        {"redirect_uri": "http://127.0.0.1/#x"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": ""},
    ],
)
async def test_nobody_is_sent_to_a_strange_address(browser: httpx.AsyncClient, changes: dict[str, str]) -> None:
    answer = await browser.get(f"{PATH}/authorize", params=AUTHORIZATION | changes)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


@pytest.mark.parametrize(
    "language, office",
    [
        ("zh-CN", "车管所工作人员 深圳市公安局交通警察局车辆管理所"),
        ("zh-TW", "車管所工作人員 深圳市公安局交通警察局車輛管理所"),
        ("en", "office clerk Shenzhen Vehicle Management Office"),
    ],
)
async def test_a_clerks_office_has_its_name_in_the_readers_language(
    browser: httpx.AsyncClient, language: str, office: str
) -> None:
    headers = {"Accept-Language": language}
    page = (await browser.get(f"{PATH}/authorize", params=AUTHORIZATION, headers=headers)).text
    assert office in page
    assert "440300</button>" not in page


async def test_an_unknown_person_is_asked_for_again(browser: httpx.AsyncClient) -> None:
    answer = await browser.post(f"{PATH}/authorize", params=AUTHORIZATION, data={"user": "<b>"})
    assert (answer.status_code, "没有这个演示用户" in answer.text) == (400, True)


async def test_what_a_stranger_sends_is_never_markup(browser: httpx.AsyncClient) -> None:
    evil = '"><script>alert(1)</script>'
    page = await browser.get(f"{PATH}/authorize", params=AUTHORIZATION | {"login_hint": evil, "x": evil})
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_a_phone_shows_its_messages_newest_first(
    browser: httpx.AsyncClient, demo: Demo, clock: SettableClock
) -> None:
    phone = demo.world.users["applicant-005"].phone
    for number in range(2):
        await demo.messages.add(
            Sms(phone, f"<第{number}条>", "reserved", f"phone-{number}", clock.now + timedelta(seconds=number))
        )
    page = (await browser.get("/demo/phone", params={"user": "applicant-005"})).text
    assert 0 < page.index("&lt;第1条&gt;") < page.index("&lt;第0条&gt;")
    assert page.count("<script") == page.count('<script src="/demo/phone.js" defer></script>') == 1


async def test_a_phone_page_without_a_user_asks_whose(browser: httpx.AsyncClient) -> None:
    for params in ({}, {"user": "nobody"}):
        page = await browser.get("/demo/phone", params=params)
        assert (page.status_code, "谁的手机" in page.text) == (200, True)
    assert (await browser.get("/demo/style.css")).headers["content-type"].startswith("text/css")
