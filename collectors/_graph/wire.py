"""Microsoft as collectors reach it: the REST adapter's wire, whose troubles say what to do at Microsoft."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from annexa.collectors._rest.read import Read
from annexa.collectors._rest.wire import RestWire
from annexa.evidence.answer import Answer, Trouble, UnreadError
from annexa.evidence.call import Call
from annexa.schemas.words import Reason

SKEW = 300
"""Seconds by which our clock may differ from the vendor's before tokens are taken for ended, or for not begun."""


class Knows(Protocol):
    """What the client knows besides answers."""

    skew: float
    """Seconds by which our clock is ahead of the vendor's, by its last answer."""

    def claims(self) -> Mapping[str, Any]:
        """What the access token says about tenant, application and roles; empty where it says nothing."""
        ...

    def held(self) -> frozenset[str] | None:
        """The app roles that the access token holds; None where they do not decide."""
        ...


class GraphWire(RestWire):
    """Every call of one source, under one signed-in identity."""

    knows: Knows

    def claims(self) -> Mapping[str, Any]:
        """What the access token says about itself (`tid`, `appid`, `oid`, `roles`); not verified by us."""
        return self.knows.claims()

    def pages(self, call: Call, params: Mapping[str, Any]) -> Iterator[Answer]:
        """Every page in order; raises `UnreadError` with a cure that names Microsoft's own places."""
        try:
            yield from super().pages(call, params)
        except UnreadError as error:
            held = self.knows.held() if error.trouble.status == 403 else None
            raise UnreadError(error.call, told(error.trouble, error.call, self.knows.skew, held)) from error


def told(trouble: Trouble, call: Call, skew: float, held: frozenset[str] | None = None) -> Trouble:
    """The trouble with what to do about it here: a token is not a key, and a role is consented to.

    `held` are the app roles in the token. A call that is refused although the token holds what it needs lacks no consent:
    where it needs a plan too, it is the plan. A person needs a role in the directory besides, so nothing follows there.
    """
    if trouble.reason is not Reason.DENIED:
        return trouble
    if trouble.status == 401:
        return replace(trouble, says="the access token was not accepted", cure=_of_token(skew))
    if trouble.status == 403 and call.needs:
        return _refused(trouble, call, held)
    return trouble


def _refused(trouble: Trouble, call: Call, held: frozenset[str] | None) -> Trouble:
    plan = call.plan if isinstance(call, Read) else None
    grant = f"Grant {call.needs} and consent to it as an administrator"
    if held is not None and call.needs not in held:
        says = "nobody consented to it: the access token does not hold the permission"
        return replace(trouble, says=says, cure=f"{grant}, and sign in again.")
    if held is not None and plan:
        says = "the access token holds the permission, and the call is refused all the same: the plan is missing"
        cure = f"This needs {plan}. Where the tenant has it, some calls also need a role in the directory."
        return replace(trouble, reason=Reason.NOT_LICENSED, says=says, cure=cure)
    cure = f"{grant}; if it was granted, it was taken back." + (f" It needs {plan}, too." if plan else "")
    return replace(trouble, says="the application may not make this call", cure=cure)


def _of_token(skew: float) -> str:
    if abs(skew) > SKEW:
        way = "ahead" if skew > 0 else "behind"
        return f"The clock of this machine is {round(abs(skew) / 60)} minutes {way}: set it right."
    return "Sign in again; check tenant and application, and whether the application or its secret was removed."
