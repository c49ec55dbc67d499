"""One page per vendor: how to log in, what is read with which permission, and what cannot be seen.

All of it is read from the vendor's own module, so that the page and the code cannot differ.
"""

import inspect
from collections.abc import Iterator, Sequence
from types import ModuleType

from annexa import collectors
from annexa.collectors._grant import GrantOrder
from annexa.evidence.call import Call, Collector
from annexa.reports import _docs_kinds
from annexa.reports._docs_text import code, codes, document, table

LOGIN = "Log in:"
"""What the paragraph of a vendor's docstring begins with that says how to be let in."""


def pages() -> Iterator[tuple[str, str]]:
    """The page of every vendor that is part of annexa, with the vendor's name."""
    for name in collectors.names():
        module = collectors.vendor(name)
        if module.__name__.startswith("annexa.collectors."):
            yield name, page(name, module)


def page(name: str, module: ModuleType) -> str:
    """One vendor's page."""
    found = collectors.of(module)
    title, login = told(module)
    return document(
        f"Vendor `{name}`",
        [title],
        ["## How to log in", "", login],
        *_key(module, found),
        ["## What it reads", "", *_collectors(found)],
        ["## Calls and permissions", "", *_calls(found)],
        ["## Records", "", "Fields that every kind has, and the meaning of a missing value: [kinds](../kinds.md)."],
        *(_kind(kind, found) for kind in _kinds(found)),
        ["## What cannot be seen", "", *(f"- {text}" for text in module.CANNOT_SEE)],
    )


def _key(module: ModuleType, found: tuple[Collector, ...]) -> Iterator[list[str]]:
    """How to make the key, where the grant is a text for people; policies are printed by `annexa permissions`."""
    documents = module.grant(GrantOrder(collectors=found)).documents if hasattr(module, "grant") else {}
    for text in (text for name, text in documents.items() if name.endswith(".txt")):
        yield ["## How to make the key", "", "```text", *text.splitlines(), "```"]


def told(module: ModuleType) -> tuple[str, str]:
    """What a vendor's docstring says first, and its paragraph about logging in."""
    parts = [" ".join(part.split()) for part in (inspect.getdoc(module) or "").split("\n\n")]
    login = next((part.removeprefix(LOGIN).strip() for part in parts if part.startswith(LOGIN)), "")
    return parts[0], login[:1].upper() + login[1:]


def _collectors(found: Sequence[Collector]) -> Iterator[str]:
    if any(item.signals for item in found):
        yield from ("*Shows use*: a record of this collector proves that the AI service is in use in its scope.", "")
    yield from table(
        ("Collector", "What it brings", "Runs once per", "Kinds", "Shows use of"),
        (
            (code(_short(item)), item.doc, item.per, codes(each.kind for each in item.yields),
             code(item.signals) if item.signals else "")
            for item in found
        ),
    )  # fmt: skip


def _calls(found: Sequence[Collector]) -> Iterator[str]:
    by_operation: dict[str, list[Call]] = {}
    users: dict[str, dict[str, None]] = {}
    for item in found:
        for call in item.calls:
            by_operation.setdefault(call.op, []).append(call)
            users.setdefault(call.op, {})[_short(item)] = None
    yield f"{len(by_operation)} operations. A collector makes no other: what it did not declare is refused before it is sent."
    yield "Signing in makes calls of its own, which bring no records."
    yield ""
    yield from table(
        ("Call", "Permission", "Says that there is none by", "Notes", "Made by"),
        (
            (code(name), codes(dict.fromkeys(call.needs for call in calls)) if ":" in calls[0].needs else calls[0].needs,
             codes(dict.fromkeys(word for call in calls for word in call.absent), ""), _notes(calls), codes(users[name]))
            for name, calls in sorted(by_operation.items())
        ),
    )  # fmt: skip


def _notes(calls: Sequence[Call]) -> str:
    notes: dict[str, None] = {}
    for call in calls:
        if call.costs:
            notes[f"Costs {call.costs}; made only where the configuration allows it."] = None
        if getattr(call, "plan", None):
            notes[f"Plan: {getattr(call, 'plan', '')}."] = None
        if call.unconfirmed:
            notes[f"Unconfirmed: {call.unconfirmed}"] = None
        if call.asked_as == "source":
            notes["Asked as the identity that signed in."] = None
        if call.drop:
            notes[f"Never kept: {codes(call.drop)}."] = None
    return " ".join(notes)


def _kinds(found: Sequence[Collector]) -> list[str]:
    return sorted({each.kind for item in found for each in item.yields})


def _kind(kind: str, found: Sequence[Collector]) -> Iterator[str]:
    yield from (f"### `{kind}`", "", _docs_kinds.says(kind))
    sayings: dict[str, list[str]] = {}
    pairs = [(item, each) for item in found for each in item.yields if each.kind == kind]
    for item, each in pairs:
        always = "; ".join(f"{code(name)} is {' or '.join(map(code, values))}" for name, values in each.where.items())
        sayings.setdefault(always, []).append(_short(item))
    for always, names in sayings.items():
        yield from ("", f"From {codes(names)}{f', where {always}' if always else ''}.")
    yield from ("", *_docs_kinds.rows(kind), *_docs_kinds.parts(kind))


def _short(item: Collector) -> str:
    """A collector's name without its vendor."""
    return item.name.partition(".")[2]
