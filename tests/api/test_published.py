"""Public information: offices, notices, segments, health, languages, and the OpenAPI document."""

import re
import tomllib
from collections.abc import Iterator
from string import Formatter
from typing import Any

import pytest

from api.http.problems import STATUSES
from domain.errors import REFUSALS
from domain.vehicle_eligibility import Obstacle
from locales.languages import FOLDER, Language, catalogue, preferred_language
from tests.support.country import Country


async def test_offices_with_their_notice_and_segments(country: Country) -> None:
    office, applicant = await country.office("A!!!!", "!!!!!"), country.applicant()
    items = (await applicant.get("/offices")).ok()["items"]
    mine = next(item for item in items if item["code"] == office.code)
    assert mine == {
        "code": office.code, "name": office.name, "address": office.address, "province": office.province,
        "prefixes": list(office.prefixes), "hours": None, "telephone": None,
        "coordinates": None,
    }  # fmt: skip
    notice = (await applicant.get(f"/offices/{office.code}/notice")).ok()
    its = ("version", "title", "body", "language")
    assert tuple(notice[name] for name in its) == ("1", "业务须知", "须知正文", "zh-CN")
    segments = (await applicant.get(f"/offices/{office.code}/segments")).ok()["items"]
    assert {segment["template"] for segment in segments} == {"A!!!!", "!!!!!"}
    assert set(segments[0]) == {"prefix", "template", "released_at", "compose_from"}
    for path in ("notice", "segments"):
        assert (await applicant.get(f"/offices/999999/{path}")).code == "not_found"


async def test_it_is_alive_and_ready(country: Country) -> None:
    for path in ("/healthz", "/readyz"):
        answer = await country.stack.client.get(f"http://xuanhao.test{path}")
        assert answer.status_code == 200


async def test_a_request_id_goes_in_and_out_if_it_is_a_uuid(country: Country) -> None:
    given = "0b8f1b0e-6f0c-4f0a-9d55-3c1f5a0b7a11"
    applicant = country.applicant()
    answer = await applicant.get("/offices", headers={"X-Request-Id": given})
    assert answer.headers["x-request-id"] == given
    answer = await applicant.get("/offices", headers={"X-Request-Id": "13800138000"})
    assert re.fullmatch("[0-9a-f-]{36}", answer.headers["x-request-id"])
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers


class TestLanguages:
    @pytest.mark.parametrize(
        "header, language",
        [
            (None, "zh-CN"), ("", "zh-CN"), ("en", "en"), ("en-GB,en;q=0.9", "en"), ("fr", "zh-CN"), ("zh-TW", "zh-TW"),
            ("zh-Hant-HK", "zh-TW"), ("zh", "zh-CN"), ("zh-Hans;q=0.2, en;q=0.3", "en"), ("*;q=0.1, en;q=0", "zh-CN"),
            ("fr;q=1, zh-TW;q=0.5, en;q=0.4", "zh-TW"), ("en;q=0", "zh-CN"), ("en;q=x, zh-HK;q=0.1", "zh-TW"),
            ("en;q=0.5,zh-CN;q=0.5", "en"), (";;;,,q=", "zh-CN"), ("e" * 10000, "zh-CN"),
        ],
    )  # fmt: skip
    def test_the_language_liked_best_is_chosen(self, header: str | None, language: str) -> None:
        assert preferred_language(header).value == language

    @pytest.mark.parametrize(
        "language, title", [("zh-CN", "未找到"), ("zh-TW", "未找到"), ("en", "Not found"), ("de", "未找到")]
    )
    async def test_problems_speak_it(self, country: Country, language: str, title: str) -> None:
        answer = await country.applicant().get("/nowhere", headers={"Accept-Language": language})
        assert answer.body["title"] == title
        assert answer.headers["vary"] == "Accept-Language"

    def test_every_code_has_a_status_and_texts_in_every_language(self) -> None:
        assert set(REFUSALS) <= set(STATUSES)
        for language in Language:
            assert set(catalogue(language)["problems"]) == set(STATUSES)
            assert set(catalogue(language)["reasons"]) == set(Obstacle)

    def test_all_catalogues_have_the_same_entries_and_placeholders(self) -> None:
        first, *others = [dict(entries(catalogue(language))) for language in Language]
        for other in others:
            assert {name: placeholders(text) for name, text in first.items()} == {
                name: placeholders(text) for name, text in other.items()
            }

    def test_every_catalogue_is_of_a_language(self) -> None:
        assert {file.stem for file in FOLDER.iterdir()} == {language.value for language in Language}
        assert all(tomllib.loads(file.read_text("utf-8")) for file in FOLDER.iterdir())


def entries(texts: Any, path: str = "") -> Iterator[tuple[str, str]]:
    for name, value in texts.items():
        if isinstance(value, str):
            yield f"{path}.{name}", value
        else:
            yield from entries(value, f"{path}.{name}")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


