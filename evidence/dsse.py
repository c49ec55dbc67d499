"""Signed statements: DSSE envelopes and C2SP signed notes, and nothing of what they state.

A signature is made over the pre-authentication encoding (PAE), which binds the payload's type to its bytes. An envelope
is accepted only as the one canonical byte sequence with one signature, so that no byte of it can change unseen.
"""

import base64
import binascii
import hashlib

import msgspec

from annexa.evidence import canonical
from annexa.evidence.errors import CanonicalError, VerifyError
from annexa.evidence.keys import PublicKey, SigningKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What one envelope holds, decoded."""

    payload: bytes
    """The stated bytes."""
    keyid: str
    """Fingerprint that the envelope claims for its key; proves nothing by itself."""
    signature: bytes
    """DER encoded ECDSA signature over `pae(payload)`."""

    @property
    def signed(self) -> bytes:
        """The bytes that were signed."""
        return pae(self.payload)

    @property
    def digest(self) -> str:
        """SHA-256 of the signed bytes, by which other folders name this statement; independent of who signs."""
        return hashlib.sha256(self.signed).hexdigest()

    def encode(self) -> bytes:
        """The envelope as stored: canonical JSON and a line feed."""
        signatures = [{"keyid": self.keyid, "sig": _base64(self.signature)}]
        body = {"payload": _base64(self.payload), "payloadType": PAYLOAD_TYPE, "signatures": signatures}
        return canonical.encode(body) + b"\n"

    def check(self, key: PublicKey) -> bool:
        """Whether `key` signed it."""
        return self.keyid == key.fingerprint and key.verifies(self.signature, self.signed)


def pae(payload: bytes, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """The pre-authentication encoding of DSSE version 1."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(payload: bytes, key: SigningKey) -> Envelope:
    """State `payload` with `key`."""
    return Envelope(payload=payload, keyid=key.public.fingerprint, signature=key.sign(pae(payload)))


def read(data: bytes) -> Envelope:
    """Read a stored envelope; raises `VerifyError` unless exactly these bytes would be written again."""
    try:
        body = msgspec.convert(canonical.decode_strict(data.removesuffix(b"\n")), _Body, strict=True)
        (signature,) = body.signatures
        envelope = Envelope(
            payload=base64.b64decode(body.payload, validate=True),
            keyid=signature.keyid,
            signature=base64.b64decode(signature.sig, validate=True),
        )
    except (CanonicalError, msgspec.ValidationError, binascii.Error, ValueError) as error:
        raise VerifyError(f"the envelope cannot be read: {error}", hint=_HINT) from error
    if envelope.encode() != data:
        raise VerifyError("the envelope is not in the one form in which annexa writes it", hint=_HINT)
    return envelope


def note(text: str, name: str, key: SigningKey) -> bytes:
    """A C2SP signed note (signature type 2, ECDSA): `text`, an empty line, one signature line."""
    signed = text.encode()
    stamp = _base64(key.public.note_id + key.sign(signed))
    return signed + f"\n\u2014 {name} {stamp}\n".encode()


def read_note(data: bytes, name: str, key: PublicKey) -> str:
    """The text of a note with exactly one signature, by `key`; raises `VerifyError` otherwise."""
    text, _, last = data.rpartition(b"\n\n")
    text += b"\n"
    prefix = f"\u2014 {name} ".encode()
    try:
        stamp = base64.b64decode(last.removeprefix(prefix).removesuffix(b"\n"), validate=True)
    except binascii.Error:
        stamp = b""
    if data != text + b"\n" + prefix + base64.b64encode(stamp) + b"\n" or stamp[:4] != key.note_id:
        raise VerifyError(f"the note is not signed as {name} by {key.fingerprint}", hint=_HINT)
    if not key.verifies(stamp[4:], text):
        raise VerifyError("the note's signature does not fit its text", hint=_HINT)
    return text.decode()


class _Signature(msgspec.Struct, forbid_unknown_fields=True):
    keyid: str
    sig: str


class _Body(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    payload: str
    payload_type: str
    signatures: list[_Signature]


_HINT = "take an untouched copy from whoever gave it to you"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
