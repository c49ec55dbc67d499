"""Signing in as an API Services app: its private key signs a short statement, for which Okta hands out a token of one hour."""

import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from annexa.collectors._rest.exchange import Exchange
from annexa.collectors._rest.statement import private_key, signed
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.okta._api import API
from annexa.collectors.okta._settings import OktaSettings

PATH = "/oauth2/v1/token"
EXCHANGE = f"POST {PATH}"
"""The credential endpoint; it needs the app's private key and no permission."""
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LASTS = timedelta(minutes=5)
"""How long a statement is good for; Okta takes an hour at most."""


class AppLogin(Exchange):
    """Signs as the app that `client_id` names."""

    path = PATH
    cures: ClassVar = {
        "invalid_client": "Check that `client_id` and the private key belong to one active app, that `key_id` is given "
        "where the app has several keys, and that this machine's clock is right.",
        "invalid_scope": "Grant the app every scope that `annexa permissions okta` lists, or name those it has in "
        "`scopes`.",
        "invalid_dpop_proof": "Switch off, in the app's settings, that tokens need a proof of possession (DPoP).",
        "unauthorized_client": "Make the app an API Services app: it must be allowed the grant type client credentials.",
        "access_denied": "Assign the app the role Read-only Administrator.",
    }
    otherwise = "Run again; if it stays, look for the exchange in Okta's System Log."

    def __init__(self, settings: OktaSettings, lent: Circumstances, scopes: Iterable[str]) -> None:
        super().__init__(API, settings, lent)
        self._client, self._domain, self._key_id = _client_id(settings), settings.domain, settings.key_id
        self._key = private_key(settings, lent.environment, _KEY_CURE)
        self._scopes = " ".join(sorted(settings.scopes or scopes))

    @property
    def identity(self) -> str:
        """Who asks, as Okta names it."""
        return f"app/{self._client}"

    def asked(self) -> Mapping[str, Any]:
        """The statement, as a form."""
        form = {
            "grant_type": "client_credentials", "scope": self._scopes,
            "client_assertion_type": ASSERTION, "client_assertion": self._statement(),
        }  # fmt: skip
        return {"data": form}

    def _statement(self) -> str:
        now = self._lent.clock.now()
        claims = {
            "aud": f"https://{self._domain}{PATH}", "iss": self._client, "sub": self._client,
            "iat": int(now.timestamp()), "exp": int((now + LASTS).timestamp()), "jti": secrets.token_hex(16),
        }  # fmt: skip
        return signed(self._key, claims, **({"kid": self._key_id} if self._key_id else {}))


_KEY_CURE = "Generate a key on the app's page, in PEM form, and set private_key_file or the environment variable."


def _client_id(settings: OktaSettings) -> str:
    value = str(settings.client_id or "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", value):
        raise CannotStartError(
            f"{settings.name}: client_id is no id of an app", cure="Copy it from the app's page in the Admin Console."
        )
    return value
