"""The manifest of a run (`run.json`): what was planned, by whom, over which sources, under which declarations.

It seals the declarations of the collectors, so that a run can be judged later without the code that collected it.
"""

import msgspec

from annexa.evidence.call import Collector
from annexa.evidence.fact import Time
from annexa.schemas.words import Environment, RunState

FORMAT = "annexa/run/1"
PEOPLE = ("registers", "imports")
"""Sources that people fill; they show what people say or bring, and are no vendor that could be asked."""


class Frozen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the manifest's parts."""


class Organisation(Frozen, frozen=True, kw_only=True):
    """Whose evidence it is."""

    id: str
    """Id, part of every subject's and finding's id."""
    name: str
    """Name for people."""


class SourceInfo(Frozen, frozen=True, kw_only=True):
    """One configured vendor tenant, or the registers, and how it was reached."""

    source: str
    """Our alias: `aws:main`, `registers:main`."""
    vendor: str
    """The vendor: `aws`, `registers`."""
    tenant: str
    """The vendor's immutable id of the tenant: an AWS organisation id."""
    environment: Environment
    """Where its answers came from."""
    hosts: tuple[str, ...] = ()
    """Hosts that answered."""
    identities: tuple[str, ...] = ()
    """Identities that the vendor confirmed for us."""
    started: bool = True
    """Whether it could be asked at all."""
    why_not: str | None = None
    """Why it could not."""
    known: dict[str, str | bool | tuple[str, ...] | None] = {}
    """What its collectors were told beside their scope, so that records can be rebuilt."""


class YieldInfo(Frozen, frozen=True, kw_only=True):
    """What a collector can bring."""

    kind: str
    """Kind."""
    where: dict[str, tuple[str, ...]] = {}
    """Values that some of its fields always have."""


class CallInfo(Frozen, frozen=True, kw_only=True):
    """A call that a collector may make."""

    op: str
    """`service:Operation`."""
    needs: str
    """Permission."""


class CollectorInfo(Frozen, frozen=True, kw_only=True):
    """The declarations of one collector, as they were when it ran."""

    name: str
    """Name."""
    vendor: str
    """The vendor it asks."""
    yields: tuple[YieldInfo, ...]
    """Kinds it can bring."""
    calls: tuple[CallInfo, ...]
    """Calls it may make."""
    per: str
    """`source`, or the level of the scopes in which it ran."""
    signals: str | None = None
    """The AI service whose use its records prove."""
    lists_scopes: str | None = None
    """The level of the expected scopes that it lists."""
    may_list_none: bool = False
    """Whether an empty list of them can be true."""


class IsmsInfo(Frozen, frozen=True, kw_only=True):
    """What one management system covers, as it was configured."""

    id: str
    """Id of the management system."""
    statement: str = ""
    """Its scope statement."""
    sources: tuple[str, ...] = ("*",)
    """Sources that it covers; `*` stands for any text."""
    scopes: tuple[str, ...] = ("*",)
    """Paths of scopes that it covers, with all that lies in them; `*` stands for any text."""


class RegisterInfo(Frozen, frozen=True, kw_only=True):
    """One register as it was found."""

    name: str
    """Which register: `ai_systems`, `decisions`, `soa`, `exceptions`, `limitations`."""
    kind: str
    """Kind of its records."""
    state: str
    """`read`, `not_supplied`, `unreadable`, or `invalid_rows`."""
    file: str | None = None
    """File name, without its folder."""
    sha256: str | None = None
    """Digest of the file."""
    rows: int = 0
    """Rows that were read."""


class Previous(Frozen, frozen=True, kw_only=True):
    """The complete run before this one."""

    run_id: str
    """Its id."""
    statement_sha256: str
    """Digest of its signed statement."""
    tree_root: str
    """Root of its tree."""
    tree_size: int
    """Leaves of its tree."""


class Manifest(Frozen, frozen=True, kw_only=True):
    """Everything about a run that is not a record."""

    format: str = FORMAT
    """Format and version."""
    run_id: str
    """Id of the run."""
    organisation: Organisation
    """Whose evidence it is."""
    state: RunState
    """Whether it ran to its end."""
    planned: Time
    """When it was planned to start."""
    started: Time
    """When it started."""
    finished: Time
    """When it ended; the default `as_of`."""
    environment: Environment
    """The weakest environment among its sources."""
    hosts: tuple[str, ...] = ()
    """Every host that answered."""
    version: str
    """Version of annexa that collected."""
    sources: tuple[SourceInfo, ...]
    """Sources."""
    collectors: tuple[CollectorInfo, ...]
    """Declarations."""
    registers: tuple[RegisterInfo, ...] = ()
    """Registers as they were found."""
    isms: tuple[IsmsInfo, ...] = ()
    """Management systems with their boundaries; none: everything belongs to one."""
    previous: Previous | None = None
    """The run before."""


def declare(collector: Collector) -> CollectorInfo:
    """Write down what a collector declares."""
    return CollectorInfo(
        name=collector.name,
        vendor=collector.name.split(".", 1)[0],
        yields=tuple(YieldInfo(kind=item.kind, where=dict(item.where)) for item in collector.yields),
        calls=tuple(CallInfo(op=call.op, needs=call.needs) for call in collector.calls),
        per=collector.per,
        signals=collector.signals,
        lists_scopes=collector.lists_scopes,
        may_list_none=collector.may_list_none,
    )
