"""One REST vendor of the make-believe company on one of its days."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from annexa.sandbox._http import Handle
from annexa.sandbox._rates import Rate
from annexa.sandbox._rest import in_process
from annexa.sandbox._rest.faults import RestFault, fault_kinds, poorer_kinds
from annexa.sandbox._rest.keys import Carried, Key, KeyRing, bearer
from annexa.sandbox._rest.refusals import ErrorBody, Later, Refusals, retry_after
from annexa.sandbox._rest.route import Route, Table
from annexa.sandbox._rest.standin import Api, RestStandIn
from annexa.sandbox._rest.world import Day, World, load_world
from annexa.sandbox.play import DateName, ScenarioName


class RestPlay:
    """A vendor out of its file and its routes; see `annexa.sandbox._rest` for an example."""

    def __init__(
        self,
        vendor: str,
        scenario: ScenarioName,
        date: DateName,
        mended: Collection[int] = (),
        *,
        routes: tuple[Route, ...],
        keys: tuple[Key, ...],
        error: ErrorBody,
        file: str | None = None,
        world: World | None = None,
        carried: Carried | None = None,
        refusals: Mapping[str, tuple[int, str, str]] | None = None,
        throttle: Later | None = None,
        base: str = "",
        headers: Mapping[str, str] | None = None,
        failed: Callable[[str], Any] | None = None,
        failed_code: str = "fatal_error",
        request_id: str | None = None,
        sends: Mapping[str, str] | None = None,
        rates: Mapping[str, Rate] | None = None,
        table: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`file` is the vendor's YAML beside its module (`<vendor>.yaml`); `world` takes its place in tests.

        `base` stands before every path and behind the endpoint (`/v1`), `headers` are asked of every request, `failed`
        makes the body of an error with status 200, `sends` are headers of every answer, `rates` are the vendor's limits
        (counted where `standin(rates=play.rates)` says so), `table` are further keys of the
        source's table in `annexa.toml`, `environment` further variables besides those of the keys.
        """
        self.vendor = vendor
        self.world = world or load_world(
            vendor, file or f"{vendor}.yaml", Day(scenario=scenario, date=date, mended=mended)
        )
        self.now: datetime = self.world.now
        self.rates = dict(rates or {})
        self.keys = {key.name: key for key in keys}
        self.environment = {key.env: key.secret for key in keys if key.env} | dict(environment or {})
        self._base, self._table = base, dict(table or {})
        self.api = Api(
            base=base, table=Table(routes, base), keys=KeyRing(keys=keys, carried=carried or bearer()), headers=headers or {},
            refusals=Refusals(body=error, table=refusals or {}, later=throttle or retry_after()), failed=failed,
            failed_code=failed_code, request_id=request_id, sends=sends or {},
        )  # fmt: skip
        self._planted = tuple(_planted(fault) for fault in self.world.faults)
        for fault in self._planted:
            self.api.table.of(fault.op)

    def tables(self, url: str) -> tuple[dict[str, Any], ...]:
        """One source for the whole tenant."""
        own = {"name": f"{self.vendor}:main", "vendor": self.vendor, "endpoint": url + self._base, "attempts": 2}
        return (own | self._table,)

    def standin(self, faults: Iterable[RestFault] = (), **how: Any) -> RestStandIn:
        """The stand-in of this day; `how` goes to `RestStandIn`."""
        return RestStandIn(self.world, self.api, (*faults, *self._planted), **how)

    def prepare(self, target: Any) -> None:
        """Every host of these vendors exists."""

    def in_process(self, target: Any, handle: Handle) -> None:
        """Answer an HTTP client without sockets."""
        in_process.answer(target, handle)

    def ops(self) -> tuple[str, ...]:
        """Every operation that is played, as the routes name them."""
        return tuple(route.op for route in self.api.table.by_op.values())

    def fault(self, op: str, kind: str, scope: str | None = None, **how: Any) -> RestFault:
        """A fault on an operation; `how` are further members of `RestFault`. Raises `ValueError` where it means nothing."""
        if kind not in self.fault_kinds(op):
            raise ValueError(f"{op} of {self.vendor} has no fault of kind {kind}")
        return RestFault(self.api.table.of(op).op, kind=kind, scope=scope, **how)

    def fault_kinds(self, op: str) -> tuple[str, ...]:
        """The kinds that mean something for an operation."""
        return fault_kinds(self.api.table.of(op), fails=self.api.failed is not None)

    def poorer_kinds(self, op: str) -> tuple[str, ...]:
        """Those of them that leave an answer which the vendor could have given."""
        return poorer_kinds(self.api.table.of(op))

    def enums(self, op: str) -> tuple[str, ...]:
        """The places of its answer that hold a word of a closed list."""
        return self.api.table.of(op).enums


_MEMBERS = {one.name for one in fields(RestFault)}


def _planted(said: Mapping[str, Any]) -> RestFault:
    """A fault out of a vendor's file."""
    how = {name: value for name, value in said.items() if name in _MEMBERS and name != "op"}
    return RestFault(said["op"], **how)
