"""One unit of work: records with their provenance, how complete it is, and what is our own mistake."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from annexa.evidence.answer import AbsentError, Answer, Fetched, Trouble, UnreadError, fetch
from annexa.evidence.call import Call, Collector, collects
from annexa.evidence.clock import VirtualClock
from annexa.evidence.fact import ABSENT
from annexa.evidence.gather import Gathered, UndeclaredFactError, gather
from annexa.evidence.handle import Handle, Known
from annexa.evidence.keeper import Keeper, Place
from annexa.evidence.kinds import AiSystem, Setting
from annexa.evidence.record import Record, subject_uid
from annexa.evidence.redact import Redactor
from annexa.schemas.words import Reason

LIST = Call(op="acme:List", needs="acme:List", path="items")
GET = Call(op="acme:Get", needs="acme:Get")
MAYBE = Call(op="acme:Maybe", needs="acme:Maybe", path="items", absent=("NoSuch",))
Pages = list[dict[str, Any] | Exception]


def refused(call: Call, reason: Reason = Reason.DENIED) -> UnreadError:
    return UnreadError(call, Trouble(reason=reason, code="Refused", says="it said no"))


class Wire:
    """Answers from a table; every answer takes a second."""

    identity = "auditor"

    def __init__(self, answers: Mapping[str, Pages], clock: VirtualClock) -> None:
        self._answers, self._clock = answers, clock

    def pages(self, call: Call, params: Mapping[str, Any]) -> Iterator[Answer]:
        for page in self._answers[call.op]:
            self._clock.sleep(1)
            if isinstance(page, Exception):
                raise page
            yield Answer(content=page, body=b"", host="https://api.acme.example", identity=page.get("as"))

    def sensitive(self, call: Call) -> frozenset[tuple[str, ...]]:
        return frozenset()

    def ahead(self, call: Call, params: list[Mapping[str, Any]]) -> Iterator[Fetched]:
        return (fetch(self, call, each) for each in params)


def run(collector: Collector, *, scope: str = "1/north", run_id: str = "r1", **answers: Pages) -> Gathered:
    clock = VirtualClock(datetime(2026, 8, 30, 6, tzinfo=UTC))
    place = Place(
        organisation="northwind",
        tenant="t-1",
        source="acme:main",
        scope=scope,
        collector=collector.name,
        identity="auditor",
    )
    keeper = Keeper(
        place, store=lambda page: hashlib.sha256(page).hexdigest(), redactor=Redactor(b"k"), clock=clock,
        token=lambda: "00" * 16,
    )  # fmt: skip
    wire = Wire({f"acme:{name}": pages for name, pages in answers.items()}, clock)
    return gather(collector, wire, keeper, Known(), run_id=run_id, version="9.9", nonce=lambda: "ab" * 16)


def system(name: str, **fields: Any) -> AiSystem:
    return AiSystem(subject=name, category="agent", provider="acme", **fields)


@collects(AiSystem, LIST, GET, per="region")
def systems(handle: Handle) -> Iterator[AiSystem]:
    """One record per system."""
    for item in handle.each(LIST):
        with handle.item(item["id"]):
            handle.one(GET)
            yield system(item["id"])


def items(*names: str) -> dict[str, Any]:
    return {"items": [{"id": name} for name in names]}


def test_records_say_who_collected_them_as_whom_and_from_what() -> None:
    gathered = run(systems, List=[items("a", "b")], Get=[{"on": True}])
    first, second = gathered.records
    assert (first.kind, first.source, first.scope, first.nonce) == ("ai_system", "acme:main", "1/north", "ab" * 16)
    assert first.subject_uid == subject_uid("northwind", "t-1", "a")
    made = first.provenance
    assert (made.collector, made.version, made.identity) == (systems.name, "9.9", "auditor")
    assert [(origin.call, origin.item) for origin in made.origins] == [("acme:List", 0), ("acme:Get", None)]
    assert (first.collected_at, second.collected_at) == ("2026-08-30T06:00:02Z", "2026-08-30T06:00:03Z")
    assert msgspec.json.decode(msgspec.json.encode(first), type=Record) == first
    unit = gathered.unit
    assert (str(unit.completeness), unit.records, unit.unread, unit.calls) == ("complete", 2, 0, 3)


def test_ids_are_the_same_for_equal_answers_and_differ_by_run_scope_order_and_content() -> None:
    def ids(**changed: Any) -> tuple[str, ...]:
        pages = changed.pop("pages", [items("a", "a")])
        return tuple(record.record_id for record in run(systems, List=pages, Get=[{"on": True}], **changed).records)

    assert ids() == ids()
    assert len(set(ids())) == 2, "equal facts of one unit are two observations"
    assert not {*ids()} & {*ids(run_id="r2"), *ids(scope="2/north"), *ids(pages=[items("b", "b")])}


def test_an_empty_list_is_complete() -> None:
    unit = run(systems, List=[items()]).unit
    assert (str(unit.completeness), unit.records) == ("complete", 0)


def test_nothing_read_is_unread() -> None:
    gathered = run(systems, List=[refused(LIST)])
    assert (str(gathered.unit.completeness), gathered.unit.unread) == ("unread", 1)
    assert (gathered.unreads[0].subject, gathered.unreads[0].call) == (None, "acme:List")


def test_what_was_read_before_a_refusal_is_kept_and_the_unit_says_so() -> None:
    gathered = run(systems, List=[items("a"), refused(LIST, Reason.THROTTLED)], Get=[{"on": True}])
    assert [record.data.subject for record in gathered.records] == ["a"]
    assert str(gathered.unit.completeness) == "partial"


def test_one_item_lost_is_partial_even_where_it_was_the_only_one() -> None:
    gathered = run(systems, List=[items("a")], Get=[refused(GET)])
    assert (gathered.records, str(gathered.unit.completeness)) == ((), "partial")
    assert gathered.unreads[0].subject == "a"


def test_an_answer_that_is_not_as_documented_is_unread_and_not_empty() -> None:
    gathered = run(systems, List=[{"itmes": []}])
    assert str(gathered.unit.completeness) == "unread"
    assert str(gathered.unreads[0].reason) == "invalid_answer"


def test_a_fact_may_speak_about_another_scope() -> None:
    @collects(AiSystem, GET, per="account")
    def elsewhere(handle: Handle) -> Iterator[AiSystem]:
        """Speaks about a region."""
        handle.one(GET)
        yield system("a", at="1/south")

    (record,) = run(elsewhere, Get=[{"on": True}]).records
    assert record.scope == "1/south"


def test_the_ledger_names_another_identity_where_one_was_used() -> None:
    @collects(AiSystem, GET, per="account")
    def borrowed(handle: Handle) -> Iterator[AiSystem]:
        """Asks as somebody else."""
        handle.one(GET)
        yield from ()

    (entry,) = run(borrowed, Get=[{"as": "base"}]).keeper.calls
    assert entry.identity == "base"


def yielding(*facts: Any, where: Mapping[str, tuple[str, ...]] | None = None) -> Collector:
    @collects(Setting, GET, per="account", where=where or {})
    def settings(handle: Handle) -> Iterator[Setting]:
        """Yields what a test gives."""
        handle.one(GET)
        yield from facts

    return settings


@pytest.mark.parametrize(
    ("fact", "fits"),
    [
        (Setting(subject="s", name="acme.logging"), True),
        (Setting(subject="s", name="acme.retention"), False),
        (system("a"), False),
    ],
)
def test_a_fact_that_was_not_declared_is_our_own_mistake(fact: Any, fits: bool) -> None:
    collector = yielding(fact, where={"setting.name": ("acme.logging",)})
    if fits:
        assert len(run(collector, Get=[{"on": True}]).records) == 1
    else:
        with pytest.raises(UndeclaredFactError, match="does not declare"):
            run(collector, Get=[{"on": True}])


def test_a_value_that_is_missing_fits_every_narrowing() -> None:
    @collects(Setting, GET, per="account", where={"setting.set_by": ("account",)})
    def unset(handle: Handle) -> Iterator[Setting]:
        """Does not know where the value comes from."""
        handle.one(GET)
        yield Setting(subject="s", name="acme.logging", set_by=ABSENT)

    assert len(run(unset, Get=[{"on": True}]).records) == 1


def test_a_narrowing_by_an_unknown_field_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="nmae"):
        yielding(where={"setting.nmae": ("x",)})


def test_a_declared_absence_must_be_read_with_find() -> None:
    @collects(AiSystem, MAYBE, per="account")
    def careless(handle: Handle) -> Iterator[AiSystem]:
        """Reads a list that may be absent as if it were always there."""
        yield from (system(item["id"]) for item in handle.each(MAYBE))

    gone = AbsentError("NoSuch", Answer(content={"Error": {"Code": "NoSuch"}}))
    with pytest.raises(UndeclaredFactError, match=r"find\(\)"):
        run(careless, Maybe=[gone])


@pytest.mark.parametrize("broken", [KeyError("id"), TypeError("x"), ZeroDivisionError()])
def test_a_bug_is_no_gap(broken: Exception) -> None:
    """It leaves the unit as what it is; whoever runs units contains it."""

    @collects(AiSystem, GET, per="account")
    def buggy(handle: Handle) -> Iterator[AiSystem]:
        """Is broken."""
        handle.one(GET)
        raise broken
        yield

    with pytest.raises(type(broken)):
        run(buggy, Get=[{"on": True}])


def test_a_collector_is_named_by_vendor_module_and_function() -> None:
    def things(handle: Handle) -> Iterator[AiSystem]:
        """First line.

        More.
        """
        yield from ()

    things.__module__ = "annexa.collectors.acme.models"
    declare: Callable[..., Collector] = collects(AiSystem, LIST, per="region", signals="acme", lists_scopes=None)
    made = declare(things)
    assert (made.name, made.doc, made.per, made.signals) == ("acme.models.things", "First line.", "region", "acme")
    assert [each.kind for each in made.yields] == ["ai_system"]
