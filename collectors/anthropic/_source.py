"""The source: one organisation, reached with an Admin API key, with an OAuth token, or with both.

What takes no key is asked with the token. Without one it is asked with the key all the same, so that the vendor's own
refusal is in the evidence, with the cure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from annexa.collectors._rest import Me, RestSource, RestWire
from annexa.collectors._rest.sign import key_of
from annexa.collectors._source import CannotStartError, Circumstances
from annexa.collectors.anthropic._api import API, ME, OAUTH
from annexa.collectors.anthropic._settings import AnthropicSettings
from annexa.evidence.answer import Answer, Fetched, UnreadError, fetch
from annexa.evidence.call import Call
from annexa.schemas.words import Reason


class AnthropicSource:
    """One organisation of the Claude Console."""

    def __init__(self, settings: AnthropicSettings, lent: Circumstances) -> None:
        """Connect with whatever credentials there are; raises `CannotStartError`."""
        held = {name for name in (settings.key_env, settings.token_env) if lent.environment.get(name, "").strip()}
        only_token = held == {settings.token_env}
        self._first = _with_token(settings, lent) if only_token else RestSource(API, settings, lent, me=_me)
        self._token: RestSource | None = self._first if only_token else None
        self._why: str | None = None
        if settings.token_env in held and not only_token:
            self._token, self._why = _beside(self._first, settings, lent)
        self._variable = settings.token_env
        self.alias, self.vendor, self.tenant = self._first.alias, self._first.vendor, self._first.tenant
        self.environment = self._first.environment

    def wire(self, scope: str) -> "TwoKeys":
        """A wire that asks each call with the credential that it takes."""
        token = self._token.wire(scope) if self._token else None
        return TwoKeys(self._first.wire(scope), token, variable=self._variable, why=self._why)

    def known(self, scope: str) -> Mapping[str, Any]:
        """The scope, the moment, and the organisation's id."""
        return self._first.known(scope)

    def hosts(self) -> tuple[str, ...]:
        """Hosts that answered so far."""
        return tuple(sorted({*self._first.hosts(), *(self._token.hosts() if self._token else ())}))

    def identities(self) -> tuple[str, ...]:
        """The credentials that the vendor accepted."""
        return tuple(dict.fromkeys((*self._first.identities(), *(self._token.identities() if self._token else ()))))


class TwoKeys:
    """A wire that asks with a token what takes no key."""

    def __init__(self, key: RestWire, token: RestWire | None, *, variable: str, why: str | None) -> None:
        self._key, self._token = key, token
        self._cure = (
            f"Set {variable} to an OAuth token with the scope org:admin (`ant auth login --scope org:admin`): "
            f"Admin API keys are not accepted here." + (f" The token that is set was not used: {why}" if why else "")
        )
        self.identity = key.identity

    def pages(self, call: Call, params: Mapping[str, Any]) -> Iterator[Answer]:
        """Every page in order; a refusal says which credential would do."""
        if call.needs != OAUTH:
            yield from self._key.pages(call, params)
            return
        wire = self._token or self._key
        try:
            for answer in wire.pages(call, params):
                yield replace(answer, identity=wire.identity)
        except UnreadError as error:
            trouble = replace(error.trouble, identity=wire.identity)
            if self._token is None and trouble.reason is Reason.DENIED:
                trouble = replace(trouble, cure=self._cure)
            raise UnreadError(call, trouble) from error

    def sensitive(self, call: Call) -> frozenset[tuple[str, ...]]:
        """Paths that the vendor's declaration marks as sensitive."""
        return self._key.sensitive(call)

    def ahead(self, call: Call, params: list[Mapping[str, Any]]) -> Iterator[Fetched]:
        """The same call for many parameters, in order; side by side where a key does."""
        if call.needs != OAUTH:
            yield from self._key.ahead(call, params)
            return
        yield from (fetch(self, call, each) for each in params)


def _me(wire: RestWire) -> Me:
    """The vendor names the organisation, and not the key."""
    found = wire.ask(ME)
    return Me(tenant=found["id"], identity=f"Admin API key of organization {found['id']}", known=_known(found))


def _token_me(wire: RestWire) -> Me:
    found = wire.ask(ME)
    return Me(tenant=found["id"], identity=f"org:admin token of organization {found['id']}", known=_known(found))


def _known(found: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"organisation": found["id"], "name": found.get("name")}


def _with_token(settings: AnthropicSettings, lent: Circumstances) -> RestSource:
    def sign(own: Any, environment: Mapping[str, str]) -> Mapping[str, str]:
        named = msgspec.structs.replace(own, key_env=own.token_env)
        return {"Authorization": f"Bearer {key_of(named, environment, own.token_env)}"}

    return RestSource(replace(API, sign=sign), settings, lent, me=_token_me)


def _beside(
    first: RestSource, settings: AnthropicSettings, lent: Circumstances
) -> tuple[RestSource | None, str | None]:
    """The token's own source beside the key's, or why there is none: tokens of people end soon, and the rest goes on."""
    try:
        token = _with_token(settings, lent)
    except CannotStartError as error:
        return None, error.says
    if token.tenant != first.tenant:
        says = f"{settings.name}: {settings.token_env} is a token of organization {token.tenant}, the key is of {first.tenant}"
        raise CannotStartError(says, cure="Use a key and a token of the same organisation.")
    return token, None
