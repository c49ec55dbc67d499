"""A vendor's file for one day: placeholders, rows for people, changes and planted faults."""

from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from annexa.sandbox._errors import BadFixture
from annexa.sandbox._rest.fill import Filler
from annexa.sandbox._rest.world import Day, made_world
from annexa.sandbox.people import LEAVER, people, person
from annexa.sandbox.play import MOMENTS, ScenarioName

NOW = datetime(2026, 9, 29, 6, tzinfo=UTC)
FILL = Filler(vendor="toy", now=NOW, first=datetime(2026, 8, 30, 6, tzinfo=UTC)).fill
ROWS = [{"id": "a", "on": True}, {"id": "b", "on": True}]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${now}", "2026-09-29T06:00:00Z"),
        ("${ago 30d}", "2026-08-30T06:00:00Z"),
        ("${ago 1d 12h 5m}", "2026-09-27T17:55:00Z"),
        ("${in 2h}", "2026-09-29T08:00:00Z"),
        ("${fixed 30d}", "2026-07-31T06:00:00Z"),
        ("${fixed -30d}", "2026-09-29T06:00:00Z"),
        ("${ago 1d|date}", "2026-09-28"),
        ("${ago 1d|millis}", "2026-09-28T06:00:00.000Z"),
        ("${now|epoch}", int(NOW.timestamp())),
        ("${now|epoch_ms}", int(NOW.timestamp()) * 1000),
        ("${now|epoch_us}", int(NOW.timestamp()) * 1_000_000),
        ("${now|text_ms}", f"{int(NOW.timestamp())}000"),
        ("at ${now|epoch}", f"at {int(NOW.timestamp())}"),
        ("${person leaver.mail}", person(LEAVER).mail),
        ("${person leaver.alias}", person(LEAVER).aliases[0]),
        ("${person Ingrid Solheim.family}", "Solheim"),
        ("${person 3.name}", people()[3].name),
        ("$5 and {braces}", "$5 and {braces}"),
        ("$${source.login} at ${ago 1d|date}", "${source.login} at 2026-09-28"),
    ],
)
def test_placeholders(text: str, value: Any) -> None:
    assert FILL(text) == value


def test_invented_ids_are_stable_and_may_hold_others() -> None:
    first, again, other = FILL(
        ["u-${low12 ${person 1.mail}}", "u-${low12 ${person 1.mail}}", "u-${low12 ${person 2.mail}}"]
    )
    assert first == again != other
    assert len(first) == 14


def test_a_row_can_stand_for_people_or_for_words() -> None:
    made = FILL(
        [{"$each": "people", "$if": {"team": ["customs"], "left": False}, "mail": "${one.mail}"}, {"mail": "x"}]
    )
    assert [row["mail"] for row in made] == [*(one.mail for one in people() if one.team == "customs"), "x"]
    assert FILL([{"$each": ["eu", "us"], "name": "${one}-1"}]) == [{"name": "eu-1"}, {"name": "us-1"}]
    assert len(FILL([{"$each": "people", "$first": 7, "id": "${one.number}"}])) == 7


@pytest.mark.parametrize(
    "text",
    ["${ago}x${ago 3y}", "${ago 3 days}", "${person Nobody.mail}", "${person leaver.salary}", "${one.mail}",
     "${now|roman}", "${unknown form}"],
)  # fmt: skip
def test_a_placeholder_that_means_nothing_is_a_mistake(text: str) -> None:
    with pytest.raises(BadFixture):
        FILL(text)


def world(*changes: dict[str, Any], on: Day, **file: Any) -> dict[str, Any]:
    said = {"data": {"rows": ROWS, "one": {"deep": {"x": 1, "y": 2}}}, "changes": list(changes), **file}
    return made_world("toy", said, on).data


