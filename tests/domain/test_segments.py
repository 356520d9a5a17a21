import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.plates import (
    CHARACTERS,
    PATTERN_OFFSETS,
    PATTERN_SIZES,
    PATTERNS,
    POOL_SIZE,
    MalformedPlate,
    position_of,
    serial_at,
)
from domain.segments import (
    POOL_BYTES,
    MalformedTemplate,
    Segment,
    Template,
    from_bitmap,
    positions_in,
    to_bitmap,
)

RELEASED = datetime(2026, 11, 1, tzinfo=UTC)
WHOLE_PATTERNS = [pattern.replace("D", "!").replace("L", "@") for pattern in PATTERNS]
WILDCARD_TEMPLATES = st.text("!@*4A7", min_size=5, max_size=5)


def segment(template: str, *excluded: str, prefix: str = "粤B") -> Segment:
    return Segment(prefix, template, excluded, RELEASED, RELEASED + timedelta(days=7))


def serials_of(mask: int) -> list[str]:
    return [serial_at(position) for position in positions_in(mask)]


@pytest.mark.parametrize("pattern", range(10))
def test_a_template_of_a_whole_pattern_is_its_whole_range(pattern: int) -> None:
    mask = Template.parse(WHOLE_PATTERNS[pattern]).mask()
    assert mask.bit_count() == PATTERN_SIZES[pattern]
    below = POOL_SIZE - PATTERN_OFFSETS[pattern] - PATTERN_SIZES[pattern]
    assert mask == ((1 << PATTERN_SIZES[pattern]) - 1) << below


def test_the_ten_whole_patterns_make_the_whole_pool_without_overlap() -> None:
    masks = [Template.parse(template).mask() for template in WHOLE_PATTERNS]
    assert sum(mask.bit_count() for mask in masks) == POOL_SIZE
    assert sum(masks) == (1 << POOL_SIZE) - 1


def test_position_p_is_the_bit_of_redis() -> None:
    position = position_of("A1B23")
    bitmap = to_bitmap(Template.parse("A1B23").mask())
    assert len(bitmap) == POOL_BYTES == 450_500
    assert bitmap[position // 8] == 1 << (7 - position % 8)
    assert bitmap.count(0) == POOL_BYTES - 1


@pytest.mark.parametrize(
    "template, serials",
    [
        ("1234!", [f"1234{digit}" for digit in "0123456789"]),
        ("@8888", [f"{letter}8888" for letter in CHARACTERS[10:]]),
        ("a1b2!", [f"A1B2{digit}" for digit in "0123456789"]),
        ("00000", ["00000"]),
        ("Z9Z99", ["Z9Z99"]),
    ],
)
def test_a_template_holds_what_its_characters_allow(template: str, serials: list[str]) -> None:
    assert serials_of(Template.parse(template).mask()) == serials


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!!!!",
        "!!!!!!",
        "@@@!!",
        "!@!@!",
        "I!!!!",
        "O!!!!",
        "i!!!!",
        "*!!!!",
        "!!!!１",
        "！！！！！",
        "?!!!!",
        "!!!!\n",
        "!!!!\0",
        "@@!!@",
        "A88@8",
        "\ud800!!!!",
        "ABC!!",
    ],
)
def test_a_template_that_matches_none_of_the_ten_patterns_is_refused(text: str) -> None:
    with pytest.raises(MalformedTemplate):
        Template.parse(text)


@pytest.mark.parametrize("text", ["@@@**", "I****", "*****@", "****", "AB*C*", "**@@@", "****＊"])
def test_an_exclusion_that_no_number_can_match_is_refused(text: str) -> None:
    with pytest.raises(MalformedTemplate):
        Template.parse(text, wildcard=True)


@given(st.text(max_size=6), st.booleans())
def test_no_text_breaks_the_parsing_of_a_template(text: str, wildcard: bool) -> None:  # noqa: FBT001 -- drawn by Hypothesis
    try:
        template = Template.parse(text, wildcard=wildcard)
    except MalformedTemplate:
        return
    assert template.mask() > 0


def test_a_star_stands_for_any_character() -> None:
    everything = Template.parse("*****", wildcard=True).mask()
    assert everything == (1 << POOL_SIZE) - 1
    assert Template.parse("4****", wildcard=True).mask().bit_count() == 10**4 + 4 * 24 * 10**3 + 576 * 100