CONTRACT = {
    "get /api/v1/offices": 200,
    "get /api/v1/offices/{code}/notice": 200,
    "get /api/v1/offices/{code}/segments": 200,
    "post /api/v1/entries": 200,
    "post /api/v1/verification-codes": 202,
    "post /api/v1/preselections": 201,
    "get /api/v1/preselections": 200,
    "get /api/v1/preselections/{preselection_id}": 200,
    "post /api/v1/preselections/{preselection_id}/start": 200,
    "post /api/v1/preselections/{preselection_id}/identity-code": 200,
    "post /api/v1/preselections/{preselection_id}/identity": 200,
    "get /api/v1/preselections/{preselection_id}/keyboard": 200,
    "post /api/v1/preselections/{preselection_id}/compositions": 200,
    "post /api/v1/preselections/{preselection_id}/draws": 200,
    "post /api/v1/preselections/{preselection_id}/candidates": 200,
    "post /api/v1/preselections/{preselection_id}/confirmation": 200,
    "post /api/v1/preselections/{preselection_id}/cancellation": 200,
    "get /api/v1/preselections/{preselection_id}/voucher": 200,
    "get /api/v1/preselections/{preselection_id}/calendar": 200,
    "get /api/v1/preselections/{preselection_id}/events": 200,
    "get /api/v1/desk/reservations": 200,
    "post /api/v1/desk/vouchers/inspect": 200,
    "post /api/v1/desk/preselections/{preselection_id}/confirmation": 200,
    "post /api/v1/desk/preselections/{preselection_id}/rejection": 200,
    "get /api/v1/operations/blacklist": 200,
    "post /api/v1/operations/blacklist/{entry_id}/release": 200,
    "get /api/v1/operations/pool/{prefix}": 200,
    "post /api/v1/operations/segments": 201,
    "get /healthz": 200,
    "get /readyz": 200,
}


class TestTheDocument:
    @pytest.fixture
    async def document(self, country: Country) -> dict[str, Any]:
        document: dict[str, Any] = (await country.stack.client.get("http://xuanhao.test/openapi.json")).json()
        return document

    async def test_it_names_the_calls_of_the_contract_with_their_statuses(self, document: dict[str, Any]) -> None:
        documented = {
            f"{method} {path}": next(int(status) for status in operation["responses"])
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
        }
        assert CONTRACT.items() <= documented.items()

    async def test_every_refusal_is_a_problem(self, document: dict[str, Any]) -> None:
        for operations in document["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400:
                        assert list(response["content"]) == ["application/problem+json"]
                        codes = re.findall("`([a-z_]+)`", response["description"])
                        assert codes
                        assert {STATUSES[code] for code in codes} == {int(status)}

    async def test_every_reference_leads_somewhere(self, document: dict[str, Any]) -> None:
        names = set(re.findall("#/components/schemas/([A-Za-z_]+)", str(document)))
        assert names <= set(document["components"]["schemas"])
        assert "HTTPValidationError" not in document["components"]["schemas"]

    async def test_views_are_documented_with_the_fields_that_they_have(
        self, document: dict[str, Any], country: Country
    ) -> None:
        office, buyer = await country.office(), country.applicant()
        view = (await buyer.submit(country.car(buyer, office))).ok()
        assert set(document["components"]["schemas"]["PreselectionView"]["required"]) == set(view)

    async def test_every_event_of_the_stream_is_documented_with_the_view(self, document: dict[str, Any]) -> None:
        answers = document["paths"]["/api/v1/preselections/{preselection_id}/events"]["get"]["responses"]
        data = answers["200"]["content"]["text/event-stream"]["schema"]["properties"]["data"]
        assert data["contentSchema"] == {"$ref": "#/components/schemas/PreselectionView"}

    async def test_every_link_leads_to_a_call_that_takes_what_it_gives(self, document: dict[str, Any]) -> None:
        operations = [operation for path in document["paths"].values() for operation in path.values()]
        by_id = {operation["operationId"]: operation for operation in operations}
        links = [
            link
            for operation in operations
            for answer in operation["responses"].values()
            for link in answer.get("links", {}).values()
        ]
        assert {"put_aside", "confirm", "release_withheld"} <= {link["operationId"] for link in links}
        for link in links:
            names = {parameter["name"] for parameter in by_id[link["operationId"]]["parameters"]}
            assert set(link["parameters"]) <= names

    @pytest.mark.parametrize("path, methods", [("/preselections", "GET, HEAD, POST"), ("/entries", "POST")])
    async def test_a_wrong_method_gets_all_the_right_ones(self, country: Country, path: str, methods: str) -> None:
        answer = await country.stack.client.request("DELETE", f"http://xuanhao.test/api/v1{path}")
        assert (answer.status_code, answer.headers["allow"]) == (405, methods)
