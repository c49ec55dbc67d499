"""Signing in as a GitHub App: the private key signs a short statement, for which GitHub hands out a token of one hour."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from annexa.collectors._rest.exchange import Exchange
from annexa.collectors._rest.statement import private_key, signed
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.github._api import API
from annexa.collectors.github._settings import GitHubSettings
from annexa.evidence.clock import parse

EXCHANGE = "POST /app/installations/{installation_id}/access_tokens"
"""The credential endpoint; it needs the App's private key and no permission."""
LASTS = timedelta(minutes=9)
"""How long a statement is good for; GitHub takes ten minutes at most."""
SLOW_CLOCK = timedelta(minutes=1)
"""A statement begins a minute ago, as GitHub advises: clocks differ."""


class AppLogin(Exchange):
    """Signs as one installation of an App."""

    ahead = timedelta(minutes=10)

    def __init__(self, settings: GitHubSettings, lent: Circumstances) -> None:
        self._app = _plain(settings, "app_id", r"[A-Za-z0-9.]{1,64}")
        self._installation = _plain(settings, "installation_id", r"[0-9]{1,20}")
        self._key = private_key(settings, lent.environment, _KEY_CURE)
        self.path = f"/app/installations/{self._installation}/access_tokens"
        super().__init__(API, settings, lent)

    @property
    def identity(self) -> str:
        """Who asks, as GitHub names it."""
        return f"app/{self._app} installation/{self._installation}"

    def asked(self) -> Mapping[str, Any]:
        """The statement, as the bearer."""
        now = self._lent.clock.now()
        claims = {
            "iat": int((now - SLOW_CLOCK).timestamp()), "exp": int((now + LASTS).timestamp()), "iss": self._app,
        }  # fmt: skip
        return {"headers": {"Authorization": f"Bearer {signed(self._key, claims)}"}}

    def brought(self, answer: Mapping[str, Any], asked_at: datetime) -> tuple[object, datetime]:
        """GitHub names the moment at which its token ends."""
        return answer["token"], parse(str(answer["expires_at"]))

    def refused(self, status: int, answer: Mapping[str, Any]) -> tuple[str, str]:
        """GitHub gives no code; its status says enough."""
        return f"HTTP {status}", _CURES.get(status, "Run again; if it stays, look at GitHub's own status page.")


_CURES = {
    401: "Check that the private key belongs to this `app_id`, and that this machine's clock is right.",
    403: "Check that the App is not suspended in the organisation.",
    404: "Check `installation_id`: the number at the end of the address of the App's installation.",
}
_KEY_CURE = "Make a private key on the App's page at GitHub, and set private_key_file or the environment variable."


def _plain(settings: GitHubSettings, name: str, form: str) -> str:
    value = str(getattr(settings, name) or "")
    if not re.fullmatch(form, value):
        raise CannotStartError(
            f"{settings.name}: {name} is {'missing' if not value else 'no such id'}",
            cure="Give app_id and installation_id of the GitHub App in the source's table.",
        )
    return value
