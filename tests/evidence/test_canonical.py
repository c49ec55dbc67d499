"""The canonical profile: equal to RFC 8785 inside, refused outside."""

import datetime
import enum
import math

import msgspec
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from annexa.evidence.canonical import MAX_INT, decode_strict, encode, encode_trusted
from annexa.evidence.errors import CanonicalError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
KEYS = st.text(st.characters(max_codepoint=127), max_size=6)
LEAVES = st.none() | st.booleans() | st.integers(-MAX_INT, MAX_INT) | TEXT
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))


class Colour(enum.StrEnum):
    RED = "red"


class Fact(msgspec.Struct):
    name: str
    colour: Colour
    day: datetime.date
    values: tuple[int, ...] = ()


@given(VALUES)
@settings(max_examples=300, deadline=None)
def test_inside_the_profile_the_bytes_are_those_of_rfc_8785(value):
    data = encode(value)
    assert data == rfc8785.dumps(value)
    assert data == encode_trusted(value)
    assert decode_strict(data) == value


def test_every_character_is_written_as_rfc_8785_writes_it():
    points = [*range(0x3000), *range(0xE000, 0xE100), *range(0xFF00, 0x10100), 0x1F600, 0x10FFFF]
    text = "".join(map(chr, points))
    assert encode(text) == rfc8785.dumps(text)


def test_typed_values_are_written_by_their_fields():
    fact = Fact(name="a", colour=Colour.RED, day=datetime.date(2026, 8, 30), values=(1, 2))
    assert encode({"fact": fact}) == b'{"fact":{"colour":"red","day":"2026-08-30","name":"a","values":[1,2]}}'
    assert encode(fact) == encode_trusted(fact)


@pytest.mark.parametrize(
    ("value", "path", "says"),
    [
        ({"a": [1, {"b": 1.5}]}, "$.a[1].b", "fraction"),
        ({"a": math.nan}, "$.a", "fraction"),
        ([1.0], "$[0]", "fraction"),
        (2**53, "$", "beyond"),
        ({"n": -(2**53)}, "$.n", "beyond"),
        ({"n": 10**5000}, "$.n", "beyond"),
        ({"é": 1}, "$.é", "not ASCII"),
        ({"a": {1: 2}}, "$.a.1", "not ASCII text"),
        ({"a": ["\ud800"]}, "$.a[0]", "Unicode"),
        ({"a": object()}, "$.a", "object"),
        ({"a": Fact(name="\udfff", colour=Colour.RED, day=datetime.date(2026, 8, 30))}, "$.a.name", "Unicode"),
    ],
)
def test_outside_the_profile_is_refused_with_its_path(value, path, says):
    with pytest.raises(CanonicalError, match=says) as caught:
        encode(value)
    assert caught.value.path == path


def test_trusted_values_that_cannot_be_encoded_at_all_are_refused_too():
    for value in ({1: 2}, "\ud800", object()):
        with pytest.raises(CanonicalError):
            encode_trusted(value)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"a":1,"a":1}', "'a' stands twice"),
        (b'{"x":{"b":1,"b":2}}', "'b' stands twice"),
        (b'{"b":1,"a":2}', "not canonical"),
        (b'{"a": 1}', "not canonical"),
        (b'{"a":1}\n', "not canonical"),
        (b" 1", "not canonical"),
        (b"-0", "not canonical"),
        (b'"\\u0041"', "not canonical"),
        (b'"\\/"', "not canonical"),
        (b'"\\u001F"', "not canonical"),
        (b"1.0", "fraction"),
        (b'{"a":[1e2]}', "fraction"),
        (b"1.5", "fraction"),
        (b"9007199254740992", "beyond"),
        (b"-9007199254740992", "beyond"),
        (b"1" * 30, "beyond"),
        (b"1" * 5000, "not JSON"),
        ('{"é":1}'.encode(), "not ASCII"),
        (b"\xef\xbb\xbf1", "not JSON"),
        (b'"\xff"', "not JSON"),
        (b'"\\ud800"', "not JSON"),
        (b"NaN", "not JSON"),
        (b"", "not JSON"),
        (b'{"a":1', "not JSON"),
        (b"[" * 100_000, "too deep"),
    ],
)
def test_bytes_that_annexa_would_not_write_are_refused(data, says):
    with pytest.raises(CanonicalError, match=says):
        decode_strict(data)


def test_long_runs_of_digits_in_text_and_text_outside_ascii_are_fine():
    value = {"a": "1234567890123456789012345", "b": "é", "c": MAX_INT}
    assert decode_strict(encode(value)) == value
