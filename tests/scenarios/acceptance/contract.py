"""Validates every response of a test against the published OpenAPI document and the contract's problem codes."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx

INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
STATUS_OF_CODE = {
    code: int(status)
    for status, codes in {
        "400": "idempotency_key_invalid",
        "401": "unauthenticated",
        "403": "forbidden blacklisted own_affair",
        "404": "not_found",
        "409": "wrong_stage too_early no_draws_left no_composed_left too_many_numbers batch_expired not_in_batch"
        " candidate_expired not_a_candidate numbers_unavailable vehicle_in_use vehicle_exhausted notice_outdated"
        " vehicle_not_eligible cancellation_not_allowed code_not_sent second_operator_needed",
        "422": "validation_failed vin_invalid certificate_number_invalid id_number_invalid number_malformed"
        " number_duplicated information_mismatch code_incorrect code_expired voucher_invalid",
        "429": "rate_limited code_attempts_exceeded",
        "503": "unavailable busy",
        "504": "outcome_unknown",
    }.items()
    for code in codes.split()
}
FACT_OF_CODE = {
    "blacklisted": "until",
    "wrong_stage": "stage",
    "too_early": "retry_at",
    "too_many_numbers": "max",
    "notice_outdated": "version",
    "vehicle_not_eligible": "reasons",
    "validation_failed": "errors",
    "number_malformed": "numbers",
    "code_incorrect": "attempts_left",
    "rate_limited": "retry_at",
    "busy": "retry_at",
    "unavailable": "parts",
}
# The contract does not fix the codes of the framework's refusals.
FRAMEWORK_STATUSES = {400, 404, 405, 408, 413, 415}
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
FORMATS = {"date-time": INSTANT, "date": DAY}
# An unknown keyword would silently not be checked.
KNOWN = {
    *("type", "properties", "required", "items", "anyOf", "enum", "const", "pattern", "format", "additionalProperties"),
    *("minItems", "maxItems", "maxLength", "minLength", "title", "description", "default", "examples", "$ref"),
}


class Disagreement(AssertionError):
    """A response violates the contract or the published document."""


@dataclass
class Contract:
    """The document of one running service. `check` is an httpx hook for its responses."""

    document: dict[str, Any]

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[str], dict[str, Any]]]:
        """What each path looks like, and its operations. A literal path takes precedence over one with parameters."""
        ordered = sorted(self.document["paths"].items(), key=lambda item: "{" in item[0])
        return [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", template)), operations) for template, operations in ordered]

    async def check(self, response: httpx.Response) -> None:
        if response.headers.get("content-type", "").startswith("text/event-stream"):
            return
        await response.aread()
        if response.status_code >= 400:
            check_problem(response)
        self._check_published(response)

    def _check_published(self, response: httpx.Response) -> None:
        operation = self._operation(response.request)
        if operation is None:
            require(response.status_code in {404, 405}, response, "is not published")
            return
        answers = operation["responses"]
        require(str(response.status_code) in answers, response, "has a status that is not published")
        content = answers[str(response.status_code)].get("content", {})
        kind = response.headers["content-type"].split(";")[0]
        require(kind in content, response, f"is {kind}, published are {list(content)}")
        if kind.endswith("json"):
            self.validate(response.json(), content[kind]["schema"], f"{response.request.method} {response.request.url}")

    def _operation(self, request: httpx.Request) -> dict[str, Any] | None:
        for path, operations in self._paths:
            if path.fullmatch(request.url.path):
                found: dict[str, Any] | None = operations.get(request.method.lower())
                return found
        return None

    def view(self, value: Any) -> None:
        """The data of an event is the view that other calls return."""
        self.validate(value, {"$ref": "#/components/schemas/PreselectionView"}, "event")

    def validate(self, value: Any, schema: dict[str, Any], where: str) -> None:
        if unknown := set(schema) - KNOWN:
            raise Disagreement(f"{where}: this validator does not know {unknown}")
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            self.validate(value, self.document["components"]["schemas"][name], where)
        if "anyOf" in schema:
            self._any_of(value, schema["anyOf"], where)
        self._type(value, schema, where)
        self._choice(value, schema, where)
        if isinstance(value, str):
            check_text(value, schema, where)
        elif isinstance(value, list):
            self._list(value, schema, where)
        elif isinstance(value, dict):
            self._object(value, schema, where)

    def _any_of(self, value: Any, schemas: list[dict[str, Any]], where: str) -> None:
        failures = []
        for schema in schemas:
            try:
                return self.validate(value, schema, where)
            except Disagreement as failure:
                failures.append(str(failure))
        raise Disagreement("; ".join(failures))

    @staticmethod
    def _type(value: Any, schema: dict[str, Any], where: str) -> None:
        wanted = schema.get("type")
        if wanted and not (isinstance(value, TYPES[wanted]) and (wanted == "boolean" or not isinstance(value, bool))):
            # Some values are large: the text of one that is right would take longer than its check.
            raise Disagreement(f"{where}: {value!r} is no {wanted}")

    @staticmethod
    def _choice(value: Any, schema: dict[str, Any], where: str) -> None:
        if "enum" in schema:
            demand(value in schema["enum"], f"{where}: {value!r} is none of {schema['enum']}")
        if "const" in schema:
            demand(value == schema["const"], f"{where}: {value!r} is not {schema['const']!r}")

    def _list(self, value: list[Any], schema: dict[str, Any], where: str) -> None:
        demand(schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)), f"{where}: {len(value)}")
        for position, item in enumerate(value):
            self.validate(item, schema.get("items", {}), f"{where}[{position}]")

    def _object(self, value: dict[str, Any], schema: dict[str, Any], where: str) -> None:
        properties = schema.get("properties", {})
        missing = set(schema.get("required", ())) - set(value)
        demand(not missing, f"{where}: {missing} missing")
        further = set(value) - set(properties)
        rule = schema.get("additionalProperties", True)
        demand(rule is not False or not further, f"{where}: {further} not published")
        for name, item in value.items():
            if name in properties:
                self.validate(item, properties[name], f"{where}.{name}")
            elif isinstance(rule, dict):
                self.validate(item, rule, f"{where}.{name}")


def check_text(value: str, schema: dict[str, Any], where: str) -> None:
    if shape := FORMATS.get(schema.get("format", "")):
        demand(shape.fullmatch(value), f"{where}: {value!r} is no {schema['format']}")
    if "pattern" in schema:
        demand(re.search(schema["pattern"], value), f"{where}: {value!r} does not match {schema['pattern']}")
    demand(schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)), f"{where}: {len(value)}")


def check_problem(response: httpx.Response) -> None:
    """RFC 9457, a stable code with the status and the facts of the table, and Retry-After if waiting helps."""
    kind = response.headers["content-type"].split(";")[0]
    require(kind == "application/problem+json", response, f"is {kind}")
    problem = response.json()
    require({"type", "title", "status", "detail", "code"} <= set(problem), response, "lacks a member of RFC 9457")
    code, status = problem["code"], response.status_code
    require(problem["status"] == status, response, "tells another status than its own")
    if code in STATUS_OF_CODE:
        require(STATUS_OF_CODE[code] == status, response, "has another status than the table")
    else:
        require(status in FRAMEWORK_STATUSES, response, "has a code that no table holds")
    fact = FACT_OF_CODE.get(code)
    require(fact is None or fact in problem, response, f"lacks its fact {fact}")
    if "retry_at" in problem:
        require(INSTANT.fullmatch(problem["retry_at"]), response, "has no instant in retry_at")
        require(int(response.headers.get("retry-after", 0)) >= 1, response, "lacks Retry-After")


def require(fact: object, response: httpx.Response, words: str) -> None:
    if not fact:
        said = f"{response.request.method} {response.request.url} answered {response.status_code}"
        raise Disagreement(f"{said} {response.text[:600]}: it {words}")


def demand(fact: object, words: str) -> None:
    if not fact:
        raise Disagreement(words)
