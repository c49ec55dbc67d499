"""Key files: made once, for their owner only, outside every vault."""

import errno
import hashlib
import os
import stat
import subprocess

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from annexa.evidence import keys
from annexa.evidence.errors import KeyFileError
from annexa.evidence.vault import Vault

PEM = serialization.Encoding.PEM
PKCS8 = serialization.PrivateFormat.PKCS8
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo


def test_a_pair_signs_and_verifies_after_it_was_read_again(tmp_path):
    path = tmp_path / "keys" / "signing.pem"
    made = keys.generate(path)
    signature = keys.load_private(path).sign(b"statement")
    public = keys.load_public(tmp_path / "keys" / "signing.pub.pem")
    assert public.verifies(signature, b"statement")
    assert not public.verifies(signature, b"another")
    assert not public.verifies(b"no signature", b"statement")
    assert public.fingerprint == made.public.fingerprint == keys.fingerprint(public)


def test_the_same_bytes_get_the_same_signature(tmp_path):
    key = keys.generate(tmp_path / "signing.pem")
    assert key.sign(b"statement") == key.sign(b"statement")


def test_the_private_half_is_for_its_owner_only_and_no_draft_stays(tmp_path):
    keys.generate(tmp_path / "signing.pem")
    assert stat.S_IMODE((tmp_path / "signing.pem").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["signing.pem", "signing.pub.pem"]


def test_the_fingerprint_is_what_plain_tools_compute(tmp_path):
    key = keys.generate(tmp_path / "signing.pem")
    command = ["openssl", "pkey", "-pubin", "-in", str(tmp_path / "signing.pub.pem"), "-outform", "DER"]
    der = subprocess.run(command, check=True, capture_output=True).stdout
    assert key.public.fingerprint == f"SHA256:{hashlib.sha256(der).hexdigest()}"


@pytest.mark.parametrize("taken", ["signing.pem", "signing.pub.pem"])
def test_a_key_is_never_overwritten(tmp_path, taken):
    (tmp_path / taken).write_text("mine")
    with pytest.raises(KeyFileError, match=f"{taken} exists already"):
        keys.generate(tmp_path / "signing.pem")
    assert [path.name for path in tmp_path.iterdir()] == [taken]
    assert (tmp_path / taken).read_text() == "mine"


@pytest.mark.parametrize("make", [keys.generate, keys.redaction_key])
def test_no_key_is_made_inside_a_vault(tmp_path, make):
    vault = Vault.open(tmp_path / "vault", create=True)
    link = tmp_path / "link"
    link.symlink_to(vault.path)
    for path in (vault.path / "key", vault.path / "runs" / "deep" / "key", link / "key"):
        with pytest.raises(KeyFileError, match="inside the vault"):
            make(path)
    assert [path.name for path in vault.path.iterdir()] == ["vault.json"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610])
def test_a_private_key_that_others_may_touch_is_refused(tmp_path, mode):
    keys.generate(tmp_path / "signing.pem")
    os.chmod(tmp_path / "signing.pem", mode)
    with pytest.raises(KeyFileError, match="others than its owner") as caught:
        keys.load_private(tmp_path / "signing.pem")
    assert "chmod 600" in caught.value.hint


def private_pem(key):
    return key.private_bytes(PEM, PKCS8, serialization.NoEncryption())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no usable private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no usable private key"),
        (private_pem(ec.generate_private_key(ec.SECP384R1())), "another sort"),
        (private_pem(ed25519.Ed25519PrivateKey.generate()), "another sort"),
        (
            ec.generate_private_key(ec.SECP256R1()).private_bytes(
                PEM, PKCS8, serialization.BestAvailableEncryption(b"secret")
            ),
            "no usable private key",
        ),
    ],
)
def test_other_private_keys_are_refused(tmp_path, content, says):
    path = tmp_path / "signing.pem"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(KeyFileError, match=says) as caught:
        keys.load_private(path)
    assert "P-256" in "".join(caught.value.lines())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"nonsense", "no public key"),
        (ec.generate_private_key(ec.SECP384R1()).public_key().public_bytes(PEM, SPKI), "another sort"),
        (ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(PEM, SPKI), "another sort"),
    ],
)
def test_other_public_keys_are_refused(tmp_path, content, says):
    (tmp_path / "key.pub.pem").write_bytes(content)
    with pytest.raises(KeyFileError, match=says):
        keys.load_public(tmp_path / "key.pub.pem")


@pytest.mark.parametrize("load", [keys.load_public, keys.load_private])
def test_a_missing_key_file_is_named(tmp_path, load):
    with pytest.raises(KeyFileError, match=r"absent\.pem cannot be read"):
        load(tmp_path / "absent.pem")


def test_the_redaction_key_is_made_once(tmp_path):
    path = tmp_path / "redaction.key"
    first = keys.redaction_key(path)
    assert len(first) == 32
    assert keys.redaction_key(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.redaction_key(tmp_path / "other.key") != first


def test_a_damaged_or_open_redaction_key_is_refused(tmp_path):
    path = tmp_path / "redaction.key"
    keys.redaction_key(path)
    path.write_bytes(b"short")
    with pytest.raises(KeyFileError, match="5 bytes"):
        keys.redaction_key(path)
    os.chmod(path, 0o644)
    with pytest.raises(KeyFileError, match="others than its owner"):
        keys.redaction_key(path)


@pytest.mark.parametrize("written", [0, 1])
def test_a_pair_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch, written):
    room = [None] * written

    def full(_):
        if not room:
            raise OSError(errno.ENOSPC, "No space left on device")
        room.pop()

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeyFileError, match="disk is full"):
        keys.generate(tmp_path / "signing.pem")
    assert list(tmp_path.iterdir()) == []
