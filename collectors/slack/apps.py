"""Apps, AI or not: those that the organisation approved or restricted, and those that a workspace did.

Slack leaves certified apps out unless it is asked for them alone, and does not show a workspace's own decisions in the
list of the organisation. So each list is asked for twice, for the organisation and for every workspace.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

from annexa.collectors._rest import Read
from annexa.collectors._values import text
from annexa.collectors.slack import _api
from annexa.collectors.slack._api import ENTERPRISE, NEXT, flag
from annexa.evidence.call import collects
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, Names, ambiguous
from annexa.evidence.handle import Handle, Item
from annexa.evidence.kinds.systems import Application

# What an app says about itself in free words is not needed to know it.
WORDS = ("additional_info", "description", "icons", "help_url")


def _listing(op: str, path: str) -> Read:
    return Read(
        op=op, needs="admin.apps:read", path=path, pager=NEXT, params={"limit": 100}, plan=ENTERPRISE, drop=WORDS,
        query=("certified", "enterprise_id", "team_id"),
    )  # fmt: skip


APPROVED = _listing(_api.APPROVED, "approved_apps")
RESTRICTED = _listing(_api.RESTRICTED, "restricted_apps")
LISTS = ((APPROVED, "approved"), (RESTRICTED, "restricted"))
CERTIFIED = ("false", "true")
"""Both answers together are all apps."""

Where = Literal["organisation", "workspace"]


@collects(Application, APPROVED, RESTRICTED, per="source")
def organisation_apps(handle: Handle) -> Iterator[Application]:
    """One record per app that the organisation approved or restricted for all of its workspaces."""
    # A plan without an organisation answers that it has no such interface; it must still be asked in its own terms.
    place = "enterprise_id" if handle.known["enterprise"] else "team_id"
    yield from _apps(handle, {place: str(handle.known["scope"])}, "organisation")


@collects(Application, APPROVED, RESTRICTED, per="workspace")
def workspace_apps(handle: Handle) -> Iterator[Application]:
    """One record per app that one workspace approved or restricted for itself."""
    yield from _apps(handle, {"team_id": str(handle.known["scope"])}, "workspace")


def _apps(handle: Handle, place: Mapping[str, str], where: Where) -> Iterator[Application]:
    for call, state in LISTS:
        for certified in CERTIFIED:
            for entry in handle.each(call, certified=certified, **place):
                with handle.citing(entry):
                    yield _application(entry, state, where if state == "approved" else "none")


def _application(entry: Item, state: str, consented: str) -> Application:
    app: Mapping[str, Any] = entry["app"]
    key = str(app["id"])
    return Application(
        subject=f"{key}/{state}", vendor_id=key, name=text(app.get("name")), consented=consented, state=state,
        verified=flag(app, "is_app_directory_approved"), domains=_domains(app.get("app_homepage_url")),
        permissions=_scopes(entry.get("scopes")),
    )  # fmt: skip


def _domains(raw: object) -> Names:
    """The host of the app's home page."""
    if raw in (None, ""):
        return NOT_EXPOSED
    try:
        host = urlsplit(str(raw)).hostname
    except ValueError:
        host = None
    return (host,) if host else ambiguous(str(raw), "the vendor documents an address")


def _scopes(raw: object) -> Names:
    """Names of the scopes that were approved for the app."""
    if raw is None:
        return NOT_EXPOSED
    names = _names(raw)
    return names if isinstance(names, Missing) else tuple(sorted(set(names))) or ABSENT


def _names(raw: object) -> list[str] | Missing:
    rows = raw if isinstance(raw, (list, tuple)) else [None]
    found = [row.get("name") if isinstance(row, Mapping) else None for row in rows]
    names = [name for name in found if isinstance(name, str)]
    return names if len(names) == len(found) else ambiguous("scopes", "the vendor documents a list of named scopes")
