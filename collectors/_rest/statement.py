"""Short statements that a private key signs (RFC 7519, RS256), with which some vendors are asked or a token is fetched."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from annexa.collectors._source import CannotStartError


def private_key(settings: Any, environment: Mapping[str, str], cure: str) -> RSAPrivateKey:
    """The RSA key in `settings.private_key_file`, else in the variable that `private_key_env` names.

    Raises `CannotStartError`, which names where the key was looked for and never shows what was found.
    """
    place = settings.private_key_file or settings.private_key_env
    try:
        if settings.private_key_file is not None:
            pem = Path(settings.private_key_file).expanduser().read_bytes()
        else:
            pem = environment.get(settings.private_key_env, "").replace("\\n", "\n").encode()
        key = load_pem_private_key(pem, password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CannotStartError(f"{settings.name}: {place} holds no private key that can be read", cure=cure) from error
    if not isinstance(key, RSAPrivateKey):
        raise CannotStartError(f"{settings.name}: {place} holds a key of another sort than RSA", cure=cure)
    return key


def signed(key: RSAPrivateKey, claims: Mapping[str, Any], **header: str) -> str:
    """The claims as a signed statement; further members of its header as keywords."""
    body = f"{_coded({'alg': 'RS256', 'typ': 'JWT', **header})}.{_coded(claims)}"
    return f"{body}.{_base64(key.sign(body.encode(), PKCS1v15(), SHA256()))}"


def _coded(part: Mapping[str, Any]) -> str:
    return _base64(json.dumps(part, separators=(",", ":")).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
