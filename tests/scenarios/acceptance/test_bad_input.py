"""Anything malformed gets a 4xx problem with a code, and costs nothing; never a 500, never a stack trace."""

import json
from typing import Any

import httpx
import pytest

from tests.scenarios.acceptance.people import DemoApplicant, DemoSelection, DemoService, ok
from tests.support.running_stack import Json

WEIRD: tuple[Any, ...] = (
    *(
        None,
        True,
        0,
        -1,
        1.5,
        1e308,
        10**40,
        "",
        " ",
        "\x00",
        "１２３４５６",
        "x" * 100_000,
        "\ud800",
        "\u202e",
        "🚗" * 50,
    ),
    *([], [None], [[[]]], {}, {"a": {"b": {}}}, "'; DROP TABLE claim; --", "../../etc/passwd", "${jndi:ldap://x}"),
    *("9999-99-99", "0000-00-00T00:00:00Z", "NaN", "𠮷" * 3),
)
RAW = {
    "nothing": b"",
    "broken": b'{"number": ',
    "not-utf-8": b'{"number": "\xff\xfe"}',
    "twice": b'{"number": "a", "number": "b"}',
    "nan": b'{"number": NaN}',
    "deep": b'{"number": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "array": b"[]",
    "text": b'"text"',
    "number": b"1",
    "bom": b"\xef\xbb\xbf{}",
    "long-number": b'{"number": ' + b"9" * 10_000 + b"}",
}
BODIES: dict[str, Json] = {
    "identity": {"code": "000000"},
    "compositions": {"numbers": ["粤BA1234"]},
    "draws": {"exclude_four": False, "prefix": None},
    "candidates": {"number": "粤BA1234"},
    "confirmation": {"number": "粤BA1234"},
}


@pytest.fixture(scope="module")
async def selection(service: DemoService) -> DemoSelection:
    """These tests never change it, so one is enough; only the writes per minute of its account are limited."""
    return await (await service.applicant()).selecting()


def is_refusal(answer: httpx.Response) -> bool:
    return 400 <= answer.status_code < 500 and answer.json()["code"] != "internal_error"


async def send(applicant: DemoApplicant, path: str, content: bytes, **headers: str) -> httpx.Response:
    given = {"Content-Type": "application/json", "Authorization": f"Bearer {applicant.token}"}
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return await applicant.http.post(f"/api/v1{path}", content=content, headers=given | headers)


@pytest.mark.parametrize("action", BODIES)
async def test_no_value_of_a_field_does_harm(service: DemoService, action: str) -> None:
    selection = await (await service.applicant()).selecting()
    before = await selection.view()
    for name in BODIES[action]:
        for value in WEIRD:
            if action == "draws" and (value is None or value is True):
                continue
            content = json.dumps(BODIES[action] | {name: value}).encode()
            answer = await send(selection.owner, f"{selection.path}/{action}", content)
            assert is_refusal(answer), (action, name, value)
            assert not isinstance(value, str) or len(value) < 10 or value not in str(answer.json().get("errors"))
    after = await selection.view()
    assert after | {"now": before["now"]} == before


async def test_no_value_of_a_field_of_the_creation_does_harm(service: DemoService) -> None:
    applicant = await service.applicant()
    await applicant.ask_code()
    right = await applicant.submission()
    for number, name in enumerate(right):
        # Another account for each field, because writes per minute are limited.
        sender = await service.applicant()
        for value in WEIRD:
            content = json.dumps(right | {name: value}).encode()
            answer = await send(sender, "/preselections", content)
            assert is_refusal(answer), (name, value)
        assert number < 10
    ok(await applicant.post("/preselections", right), 201)


async def test_no_value_of_a_seller_s_field_does_harm(service: DemoService) -> None:
    applicant = await service.applicant()
    body = await applicant.submission(code="000000")
    for name in ("kind", "name", "id_number"):
        for value in WEIRD:
            content = json.dumps(body | {"seller": body["seller"] | {name: value}}).encode()
            assert is_refusal(await send(applicant, "/preselections", content)), (name, value)


@pytest.mark.parametrize("name", RAW)
async def test_no_bytes_do_harm(service: DemoService, selection: DemoSelection, name: str) -> None:
    for path in (f"{selection.path}/candidates", "/preselections", "/verification-codes"):
        answer = await send(selection.owner, path, RAW[name])
        assert is_refusal(answer), path
        assert "Traceback" not in answer.text


async def test_megabytes_are_refused(selection: DemoSelection) -> None:
    content = b'{"number": "' + b"x" * 4_000_000 + b'"}'
    answer = await send(selection.owner, f"{selection.path}/candidates", content)
    assert answer.status_code == 413


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "", "a/b/c"])
async def test_another_content_type_is_refused(selection: DemoSelection, kind: str) -> None:
    answer = await send(selection.owner, f"{selection.path}/candidates", b'{"number": "a"}', Content_Type=kind)
    assert answer.status_code == 415


async def test_a_charset_beside_json_is_fine(selection: DemoSelection) -> None:
    answer = await send(
        selection.owner,
        f"{selection.path}/candidates",
        b'{"number": "a"}',
        Content_Type="application/json; charset=utf-8",
    )
    assert answer.status_code in {409, 422}


async def test_unknown_fields_are_refused_by_name(selection: DemoSelection) -> None:
    answer = await selection.post("candidates", {"number": "粤BA1234", "price": 1})
    assert answer.json()["code"] == "validation_failed"
    assert [error["field"] for error in answer.json()["errors"]] == ["price"]


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH"])
async def test_other_methods_are_refused_in_the_same_form(service: DemoService, method: str) -> None:
    answer = await service.http.request(method, "/api/v1/preselections")
    assert answer.status_code in {401, 405}
    assert answer.json()["code"]


@pytest.mark.parametrize(
    "path", ["/api/v1/nowhere", "/api/v2/offices", "/api/v1/preselections/", "/api/v1/%00", "/api"]
)
async def test_unknown_routes_are_refused_in_the_same_form(service: DemoService, path: str) -> None:
    answer = await service.http.get(path)
    assert answer.status_code in {401, 404}
    assert answer.json()["code"]


@pytest.mark.parametrize("part", ["x" * 10_000, "%2e%2e", "%ff", "1'--", "%00", "ａ"])
async def test_no_id_in_a_path_does_harm(selection: DemoSelection, part: str) -> None:
    for path in (f"/preselections/{part}", f"/preselections/{part}/draws", f"/offices/{part}/notice"):
        assert is_refusal(await selection.owner.get(path)), path


async def test_no_parameter_does_harm(selection: DemoSelection) -> None:
    for value in ("", "x" * 5000, "%00", "粤B粤B", "\x01", "１"):
        answer = await selection.owner.get(f"{selection.path}/keyboard", prefix=value, typed=value)
        assert answer.status_code == 422 or answer.json()["available"] == []
    assert is_refusal(await selection.owner.get(f"{selection.path}/keyboard"))
