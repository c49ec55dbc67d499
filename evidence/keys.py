"""Key files: the P-256 pair that signs, and the secret under which redacted values become comparable.

Invariants: a private key or secret is created once, for its owner only (mode 0600), never overwritten and never inside
a vault, where everybody who may read evidence would read it too. A fingerprint is the SHA-256 of the public key's DER
form, so that anybody can compute it: `openssl pkey -pubin -in KEY.pub.pem -outform DER | sha256sum`.
"""

import hashlib
import os
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from annexa.evidence.errors import KeyFileError, VaultError, storing

VAULT_MARK = "vault.json"
"""The file that makes a folder a vault."""
REDACTION_KEY_BYTES = 32


class PublicKey:
    """One P-256 public key."""

    def __init__(self, key: ec.EllipticCurvePublicKey) -> None:
        self._key = key
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        self._digest = hashlib.sha256(key.public_bytes(serialization.Encoding.DER, form)).digest()
        self.pem = key.public_bytes(serialization.Encoding.PEM, form)

    @property
    def fingerprint(self) -> str:
        """`SHA256:` and 64 hexadecimal digits."""
        return f"SHA256:{self._digest.hex()}"

    @property
    def note_id(self) -> bytes:
        """The four bytes that name this key in a signed note."""
        return self._digest[:4]

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether `signature` (DER) over `data` was made with this key's other half."""
        try:
            self._key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """One P-256 private key."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key())

    def sign(self, data: bytes) -> bytes:
        """DER signature over `data`; the same data gives the same bytes where the library can (RFC 6979)."""
        return self._key.sign(data, _algorithm())

    def _pem(self) -> bytes:
        return self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def fingerprint(public: PublicKey) -> str:
    """The fingerprint to compare with a copy obtained elsewhere."""
    return public.fingerprint


def public_path(path: Path) -> Path:
    """Where the public half of the private key at `path` lies: `signing.pem` → `signing.pub.pem`."""
    return path.with_name(f"{path.name.removesuffix('.pem')}.pub.pem")


def generate(path: Path) -> SigningKey:
    """Make a key pair: the private half at `path`, the public half beside it."""
    _outside_vaults(path)
    for taken in (path, public_path(path)):
        if taken.exists():
            raise KeyFileError(f"{taken} exists already", hint="a key is never overwritten: choose another name")
    key = SigningKey(ec.generate_private_key(ec.SECP256R1()))
    _create(path, key._pem(), 0o600)
    try:
        _create(public_path(path), key.public.pem, 0o644)
    except KeyFileError:
        path.unlink()
        raise
    return key


def load_private(path: Path) -> SigningKey:
    """Read a private key; refuses one that others than its owner may read."""
    data = _read_private(path)
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{path} holds no usable private key: {error}", hint=_MAKE, expected=_SORT) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyFileError(f"{path} holds a key of another sort", hint=_MAKE, expected=_SORT)
    return SigningKey(key)


def load_public(path: Path) -> PublicKey:
    """Read a public key file."""
    return parse_public(_read(path), str(path))


def parse_public(data: bytes, name: str) -> PublicKey:
    """Read a public key's PEM; `name` says in an error where it came from."""
    hint = "give the public key (….pub.pem) that you obtained from its owner, not from the evidence"
    try:
        key = serialization.load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{name} holds no public key", hint=hint, expected=_SORT) from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyFileError(f"{name} holds a key of another sort", hint=hint, expected=_SORT)
    return PublicKey(key)


def redaction_key(path: Path) -> bytes:
    """The secret of 32 bytes under which redacted values are hashed; made on first use, outside every vault."""
    _outside_vaults(path)
    if not path.exists():
        _create(path, secrets.token_bytes(REDACTION_KEY_BYTES), 0o600)
    data = _read_private(path)
    if len(data) != REDACTION_KEY_BYTES:
        raise KeyFileError(
            f"{path} is no redaction key: it holds {len(data)} bytes",
            expected=f"{REDACTION_KEY_BYTES} bytes, as annexa made them",
            hint="restore it from your backup; with a new one, redacted values cannot be compared with earlier runs",
        )
    return data


_SORT = "a P-256 key in PEM form, not encrypted"
_MAKE = "make one with: annexa init"


def _algorithm() -> ec.ECDSA:
    try:
        return ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    except UnsupportedAlgorithm:
        return ec.ECDSA(hashes.SHA256())


def _outside_vaults(path: Path) -> None:
    for folder in path.resolve().parents:
        if (folder / VAULT_MARK).exists():
            raise KeyFileError(
                f"{path} lies inside the vault {folder}",
                hint="keep keys outside the vault: whoever may read evidence must not be able to sign it",
            )


def _create(path: Path, data: bytes, mode: int) -> None:
    """Write a new file that nobody can see half written or with wider rights; never overwrites."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with storing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
    except VaultError as error:
        raise KeyFileError(error.message, hint="give another place for the key") from error
    finally:
        draft.unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {error.strerror}", hint="check the path and its rights") from error


def _read_private(path: Path) -> bytes:
    if os.name == "posix" and path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyFileError(
            f"{path} can be read or written by others than its owner",
            expected="a file for its owner only (mode 0600)",
            hint=f"chmod 600 {path}; if others may have read it, make a new key",
        )
    return _read(path)
