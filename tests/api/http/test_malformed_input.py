"""Anything malformed is a 4xx problem with a code, and costs nothing."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.applicants import Applicant, Car, Selection
from tests.support.country import Country
from tests.support.http import Answer

NO_OBJECTS: list[Any] = [[], 3, "x", True]
GARBAGE: list[Any] = [
    None,
    [],
    {},
    0,
    1.5,
    True,
    "",
    "\0",
    "x" * 3000,
    "１２３４５６",
    ["粤B12345"],
    {"a": {"b": []}},
    -(10**40),
]
NOT_JSON = [
    b"{",
    b"[1,]",
    b"{'a': 1}",
    b'{"code": NaN}',
    b'{"code": Infinity}',
    b'{"code": 1e999}',
    b'{"code": "\xff"}',
    b'{"code": "\\ud800"}',
    b'{"code": "\\u0000"}',
    b'{"code": "1", "code": "2"}',
    b'{"code": ' + b"[" * 20000 + b"]" * 20000 + b"}",
    b'{"code": ' + b"9" * 5000 + b"}",
    b"\xef\xbb\xbf{}",
    b'"code"',
    b"[]",
    b"3",
]


async def raw(selection: Selection, action: str, content: bytes, content_type: str = "application/json") -> Answer:
    return await selection.applicant.post(
        f"{selection.path}/{action}", content=content, headers={"Content-Type": content_type}
    )


@pytest.fixture
async def selection(country: Country) -> Selection:
    office, buyer = await country.office(), country.applicant()
    return await buyer.reach_selection(country.car(buyer, office))


def without_now(view: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in view.items() if name != "now"}


async def test_garbage_in_any_field_of_a_selection_is_refused_and_costs_nothing(selection: Selection) -> None:
    before = without_now(await selection.view())
    bodies: list[tuple[str, Any]] = [
        *[("compositions", {"numbers": value}) for value in [*GARBAGE, *[[value] for value in GARBAGE]]],
        *[("draws", {"exclude_four": value}) for value in GARBAGE if value is not True],
        *[("draws", {"prefix": value}) for value in GARBAGE if value is not None],
        *[("candidates", {"number": value}) for value in GARBAGE],
        *[("confirmation", {"number": value}) for value in GARBAGE],
        *[(action, {"unknown": 1}) for action in ("start", "identity-code", "cancellation", "draws", "candidates")],
        *[(action, value) for action in ("compositions", "candidates", "identity") for value in NO_OBJECTS],
    ]
    for action, body in bodies:
        answer = await selection.post(action, body)
        assert (answer.status, action, body) == (422, action, body)
        assert answer.code in {"validation_failed", "number_malformed"}
    assert without_now(await selection.view()) == before


async def test_text_that_is_no_plain_json_is_refused(selection: Selection) -> None:
    for content in NOT_JSON:
        for action in ("identity", "draws", "start"):
            answer = await raw(selection, action, content)
            assert (answer.status, answer.code) == (422, "validation_failed"), content[:40]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "application/x-www-form-urlencoded", "", "application/json; charset=gbk"],
)
async def test_another_content_type_is_refused(selection: Selection, content_type: str) -> None:
    answer = await raw(selection, "draws", b"{}", content_type)
    assert (answer.status, answer.code) == (415, "unsupported_media_type")
    assert (await selection.view())["draws"]["remaining"] == 5


async def test_megabytes_are_refused_whether_announced_or_in_chunks(selection: Selection) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 65536

    for content in (b" " * 3_000_000, chunks()):
        answer = await selection.applicant.post(
            f"{selection.path}/draws", content=content, headers={"Content-Type": "application/json"}
        )
        assert (answer.status, answer.code) == (413, "payload_too_large")


async def test_a_body_less_action_takes_an_empty_body_of_any_type(country: Country) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    answer = await raw(selection, "start", b"", "application/x-www-form-urlencoded")
    assert answer.ok()["stage"] == "identity_verification"
    assert (await raw(selection, "identity-code", b"{}")).ok()["identity"]["code_sent"]


async def test_the_framework_s_own_refusals_have_the_form_of_all_others(country: Country) -> None:
    applicant = country.applicant()
    assert (await applicant.get("/nothing/here")).code == "not_found"
    assert (await applicant.get("/offices/")).code == "not_found"
    answer = await applicant.call("DELETE", "/preselections")
    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert answer.headers["allow"]
    assert (await applicant.get("/preselections/%00")).code == "not_found"
    assert (await applicant.get("/offices/%00/notice")).code == "not_found"
    assert (await applicant.get("/offices/" + "9" * 5000 + "/notice")).code == "not_found"


@pytest.mark.parametrize("name", ["not-an-id", "0", "{0}", "urn:uuid:0", "00000000000000000000000000000000"])
async def test_a_path_that_names_no_id_is_not_found(country: Country, name: str) -> None:
    assert (await country.applicant().get(f"/preselections/{name}")).code == "not_found"


async def test_a_view_is_found_by_an_id_in_capitals_too(selection: Selection) -> None:
    assert (await selection.applicant.get(selection.path.upper().replace("PRESELECTIONS", "preselections"))).ok()


class TestSubmissions:
    """`POST /preselections`, field by field."""

    @pytest.fixture
    async def buyer(self, country: Country) -> Applicant:
        return country.applicant()

    @pytest.fixture
    async def car(self, country: Country, buyer: Applicant) -> Car:
        return country.car(buyer, await country.office())

    async def test_garbage_in_any_field_is_refused(self, buyer: Applicant, car: Car) -> None:
        own_codes = {
            "vin": "vin_invalid",
            "certificate_number": "certificate_number_invalid",
        }
        for field in car.body("123456"):
            for value in GARBAGE:
                answer = await buyer.post("/preselections", car.body("000000", **{field: value}))
                well_formed = isinstance(value, str) and field in {"notice_version", "office_code"}
                assert answer.status == 422 or (well_formed and answer.status == 409), (field, value)
                if isinstance(value, str) and field in own_codes:
                    assert answer.code in {own_codes[field], "validation_failed"}

    async def test_garbage_in_any_field_of_the_seller_is_refused(self, buyer: Applicant, car: Car) -> None:
        seller = car.body("123456")["seller"]
        for field in seller:
            for value in GARBAGE:
                if field == "name" and value == "１２３４５６":
                    continue
                answer = await buyer.post("/preselections", car.body("000000", seller=seller | {field: value}))
                assert answer.status == 422, (field, value)
        for extra in ({**seller, "age": 3}, {"kind": "person"}):
            assert (await buyer.post("/preselections", car.body("000000", seller=extra))).code == "validation_failed"

    @pytest.mark.parametrize(
        "vin", ["LFV2A21K5A3000001", "LSVAA49I132047371", "ＬSVAA49J132047371", "LSVAA49J13204737", "", "\0" * 17]
    )
    async def test_a_wrong_vin_has_its_own_code(self, buyer: Applicant, car: Car, vin: str) -> None:
        answer = await buyer.post("/preselections", car.body("000000", vin=vin))
        assert answer.code == ("validation_failed" if "\0" in vin else "vin_invalid")

    @pytest.mark.parametrize("number", ["", "12345678901", "１２３４５６７８９０１２", "1234567890123", "12345678901a"])
    async def test_a_wrong_certificate_number_has_its_own_code(self, buyer: Applicant, car: Car, number: str) -> None:
        answer = await buyer.post("/preselections", car.body("000000", certificate_number=number))
        assert answer.code == "certificate_number_invalid"

    @pytest.mark.parametrize(
        "kind, number",
        [
            ("person", "110101199002300014"),
            ("person", "110105999912310027"),
            ("person", "91110000600037341L"),
            ("organisation", "11010519491231002X"),
            ("organisation", "91110000600037341M"),
            ("person", ""),
        ],
    )
    async def test_a_wrong_identity_number_has_its_own_code(
        self, buyer: Applicant, car: Car, kind: str, number: str
    ) -> None:
        seller = {"kind": kind, "name": "李四", "id_number": number}
        assert (await buyer.post("/preselections", car.body("000000", seller=seller))).code == "id_number_invalid"

    @pytest.mark.parametrize("name", ["李\n四", "李\x00四", " ", "", "\u2028", "李\x7f"])
    async def test_a_name_has_no_control_characters(self, buyer: Applicant, car: Car, name: str) -> None:
        seller = {"kind": "person", "name": name, "id_number": "11010519491231002X"}
        assert (await buyer.post("/preselections", car.body("000000", seller=seller))).code == "validation_failed"

    async def test_an_unknown_office_fails_validation(self, buyer: Applicant, car: Car) -> None:
        answer = await buyer.post("/preselections", car.body("000000", office_code="999999"))
        assert answer.code == "validation_failed"
        assert answer.body["errors"][0]["field"] == "office_code"

    async def test_errors_name_fields_and_never_repeat_what_was_sent(self, buyer: Applicant, car: Car) -> None:
        secret = "秘密X9"
        body = car.body(secret, office_code=[secret], **{secret: secret, "unknown_field": secret})
        answer = await buyer.post("/preselections", body)
        assert answer.code == "validation_failed"
        fields = {error["field"] for error in answer.body["errors"]}
        assert {"office_code", "code", "unknown_field"} <= fields
        assert secret not in json.dumps(answer.body, ensure_ascii=False)

    async def test_small_letters_are_folded(self, buyer: Applicant, car: Car) -> None:
        assert (await buyer.submit(car, vin=car.vin.lower())).status == 201
