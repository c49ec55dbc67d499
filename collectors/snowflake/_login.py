"""Signing in: with a programmatic access token as it stands, or with a short statement that the user's private key signs.

Nothing is exchanged: what is signed here is itself the bearer of every question.
"""

import base64
import threading
from collections.abc import Mapping
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from annexa.collectors._rest.sign import key_of
from annexa.collectors._rest.statement import private_key, signed
from annexa.collectors._source import Circumstances
from annexa.collectors.snowflake._settings import SnowflakeSettings

TYPE = "X-Snowflake-Authorization-Token-Type"
LASTS = timedelta(minutes=30)
"""How long a statement is good for; Snowflake takes an hour at most."""
RENEW = timedelta(minutes=5)
"""A statement with less than this left is made anew before more is asked."""


class Token:
    """Signs with a programmatic access token; raises `CannotStartError` where there is none."""

    def __init__(self, settings: SnowflakeSettings, lent: Circumstances) -> None:
        self._settings, self._environment = settings, lent.environment

    def headers(self) -> Mapping[str, str]:
        """What signs a request."""
        token = key_of(self._settings, self._environment, "SNOWFLAKE_TOKEN")
        return {"Authorization": f"Bearer {token}", TYPE: "PROGRAMMATIC_ACCESS_TOKEN"}


class KeyPair:
    """Signs with a fresh statement of the user's private key; raises `CannotStartError` where there is none."""

    def __init__(self, settings: SnowflakeSettings, lent: Circumstances) -> None:
        self._clock, self._key = lent.clock, private_key(settings, lent.environment, _CURE)
        # The region behind an account's locator is no part of its name.
        self._who = f"{str(settings.account).split('.')[0]}.{settings.user}".upper()
        self._token, self._ends = "", lent.clock.now()
        self._lock = threading.Lock()

    def headers(self) -> Mapping[str, str]:
        """What signs a request."""
        with self._lock:
            now = self._clock.now()
            if now + RENEW >= self._ends:
                self._token, self._ends = self._signed(int(now.timestamp())), now + LASTS
            return {"Authorization": f"Bearer {self._token}", TYPE: "KEYPAIR_JWT"}

    def _signed(self, now: int) -> str:
        claims = {
            "iss": f"{self._who}.SHA256:{fingerprint(self._key)}", "sub": self._who, "iat": now,
            "exp": now + int(LASTS.total_seconds()),
        }  # fmt: skip
        return signed(self._key, claims)


def fingerprint(key: RSAPrivateKey) -> str:
    """The public key's digest, as Snowflake prints it in RSA_PUBLIC_KEY_FP behind `SHA256:`."""
    digest = Hash(SHA256())
    digest.update(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return base64.b64encode(digest.finalize()).decode()


_CURE = "Make an RSA key pair as `annexa permissions snowflake` says; set private_key_file or the environment variable."
