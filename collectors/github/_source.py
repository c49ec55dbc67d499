"""One organisation as a source: as which App or user it is asked, and under which number GitHub knows it."""

import re
from collections.abc import Mapping
from dataclasses import replace

from annexa.collectors._rest import Me, Read, RestSource, RestWire
from annexa.collectors._source import CannotStartError, Circumstances, Source
from annexa.collectors.github._api import API
from annexa.collectors.github._login import AppLogin
from annexa.collectors.github._settings import GitHubSettings
from annexa.collectors.github.organisation import ORGANISATION
from annexa.evidence.answer import UnreadError
from annexa.schemas.words import Reason

WHOAMI = Read(op="GET /user", needs="none: every user's token may ask")
"""Asked while connecting, where a token asks."""


def source(settings: GitHubSettings, lent: Circumstances) -> Source:
    """Sign in as an App or with a token; raises `CannotStartError`."""
    organisation = _organisation(settings, lent.environment)
    login = AppLogin(settings, lent) if settings.app_id is not None else None
    return GitHubSource(settings, lent, organisation, login)


class GitHubSource(RestSource):
    """One organisation."""

    def __init__(
        self, settings: GitHubSettings, lent: Circumstances, organisation: str, login: AppLogin | None
    ) -> None:
        api = API if login is None else replace(API, sign=lambda settings, environment: login.headers())

        def me(wire: RestWire) -> Me:
            found = wire.ask(ORGANISATION, org=organisation)
            identity = login.identity if login is not None else _user(wire)
            number = found["id"]
            if isinstance(number, bool) or not isinstance(number, int):
                raise TypeError("an organisation without a number")
            return Me(tenant=str(number), identity=identity, known={"org": organisation, "org_id": str(number)})

        super().__init__(api, settings, lent, me=me)


def _user(wire: RestWire) -> str:
    try:
        return f"user/{wire.ask(WHOAMI)['login']}"
    except UnreadError as error:
        if error.trouble.reason is Reason.DENIED and error.trouble.status == 403:
            return "an App's token, which GitHub does not name"
        raise


def _organisation(settings: GitHubSettings, environment: Mapping[str, str]) -> str:
    name = settings.organisation or environment.get("GITHUB_ORGANISATION", "").strip()
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})", name):
        raise CannotStartError(
            f"{settings.name}: the organisation is {'not named' if not name else 'no name of one'}",
            cure="Give `organisation` in the source's table, or set GITHUB_ORGANISATION.",
        )
    return name
