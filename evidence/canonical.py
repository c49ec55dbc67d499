"""One byte form for every line and statement: a profile of JSON in which fast encoders equal RFC 8785.

Invariants of the profile:

- keys are sorted, ASCII, and stand once per object; there is no white space outside strings;
- there are no fractions (they are decimal strings), and whole numbers lie within ±(2^53-1);
- text is valid Unicode, encoded in UTF-8.

Stored bytes are hashed as they are. Whoever reads them for proof (`decode_strict`) encodes what was read once more and
compares, so that two parsers can never see two different things in one line.
"""

import json
from collections.abc import Sequence
from typing import Any, Never

import msgspec

from annexa.evidence.errors import CanonicalError

MAX_INT = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly."""

_ENCODER = msgspec.json.Encoder(order="sorted")
_DIGITS_TO_ZERO = bytes(ord("0") if chr(byte).isdigit() and byte < 128 else byte for byte in range(256))
_LONG_NUMBER = b"0" * len(str(MAX_INT))


def encode(value: object) -> bytes:
    """Canonical bytes of any value; raises `CanonicalError` naming the path of what the profile refuses."""
    try:
        _check(value)
    except _Outside as outside:
        raise CanonicalError(outside.reason, path="$" + "".join(reversed(outside.path))) from None
    return encode_trusted(value)


def encode_trusted(value: object) -> bytes:
    """Canonical bytes of a value whose *types* already keep to the profile (records): not looked at, four times faster.

    Raises `CanonicalError` only for what cannot be encoded at all.
    """
    try:
        return _ENCODER.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise CanonicalError(str(error)) from error


def decode_strict(data: bytes) -> Any:
    """Read bytes that claim to be canonical; raises `CanonicalError` if any other bytes should stand there.

    Refuses duplicate and unsorted keys, white space, other spellings of a value, fractions and large numbers.
    """
    try:
        value = _DECODER.decode(data)
        same = _ENCODER.encode(value) == data
    except (msgspec.DecodeError, UnicodeError) as error:
        raise CanonicalError(f"is not JSON: {error}", hint=_HINT) from error
    except RecursionError as error:
        raise CanonicalError("is nested too deeply", hint=_HINT) from error
    if not same:
        raise CanonicalError(_difference(data), hint=_HINT)
    if _needs_a_closer_look(data):
        encode(value)
    return value


_HINT = "these bytes were not written by annexa: take an untouched copy"


class _Outside(Exception):
    """Something outside the profile; each level of the walk adds its step to the path."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path: list[str] = []


def _check(value: object) -> None:
    kind = type(value)
    if kind is str:
        _check_text(value)  # type: ignore[arg-type]
    elif kind is dict:
        _check_object(value)  # type: ignore[arg-type]
    elif kind is list or kind is tuple:
        _check_list(value)  # type: ignore[arg-type]
    elif kind is int:
        if not -MAX_INT <= value <= MAX_INT:  # type: ignore[operator]
            raise _Outside("the whole number is beyond ±(2^53-1): keep it as text")
    elif kind is float:
        raise _Outside(f"the fraction {value!r} has no place here: keep it as decimal text")
    elif kind is not bool and value is not None:
        _check(_plain(value))


def _check_object(value: dict[object, object]) -> None:
    key: object = None
    try:
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                raise _Outside(f"the key {key!r} is not ASCII text")
            if type(item) is not str or not item.isascii():
                _check(item)
    except _Outside as outside:
        outside.path.append(f".{key}")
        raise


def _check_list(value: Sequence[object]) -> None:
    checked = 0
    try:
        for item in value:
            _check(item)
            checked += 1
    except _Outside as outside:
        outside.path.append(f"[{checked}]")
        raise


def _check_text(value: str) -> None:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _Outside(f"the text {value!r} is not valid Unicode") from None


def _plain(value: object) -> object:
    """What msgspec would write for a class, an enumeration, a date; refuses what it cannot write."""
    try:
        plain = msgspec.to_builtins(value)
    except (TypeError, ValueError) as error:
        raise _Outside(str(error)) from None
    if type(plain) not in (str, dict, list, tuple, int, float, bool, type(None)):
        raise _Outside(f"a {type(value).__name__} has no JSON form")
    return plain


def _refuse_fraction(text: str) -> Never:
    raise CanonicalError(f"the fraction {text} has no place here", hint=_HINT)


_DECODER = msgspec.json.Decoder(float_hook=_refuse_fraction)


def _needs_a_closer_look(data: bytes) -> bool:
    """Whether a key may be other than ASCII or a number too large; most lines answer no, in a microsecond."""
    return not data.isascii() or _LONG_NUMBER in data.translate(_DIGITS_TO_ZERO)


def _difference(data: bytes) -> str:
    """Say in what way parsable bytes are not canonical."""
    twice: list[str] = []

    def pairs(items: list[tuple[str, object]]) -> None:
        keys = [key for key, _ in items]
        twice.extend(key for key in keys if keys.count(key) > 1)

    json.loads(data, object_pairs_hook=pairs, parse_int=str)
    if twice:
        return f"the key {twice[0]!r} stands twice in one object"
    return "is not canonical: keys out of order, white space, or another spelling of the same value"