@pytest.mark.parametrize(
    ("change", "holds"),
    [
        ({"row": 7, "when": "clean"}, {"clean first", "clean second", "mended first", "mended second"}),
        ({"row": 7, "when": "second"}, {"planted second"}),
        ({"row": None, "when": "second"}, {"planted second", "clean second", "mended second"}),
        ({"row": None, "when": "clean"}, {"clean first", "clean second"}),
    ],
)
def test_when_a_change_holds(change: dict[str, Any], holds: set[str]) -> None:
    found = set()
    for date in MOMENTS:
        for name, day in {
            "planted": Day(scenario="planted", date=date),
            "clean": Day(scenario="clean", date=date),
            "mended": Day(scenario="planted", date=date, mended={7}),
        }.items():
            if world({**change, "at": "one", "set": {"new": True}}, on=day)["one"].get("new"):
                found.add(f"{name} {date}")
    assert found == holds


CLEAN = Day(scenario="clean", date="first")


@pytest.mark.parametrize(
    ("change", "place", "value"),
    [
        ({"at": "rows", "match": {"id": "a"}, "set": {"on": False}}, "rows", [{"id": "a", "on": False}, ROWS[1]]),
        ({"at": "rows", "match": {"id": "a"}, "unset": ["on"]}, "rows", [{"id": "a"}, ROWS[1]]),
        ({"at": "rows", "match": {"on": True}, "remove": True}, "rows", []),
        ({"at": "rows", "add": {"id": "c"}}, "rows", [*ROWS, {"id": "c"}]),
        ({"at": "rows", "add": [{"$each": ["c", "d"], "id": "${one}"}]}, "rows", [*ROWS, {"id": "c"}, {"id": "d"}]),
        ({"at": "rows", "put": []}, "rows", []),
        ({"at": "one", "set": {"deep": {"y": 3}}}, "one", {"deep": {"x": 1, "y": 3}}),
        ({"at": "one.deep", "unset": ["x"]}, "one", {"deep": {"y": 2}}),
    ],
)
def test_what_a_change_does(change: dict[str, Any], place: str, value: Any) -> None:
    assert world({"row": 1, "when": "clean", **change}, on=CLEAN)[place] == value
    assert world({"row": 1, "when": "clean", **change}, on=Day(scenario="planted", date="first"))["rows"] == ROWS


@pytest.mark.parametrize(
    "change",
    [
        {"at": "rows", "match": {"id": "z"}, "set": {"on": False}},
        {"at": "rows", "match": {"id": "a"}, "unset": ["off"]},
        {"at": "nowhere", "put": 1},
        {"at": "one.deep.deeper.still", "put": 1},
        {"at": "one", "match": {"id": "a"}, "remove": True},
        {"at": "one", "remove": True},
        {"at": "rows", "set": {"on": False}},
        {"at": "rows"},
        {"at": "rows", "put": [], "add": {}},
        {"at": "rows", "put": [], "wehn": "clean"},
    ],
)
def test_a_change_that_finds_nothing_is_a_mistake(change: dict[str, Any]) -> None:
    with pytest.raises(BadFixture):
        world({"row": 1, "when": "clean", **change}, on=CLEAN)


def test_planted_faults_go_with_their_row() -> None:
    fault = {"row": 25, "op": "GET /x", "kind": "denied"}
    said = {"data": {}, "faults": [fault, {"row": None, "when": "second", "op": "GET /y", "kind": "denied"}]}
    ops = {
        (scenario, date, mended): [one["op"] for one in made_world("toy", said, on).faults]
        for scenario in get_args(ScenarioName) for date in MOMENTS for mended in ((), (25,))
        for on in [Day(scenario=scenario, date=date, mended=mended)]
    }  # fmt: skip
    assert ops["planted", "first", ()] == ["GET /x"]
    assert ops["planted", "second", ()] == ["GET /x", "GET /y"]
    assert ops["planted", "first", (25,)] == ops["clean", "first", ()] == []


def test_days_share_nothing() -> None:
    first = world(on=CLEAN)
    first["rows"][0]["on"] = "spoiled"
    assert world(on=CLEAN)["rows"] == ROWS
