"""What a vendor must offer to be a source: how to connect, as whom, and a wire to each scope."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, Protocol

from annexa.evidence.answer import Wire
from annexa.evidence.clock import Clock
from annexa.schemas.words import Environment


class CannotStartError(Exception):
    """A source that cannot be asked at all: no credentials, no answer; `cure` says what to do."""

    def __init__(self, says: str, *, cure: str) -> None:
        super().__init__(says)
        self.says, self.cure = says, cure


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What a run lends to every source."""

    organisation: str
    clock: Clock
    run_id: str
    pool: Executor | None = None
    """For calls of one unit that may go side by side; None: one after the other."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """The process's environment variables."""
    pacing: bool = True
    prepare: Callable[[str, Any], None] | None = None
    """Lets a stand-in answer without sockets: called with vendor and client, by tests and the sandbox only."""
    sandbox: bool = False
    connect_timeout: float = 5
    read_timeout: float = 30
    connections: int = 32


class Source(Protocol):
    """One connected tenant of a vendor."""

    alias: str
    vendor: str
    tenant: str
    """The vendor's immutable id of the tenant."""
    environment: Environment

    def wire(self, scope: str) -> Wire:
        """A wire to this scope; raises `UnreadError` where no identity for it can be had."""
        ...

    def known(self, scope: str) -> Mapping[str, Any]:
        """What collectors may want to know about this scope without asking."""
        ...

    def hosts(self) -> tuple[str, ...]:
        """Hosts that answered so far."""
        ...

    def identities(self) -> tuple[str, ...]:
        """Identities that the vendor confirmed for us so far."""
        ...
