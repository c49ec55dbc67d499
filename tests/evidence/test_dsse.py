"""Envelopes and notes: one byte form, one signature, bound to its type."""

import base64
import json

import pytest

from annexa.evidence import dsse, keys
from annexa.evidence.errors import VerifyError

PAYLOAD = b'{"a":1}'


@pytest.fixture
def key(tmp_path):
    return keys.generate(tmp_path / "signing.pem")


@pytest.fixture
def stranger(tmp_path):
    return keys.generate(tmp_path / "stranger.pem")


def test_the_signed_bytes_are_those_of_the_specification():
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert dsse.pae(b"hello world", "http://example.com/HelloWorld") == expected


def test_an_envelope_survives_writing_and_reading(key, stranger):
    envelope = dsse.sign(PAYLOAD, key)
    again = dsse.read(envelope.encode())
    assert again == envelope
    assert again.payload == PAYLOAD
    assert again.check(key.public)
    assert not again.check(stranger.public)


def test_the_digest_of_a_statement_does_not_depend_on_who_signs(key, stranger):
    assert dsse.sign(PAYLOAD, key).digest == dsse.sign(PAYLOAD, stranger).digest


def changed(envelope, **members):
    return json.dumps({**json.loads(envelope), **members}, sort_keys=True, separators=(",", ":")).encode() + b"\n"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data + b"\n",
        lambda data: data.rstrip(b"\n"),
        lambda data: data.replace(b'{"payload"', b'{ "payload"'),
        lambda data: data.replace(b'{"payload"', b'{"payload":"","payload"'),
        lambda data: changed(data, more=1),
        lambda data: changed(data, payload=1),
        lambda data: changed(data, payload="eyJhIjoxfR=="),
        lambda data: changed(data, payload="****"),
        lambda data: changed(data, payloadType="application/json"),
        lambda data: changed(data, signatures=[]),
        lambda data: changed(data, signatures=json.loads(data)["signatures"] * 2),
        lambda data: b"",
        lambda data: b"[]\n",
        lambda data: b"\xff",
    ],
)
def test_any_other_form_of_an_envelope_is_refused(key, spoil):
    data = dsse.sign(PAYLOAD, key).encode()
    with pytest.raises(VerifyError, match="the envelope"):
        dsse.read(spoil(data))


def test_a_changed_payload_or_key_id_does_not_check(key):
    data = dsse.sign(PAYLOAD, key).encode()
    other = base64.b64encode(b'{"a":2}').decode()
    assert not dsse.read(changed(data, payload=other)).check(key.public)
    (signature,) = json.loads(data)["signatures"]
    assert not dsse.read(changed(data, signatures=[{**signature, "keyid": "SHA256:0"}])).check(key.public)


def test_a_note_is_read_back_by_its_key_and_name_only(key, stranger):
    data = dsse.note("origin\n1\nroot\n", "annexa/run", key)
    assert dsse.read_note(data, "annexa/run", key.public) == "origin\n1\nroot\n"
    for name, public in (("annexa/other", key.public), ("annexa/run", stranger.public)):
        with pytest.raises(VerifyError, match="the note"):
            dsse.read_note(data, name, public)


def test_a_note_has_the_form_of_c2sp(key):
    text, _, line = dsse.note("origin\n1\nroot\n", "annexa/run", key).decode().partition("\n\n")
    dash, name, stamp = line.removesuffix("\n").split(" ")
    assert (text, dash, name) == ("origin\n1\nroot", "\u2014", "annexa/run")
    stamp = base64.b64decode(stamp, validate=True)
    assert f"SHA256:{stamp[:4].hex()}" == key.public.fingerprint[:15]
    assert key.public.verifies(stamp[4:], b"origin\n1\nroot\n")


def test_no_byte_of_a_note_can_change(key):
    data = dsse.note("origin\n1\nroot\n", "annexa/run", key)
    for at in range(len(data)):
        other = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(VerifyError):
            dsse.read_note(other, "annexa/run", key.public)
