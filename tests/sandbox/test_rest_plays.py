"""Every REST vendor of the company: its file holds on every day, its routes are what its collectors ask."""

from typing import Any, get_args

import msgspec
import pytest
from toy import SECRET, acme

from annexa import collectors
from annexa.sandbox import vendors
from annexa.sandbox._rest import RestPlay
from annexa.sandbox._rest.route import shape
from annexa.sandbox._rest.world import _read
from annexa.sandbox.play import MOMENTS, DateName, ScenarioName

DAYS: list[tuple[ScenarioName, DateName]] = [
    (scenario, date) for scenario in get_args(ScenarioName) for date in MOMENTS
]
ROWS = range(100)


@pytest.fixture(params=[name for name in vendors.names() if name != "aws"])
def vendor(request: pytest.FixtureRequest) -> str:
    """A vendor that is played by the engine."""
    name: str = request.param
    if not isinstance(vendors.play(name, "planted", "first"), RestPlay):
        pytest.skip(f"{name} has a stand-in of its own")
    return name


def test_all_vendors_are_seen_on_the_same_days() -> None:
    for date, moment in MOMENTS.items():
        assert {play.now for play in vendors.plays("planted", date).values()} == {moment}


def test_the_file_holds_on_every_day(vendor: str) -> None:
    """No change finds nothing, whatever is mended; the days are different where the file says so."""
    worlds = {day: vendors.play(vendor, *day).world for day in DAYS}  # type: ignore[attr-defined]
    mended = {date: vendors.play(vendor, "planted", date, ROWS).world for date in MOMENTS}  # type: ignore[attr-defined]
    assert all(world.data for world in (*worlds.values(), *mended.values()))
    assert not any(world.faults for day, world in worlds.items() if day[0] == "clean")


def test_each_row_can_be_mended_alone(vendor: str) -> None:
    play: Any = vendors.play(vendor, "planted", "second")
    said = _read("annexa.sandbox.vendors", f"{vendor}.yaml")
    rows = sorted({one["row"] for part in ("changes", "faults") for one in said.get(part) or () if one["row"]})
    for row in rows:
        mended = vendors.play(vendor, "planted", "second", {row}).world  # type: ignore[attr-defined]
        assert (mended.data, mended.faults) != (play.world.data, play.world.faults), row


def test_every_operation_of_the_collectors_has_a_route(vendor: str) -> None:
    play: Any = vendors.play(vendor, "clean", "first")
    asked = {call.op for one in collectors.of(collectors.vendor(vendor)) for call in one.calls}
    assert sorted(op for op in asked if shape(op) not in play.api.table.by_op) == []


def test_every_route_refuses_a_stranger_and_names_its_faults(vendor: str) -> None:
    play: Any = vendors.play(vendor, "clean", "first")
    standin = play.standin()
    for route in play.api.table.by_op.values():
        above = play.api.base if route.base is None else route.base
        path = above + route.path.replace("{", "").replace("}", "")
        status, _, body = standin.handle(route.method, path, {"host": "nobody.example"}, b"")
        refused = play.api.refusals.table.get("unauthorised", (401,))[0]
        assert route.open or status == route.refusals.get("unauthorised", (refused,))[0], route.op
        assert route.open or msgspec.json.decode(body) not in ([], {}, None)
        assert [kind for kind in play.fault_kinds(route.op) if play.fault(route.op, kind).kind != kind] == []


def test_its_table_leads_to_the_stand_in_and_holds_no_secret(vendor: str) -> None:
    play: Any = vendors.play(vendor, "clean", "first")
    (table, *_) = play.tables("http://127.0.0.1:1")
    assert table["vendor"] == vendor and table["name"].startswith(f"{vendor}:")
    assert "http://127.0.0.1:1" in str(table)
    assert not any(secret and secret in str(table) for secret in play.environment.values())


def test_the_example_of_the_engine_runs() -> None:
    play = acme("planted", "first")
    standin = play.standin()

    def ask(path: str, **head: str) -> tuple[int, Any]:
        secret = play.environment["ACME_KEY"]
        status, _, body = standin.handle("GET", f"/v1{path}", {"x-api-key": secret, **head}, b"")
        return status, msgspec.json.decode(body)

    assert len(ask("/users?limit=100")[1]["data"]) > 5
    assert [one["id"] for one in ask("/projects/proj_freight/api_keys")[1]["data"]] == ["key_1"]
    assert ask("/projects/proj_freight")[1]["id"] == "proj_freight"
    assert ask("/retention")[0] == 404
    assert ask("/retention", **{"acme-beta": "retention-2026"})[1] == {"type": "none"}
    assert ask("/audit/logs")[0] == 403
    assert SECRET not in str(standin.calls)


def test_the_example_changes_with_its_days() -> None:
    keys = {day: len(acme(*day).world.data["api_keys"]) for day in DAYS}
    assert keys == {("planted", "first"): 1, ("planted", "second"): 1, ("clean", "first"): 0, ("clean", "second"): 0}
    assert acme("planted", "first", (19,)).world.data["retention"] == {"type": "modified_abuse_monitoring"}
    assert [len(acme("clean", date).world.data["projects"]) for date in MOMENTS] == [1, 2]
    assert not acme("planted", "first", (25,)).world.faults
