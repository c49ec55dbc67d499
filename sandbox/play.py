"""What a vendor of the make-believe company offers to the demo and to the tests."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from annexa.sandbox._http import Handle

ScenarioName = Literal["planted", "clean"]
DateName = Literal["first", "second"]
MOMENTS: Mapping[DateName, datetime] = {
    "first": datetime(2026, 8, 30, 6, tzinfo=UTC),
    "second": datetime(2026, 9, 29, 6, tzinfo=UTC),
}
"""The company's two days; every vendor is collected at the same moment."""


class StandIn(Protocol):
    """Answers one HTTP exchange after the other; thread-safe."""

    def handle(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """One exchange; raises `Cut`, `Silence` or `Unresolved` where the transport itself must fail."""
        ...


class Play(Protocol):
    """One vendor of the company on one day."""

    vendor: str
    """The name of its collectors."""
    now: datetime
    """The moment at which it is collected."""
    environment: Mapping[str, str]
    """Made-up credentials, as environment variables."""

    def tables(self, url: str) -> tuple[dict[str, Any], ...]:
        """Tables of `annexa.toml` that lead to the stand-in behind `url`."""
        ...

    def standin(self, faults: Iterable[Any] = ()) -> StandIn:
        """A stand-in that answers out of this day, with faults planted."""
        ...

    def prepare(self, target: Any) -> None:
        """Make a client or session fail as it would without a host, where over loopback every name resolves."""
        ...

    def in_process(self, target: Any, handle: Handle) -> None:
        """Let a client or session be answered without sockets."""
        ...

    def fault(self, op: str, kind: str, scope: str | None = None) -> Any:
        """A fault for `standin`: of one kind, on one operation, in one scope or in all."""
        ...

    def fault_kinds(self, op: str) -> tuple[str, ...]:
        """The kinds of fault that change this operation's answer."""
        ...
