import json
import re
from dataclasses import FrozenInstanceError, fields
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.durations import Duration, parse_duration
from domain.policy import _READERS, MalformedPolicy, Policy

DEFAULTS = {
    "draws": 5,
    "batch_size": 10,
    "composed": 20,
    "composed_per_submission": 5,
    "batch_ttl": "PT90S",
    "candidate_ttl": "PT180S",
    "candidate_ttl_cap": "PT15M",
    "compose_interval": "PT10S",
    "draw_interval": "PT0S",
    "confirm_delay": "PT5S",
    "session_idle": "PT30M",
    "code_ttl": "PT5M",
    "code_resend": "PT60S",
    "code_attempts": 5,
    "codes_per_hour": 5,
    "codes_per_day": 10,
    "validity": "P3D",
    "validity_working_days": True,
    "blacklist": "P2Y",
    "keyboard_snapshot": "PT5M",
    "cooling_min": "P1D",
    "cooling_max": "P3D",
    "random_only": "P7D",
    "cancellation": False,
    "reminder": "P1D",
    "keyboard_per_minute": 240,
    "failed_checks_per_day": 5,
    "writes_per_minute": 120,
    "unfinished_idle": "P30D",
    "appeal_answer": "P15D",
    "suggestions_per_session": 30,
    "address_per_minute": None,
    "codes_per_minute": None,
}
COUNTS = [name for name, value in DEFAULTS.items() if isinstance(value, int) and not isinstance(value, bool)]
SWITCHES = [name for name, value in DEFAULTS.items() if isinstance(value, bool)]
DURATIONS = [name for name, value in DEFAULTS.items() if isinstance(value, str)]
LIMITS = [name for name, value in DEFAULTS.items() if value is None]
MAY_BE_ZERO = [
    "compose_interval",
    "draw_interval",
    "confirm_delay",
    "code_resend",
    "keyboard_snapshot",
    "cooling_min",
    "random_only",
]
MAY_BE_ZERO += ["reminder"]

PLAIN = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.integers(1, 100) for name in COUNTS},
        **{name: st.booleans() for name in SWITCHES},
        **{
            name: st.integers(1, 10**8).map(lambda ms: str(Duration(time=timedelta(milliseconds=ms))))
            for name in DURATIONS
            if not name.startswith("cooling")
        },
        **{name: st.just("off") | st.integers(1, 10**6) for name in LIMITS},
    },
)


@pytest.mark.parametrize("name", DEFAULTS)
def test_every_setting_of_the_contract_has_its_default(name: str) -> None:
    default = DEFAULTS[name]
    expected = parse_duration(default) if isinstance(default, str) else default
    assert getattr(Policy(), name) == expected


def test_the_policy_has_the_settings_of_the_contract_and_no_others() -> None:
    assert [field.name for field in fields(Policy)] == list(DEFAULTS) == list(_READERS)


def test_a_policy_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Policy().draws = 6  # type: ignore[misc]  # the refusal is the subject


@pytest.mark.parametrize(
    "overrides, name, value",
    [
        ({"DRAWS": "3"}, "draws", 3),
        ({"Draws": 3}, "draws", 3),
        ({"draws": "0"}, "draws", 0),
        ({"BATCH_SIZE": "100"}, "batch_size", 100),
        ({"VALIDITY": "PT8S"}, "validity", parse_duration("PT8S")),
        ({"BLACKLIST": "PT8S"}, "blacklist", parse_duration("PT8S")),
        ({"compose_interval": "PT0S"}, "compose_interval", Duration()),
        ({"CANCELLATION": "true"}, "cancellation", True),
        ({"cancellation": True}, "cancellation", True),
        ({"VALIDITY_WORKING_DAYS": "False"}, "validity_working_days", False),
        ({"VALIDITY_WORKING_DAYS": "0"}, "validity_working_days", False),
        ({"ADDRESS_PER_MINUTE": "600"}, "address_per_minute", 600),
        ({"address_per_minute": "OFF"}, "address_per_minute", None),
        ({"codes_per_minute": 1}, "codes_per_minute", 1),
    ],
)
def test_an_office_overrides_one_setting_and_keeps_the_others(
    overrides: dict[str, str | int | bool], name: str, value: object
) -> None:
    policy = Policy().with_overrides(overrides)
    assert getattr(policy, name) == value
    assert {**policy.to_dict(), name: None} == {**Policy().to_dict(), name: None}


