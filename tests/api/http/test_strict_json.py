"""Strict JSON."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.strict_json import parse
from domain.errors import ValidationFailed


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_refused(raw: bytes) -> None:
    with suppress(ValidationFailed):
        assert parse(raw) == json.loads(raw.decode())


@pytest.mark.parametrize("depth", [100, 300, 500, 900, 1000, 5000])
def test_no_depth_breaks_the_parser(depth: int) -> None:
    raw = b'{"a":' * depth + b'"\\u0000"' + b"}" * depth
    with pytest.raises(ValidationFailed):
        parse(raw)


def test_ordinary_json_passes() -> None:
    assert parse('{"numbers": ["粤B12345"], "exclude_four": true, "x": "\\\\u0000"}'.encode()) == {
        "numbers": ["粤B12345"],
        "exclude_four": True,
        "x": "\\u0000",
    }
