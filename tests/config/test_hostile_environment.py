"""The policy from an arbitrary environment."""

from contextlib import suppress
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from config.settings import POLICY_PREFIX, policy_from_environment
from domain.policy import MalformedPolicy, Policy

NAMES = st.sampled_from([name.upper() for name in Policy().to_dict()]) | st.text("ABC_", max_size=8)
VALUES = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12) | st.sampled_from(
    ["P1D", "PT0S", "off", "true", "0", "7", "-1", "1e9", "٣", "P999999999Y", "nan"]
)


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_any_environment_is_a_policy_or_named_as_malformed(variables: dict[str, str]) -> None:
    environment = {f"{POLICY_PREFIX}{name}": value for name, value in variables.items()}
    with patch.dict("os.environ", environment), suppress(MalformedPolicy):
        overrides = policy_from_environment()
        # An empty variable counts as unset.
        assert overrides == {name.lower(): value for name, value in variables.items() if value}
        policy = Policy().with_overrides(overrides)
        assert Policy.from_dict(policy.to_dict()) == policy