def test_overrides_stand_on_the_deployment_s_defaults() -> None:
    deployment = Policy().with_overrides({"DRAWS": "3", "COMPOSED": "7"})
    assert (deployment.with_overrides({"draws": 4}).draws, deployment.with_overrides({"draws": 4}).composed) == (4, 7)
    assert deployment.with_overrides({}) == deployment


@pytest.mark.parametrize(
    "name, value",
    [
        *(
            (name, value)
            for name in COUNTS
            for value in ("-1", -1, "", "x", "1.5", "１", "1_0", " 5", "5\n", True, "off")
        ),
        *((name, "0") for name in COUNTS if name not in ("draws", "composed")),
        *((name, value) for name in SWITCHES for value in ("", "2", "ja", 1, 0, "tr\0ue")),
        *((name, value) for name in DURATIONS for value in ("", "90", 90, "-P1D", "P1000Y", "P１D", True, "off")),
        *((name, "PT0S") for name in DURATIONS if name not in [*MAY_BE_ZERO, "cooling_max"]),
        *((name, value) for name in LIMITS for value in ("0", 0, -1, "", "none", False)),
        ("batch_size", "101"),
        ("composed_per_submission", "101"),
        ("draws", "1000000"),
        ("code_attempts", "1001"),
        ("keyboard_per_minute", "1" * 5000),
    ],
)
def test_a_malformed_or_absurd_value_is_refused_by_its_name(name: str, value: str | int | bool) -> None:  # noqa: FBT001 -- a value of the table
    with pytest.raises(MalformedPolicy) as refused:
        Policy().with_overrides({name.upper(): value})
    assert refused.value.name == name
    assert str(refused.value).startswith(f"{name}: ")


@pytest.mark.parametrize("name", MAY_BE_ZERO)
def test_a_wait_may_be_left_out(name: str) -> None:
    assert getattr(Policy().with_overrides({name: "PT0S"}), name) == Duration()


@pytest.mark.parametrize("name", ["", "draw", "DRAWS ", "drаws", "__class__", "with_overrides"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(MalformedPolicy, match="no such setting") as refused:
        Policy().with_overrides({name: 1})
    assert refused.value.name == name


def test_a_refusal_never_repeats_the_value() -> None:
    with pytest.raises(MalformedPolicy) as refused:
        Policy().with_overrides({"draws": "correct horse battery staple"})
    assert not re.search("horse", str(refused.value))
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "overrides, name",
    [
        ({"draws": 0, "composed": 0}, "draws"),
        ({"cooling_min": "P4D"}, "cooling_min"),
        ({"cooling_max": "PT1H"}, "cooling_min"),
        ({"cooling_min": "P1M", "cooling_max": "P27D"}, "cooling_min"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(overrides: dict[str, str | int | bool], name: str) -> None:
    with pytest.raises(MalformedPolicy) as refused:
        Policy().with_overrides(overrides)
    assert refused.value.name == name


@pytest.mark.parametrize("chances", [{"draws": 0}, {"composed": 0}, {"cooling_min": "P3D", "cooling_max": "P3D"}])
def test_one_kind_of_chance_alone_and_a_fixed_cooling_are_allowed(chances: dict[str, str | int | bool]) -> None:
    assert Policy().with_overrides(chances) != Policy()


@given(PLAIN)
def test_a_policy_survives_storage_and_transport(overrides: dict[str, str | int | bool]) -> None:
    policy = Policy().with_overrides(overrides)
    assert Policy.from_dict(json.loads(json.dumps(policy.to_dict()))) == policy


@given(
    st.dictionaries(st.sampled_from(list(DEFAULTS)) | st.text(), st.text() | st.integers() | st.booleans(), max_size=3)
)
def test_no_overrides_raise_anything_but_malformed_policy(overrides: dict[str, str | int | bool]) -> None:
    try:
        policy = Policy().with_overrides(overrides)
    except MalformedPolicy:
        return
    assert Policy.from_dict(policy.to_dict()) == policy


def test_a_record_of_an_older_policy_takes_the_defaults_for_what_it_lacks() -> None:
    assert Policy.from_dict({"draws": 3}) == Policy(draws=3)
