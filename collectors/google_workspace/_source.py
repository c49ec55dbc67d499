"""One Workspace customer as a source: which scopes are asked for, and which customer it is."""

from collections.abc import Iterator
from importlib import import_module

import msgspec

from annexa import collectors
from annexa.collectors._google import GoogleSettings, GoogleSource, Self
from annexa.collectors._google.wire import GoogleWire
from annexa.collectors._source import Circumstances, Source
from annexa.collectors.google_workspace._api import CUSTOMER_READ, MINE, RATES
from annexa.evidence.call import Call

CUSTOMER = Call(
    op="admin/directory_v1:customers.get", needs=CUSTOMER_READ,
    params={"customerKey": MINE, "fields": "kind,id,customerDomain,customerCreationTime"},
)  # fmt: skip
"""Asked while connecting."""
SUBJECT = "GOOGLE_WORKSPACE_SUBJECT"
"""Variable with the administrator's address, where the source's table does not name one."""


def source(settings: GoogleSettings, lent: Circumstances) -> Source:
    """Sign in and ask which customer it is; raises `CannotStartError`."""
    settings = msgspec.structs.replace(settings, subject=settings.subject or lent.environment.get(SUBJECT))
    return GoogleSource(settings, lent, scopes=set(scopes()), me=_me, rates=RATES)


def scopes() -> Iterator[str]:
    """The scopes that the declared calls need; domain-wide delegation has to name exactly these."""
    yield CUSTOMER.needs
    declared = collectors.of(import_module("annexa.collectors.google_workspace"))
    yield from {call.needs for collector in declared for call in collector.calls}


def _me(wire: GoogleWire, settings: GoogleSettings) -> Self:
    told = next(wire.pages(CUSTOMER, CUSTOMER.params)).content
    identity = settings.subject or "application default credentials"
    return Self(tenant=str(told["id"]), identity=identity, known={"customer": str(told["id"])})
