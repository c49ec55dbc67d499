"""One Google Cloud organisation as a source: who asks, and which organisation it is."""

from annexa.collectors._google import GoogleSettings, GoogleSource, Self
from annexa.collectors._google.wire import GoogleWire
from annexa.collectors._source import CannotStartError, Circumstances, Source
from annexa.collectors.google_cloud._api import RATES, SCOPE
from annexa.collectors.google_cloud._settings import CloudSettings
from annexa.evidence.call import Call

ORGANIZATION = Call(op="cloudresourcemanager/v3:organizations.get", needs="resourcemanager.organizations.get")
ORGANIZATIONS = Call(
    op="cloudresourcemanager/v3:organizations.search", needs="resourcemanager.organizations.get", path="organizations"
)
"""Asked while connecting: the organisation that the settings name, or whichever the credentials see."""


def source(settings: CloudSettings, lent: Circumstances) -> Source:
    """Sign in and ask which organisation it is; raises `CannotStartError`."""
    return GoogleSource(settings, lent, scopes=(SCOPE,), me=_me, rates=RATES)


def _me(wire: GoogleWire, settings: GoogleSettings) -> Self:
    assert isinstance(settings, CloudSettings)  # noqa: S101
    named = settings.organization
    number = str(named).removeprefix("organizations/") if named else _only(wire, settings.name)
    told = next(wire.pages(ORGANIZATION, {"name": f"organizations/{number}"})).content
    if told["name"] != f"organizations/{number}":
        raise LookupError(number)
    identity = settings.subject or "application default credentials"
    return Self(tenant=number, identity=identity, known={"organization": number})


def _only(wire: GoogleWire, name: str) -> str:
    """The number of the one organisation that the credentials see."""
    found = [row["name"] for page in wire.pages(ORGANIZATIONS, {}) for row in page.content.get("organizations", ())]
    if len(found) != 1:
        raise CannotStartError(
            f"{name}: the credentials see {len(found)} organisations",
            cure='Write organization = "number" into the source\'s table, and grant the role on that organisation.',
        )
    return str(found[0]).removeprefix("organizations/")