@given(WILDCARD_TEMPLATES, st.integers(0, POOL_SIZE - 1))
def test_mask_and_characterwise_match_agree(text: str, position: int) -> None:
    try:
        template = Template.parse(text, wildcard=True)
    except MalformedTemplate:
        return
    assert bool(template.mask() >> (POOL_SIZE - 1 - position) & 1) is template.matches(serial_at(position))


def test_exclusions_take_numbers_out_of_a_segment() -> None:
    eights = segment("888!!", "88888", "***4*", "@****")
    assert eights.count() == 100 - 1 - 10
    assert "88888" not in serials_of(eights.numbers())
    assert "88848" not in serials_of(eights.numbers())


@given(st.sampled_from(WHOLE_PATTERNS), st.lists(WILDCARD_TEMPLATES, max_size=3), st.integers(0, POOL_SIZE - 1))
def test_a_segment_holds_what_its_mask_holds(template: str, excluded: list[str], position: int) -> None:
    try:
        tested = segment(template, *excluded)
    except MalformedTemplate:
        return
    assert tested.holds(serial_at(position)) is bool(tested.numbers() >> (POOL_SIZE - 1 - position) & 1)


@pytest.mark.parametrize(
    "one, other, overlap",
    [
        (segment("A!!!!"), segment("@1234"), True),
        (segment("A!!!!"), segment("B!!!!"), False),
        (segment("A!!!!"), segment("A!!!!", prefix="粤A"), False),
        (segment("A!!!!"), segment("!!!!!"), False),
        (segment("A!!!!", "A1234"), segment("A1234"), False),
        (segment("A!!!!", "**4**"), segment("A!!!!", "**5**"), True),
        (segment("A!4!!", "**45*"), segment("A!45!"), False),
    ],
)
def test_segments_overlap_if_a_number_would_belong_to_both(one: Segment, other: Segment, *, overlap: bool) -> None:
    assert one.overlaps(other) is overlap
    assert other.overlaps(one) is overlap


def test_a_segment_is_drawable_from_its_release_and_composable_later() -> None:
    fresh = segment("!!!!!")
    almost, later = RELEASED - timedelta(milliseconds=1), RELEASED + timedelta(days=7)
    assert (fresh.is_drawable(almost), fresh.is_drawable(RELEASED)) == (False, True)
    assert not fresh.is_composable(later - timedelta(milliseconds=1))
    assert fresh.is_composable(later)


def test_a_segment_is_never_composable_before_its_release() -> None:
    hasty = Segment("粤B", "!!!!!", (), RELEASED, RELEASED - timedelta(days=1))
    assert not hasty.is_composable(RELEASED - timedelta(milliseconds=1))
    assert hasty.is_composable(RELEASED)


def test_a_segment_keeps_its_templates_in_capitals_and_refuses_what_is_none() -> None:
    assert (segment("a!!!!", "a1**z").template, segment("a!!!!", "a1**z").excluded) == ("A!!!!", ("A1**Z",))
    with pytest.raises(MalformedTemplate):
        segment("@@@!!")
    with pytest.raises(MalformedTemplate):
        segment("@@!!!", "IIIII")
    with pytest.raises(MalformedPlate):
        segment("@@!!!", prefix="粤I")


@pytest.mark.slow
@given(st.sets(st.integers(0, POOL_SIZE - 1), max_size=20))
def test_a_mask_survives_the_way_to_redis_and_back(positions: set[int]) -> None:
    mask = sum(1 << (POOL_SIZE - 1 - position) for position in positions)
    bitmap = to_bitmap(mask)
    assert from_bitmap(bitmap) == mask
    assert from_bitmap(bitmap.rstrip(b"\0")) == mask
    assert list(positions_in(mask)) == sorted(positions)


def test_a_string_longer_than_the_pool_is_no_bitmap_of_it() -> None:
    with pytest.raises(ValueError, match="450501 bytes"):
        from_bitmap(bytes(POOL_BYTES + 1))


def test_all_ten_patterns_with_exclusions_are_computed_in_under_a_second() -> None:
    begun = time.thread_time()
    segments = [segment(template, "***44", "**4*4") for template in WHOLE_PATTERNS]
    assert sum(part.count() for part in segments) < POOL_SIZE
    assert time.thread_time() - begun < 1
