"""The larger part of Harbourline's registers: what every AI system and supplier has, its people, and what they did.

Most of it follows from the AI register, so that a vendor that is added to the company has its risks and reviews at once.
"""

import hashlib
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import yaml

from annexa.sandbox.people import LEAVER, Person, people
from annexa.schemas.registers import registers

SEED = 20260902
LEFT = date(2026, 7, 16)
"""Last day of the leaver."""
POLICY, COURSE = date(2026, 1, 26), date(2026, 3, 9)
"""First days on which the policy of the year could be acknowledged, and the training taken."""
DAYS_OF_GRACE = 3
"""Days within which access must end after somebody's last day."""
HEADS = {
    "security": "Ingrid Solheim", "data-science": "Pia Lindqvist", "planning": "Nadia Farouk", "customs": "Nadia Farouk",
    "integration": "Pierre Lacombe",
}  # fmt: skip
FURTHER = "Tomas Brandt"
"""Head of all other teams."""
Row = dict[str, Any]


def supplied(scenario: str, systems: Iterable[Row]) -> dict[str, list[Row]]:
    """Every register that rests on the AI register and on the people, by its name."""
    said = yaml.safe_load((files("annexa.sandbox") / "harbourline_supplied.yaml").read_text("utf-8"))
    entries = list(systems)
    found: dict[str, list[Row]] = {}
    for part, fills in (("each_system", _systems(entries)), ("each_supplier", _suppliers(entries))):
        for register, templates in said[part].items():
            found.setdefault(register, []).extend(_filled(row, fill) for fill in fills for row in templates)
    for register, rows in said["rows"].items():
        defaults = said["document"] if register == "documents" else {}
        found.setdefault(register, []).extend(_there({**defaults, **row}, register, entries) for row in rows)
    found["documents"] = [{**row, **_file(row)} for row in found["documents"]]
    found |= _staff() | {"access_decisions": list(_decisions(said["reviewed_access"], entries))}
    return {name: _changed(rows, said[scenario].get(name, [])) for name, rows in found.items()}


def text_of(document: Mapping[str, Any]) -> str:
    """What stands in the file of a document."""
    approved = f"Version {document['version']}, approved by {document['approver']} on {document['approved_on']}."
    return f"# {document['title']}\n\n{approved}\n"


def _systems(entries: Iterable[Row]) -> list[dict[str, Any]]:
    return [{**entry, "class": entry.get("permitted_class", "internal")} for entry in entries]


def _suppliers(entries: Iterable[Row]) -> list[dict[str, Any]]:
    """What the AI register says of each supplier that it names."""
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        name, tier = entry["supplier"], entry.get("tier", "enterprise agreement")
        known = found.setdefault(name, {"id": _slug(name), "name": name, "tier": tier, "tiers": [], "services": []})
        known["tiers"] += [tier] if tier not in known["tiers"] else []
        known["services"].append(entry["name"])
    return list(found.values())


def _filled(value: Any, fill: Mapping[str, Any]) -> Any:
    """A template with its places filled; a text that is one place alone becomes what stands there."""
    if isinstance(value, dict):
        return {name: _filled(child, fill) for name, child in value.items()}
    if isinstance(value, list):
        return [_filled(child, fill) for child in value]
    if not isinstance(value, str):
        return value
    whole = re.fullmatch(r"\{(\w+)\}", value)
    return fill[whole.group(1)] if whole else re.sub(r"\{(\w+)\}", lambda place: str(fill[place.group(1)]), value)


def _there(row: Row, register: str, entries: Iterable[Row]) -> Row:
    """A row without references to what this part of the company does not have."""
    known = {
        "ai_systems": {entry["id"] for entry in entries},
        "suppliers": {_slug(entry["supplier"]) for entry in entries},
    }
    for name, other in registers()[register].refers.items():
        if other in known and name in row:
            value = row[name]
            kept = [one for one in value if one in known[other]] if isinstance(value, list) else value
            row = {**row, name: kept if isinstance(value, list) or value in known[other] else None}
    return {name: value for name, value in row.items() if value is not None}


def _file(document: Row) -> Row:
    digest = hashlib.sha256(text_of(document).encode()).hexdigest()
    return {"file": f"documents/{document['id']}.md", "sha256": digest}


def _staff() -> dict[str, list[Row]]:
    """People, what they read and what they learnt; one in 34 has not acknowledged the policy."""
    chance = random.Random(SEED)  # noqa: S311  # make-believe
    joined = {one.number: date(2016, 1, 4) + timedelta(days=chance.randrange(3800)) for one in people()}
    return {
        "people": [_person(one, joined[one.number]) for one in people()],
        "training": [
            {"person": one.mail, "course": "Safe use of AI", "version": "3", "about_ai": True,
             "completed": _after(COURSE, joined[one.number], one.number)}
            for one in people()
        ],
        "acknowledgements": [
            {"person": one.mail, "document": "ai-policy", "version": "3",
             "on": _after(POLICY, joined[one.number], one.number)}
            for one in people() if one.number % 34 != 33
        ],
    }  # fmt: skip


def _person(one: Person, joined: date) -> Row:
    manager = HEADS.get(one.team, FURTHER)
    address = next(
        other.mail for other in people() if other.name == (manager if manager != one.name else "Ingrid Solheim")
    )
    row: Row = {
        "id": f"H{1000 + one.number}", "name": one.mail, "display_name": one.name, "aliases": list(one.aliases),
        "sort": "contractor" if one.number % 24 == 11 else "employee", "team": one.team, "manager": address, "joined": joined,
        "leaver_limit_days": DAYS_OF_GRACE,
    }  # fmt: skip
    return {**row, "left": LEFT} if one.name == LEAVER else row


def _after(first: date, joined: date, number: int) -> date:
    """Some day in the weeks after the later of both."""
    return max(first, joined) + timedelta(days=2 + number % 24)


def _decisions(system: str, entries: Iterable[Row]) -> Iterator[Row]:
    """What the last review of one system decided: eleven accounts lose their access, as many keep it."""
    if any(entry["id"] == system for entry in entries):
        for number in range(22):
            removed = number % 2 == 0
            row: Row = {
                "review": f"ar-{system}-q3", "account": f"{system}-account-{number:02}", "access": "seat",
                "decision": "remove" if removed else "keep", "decided_by": "Tomas Brandt", "decided_on": date(2026, 8, 20),
            }  # fmt: skip
            yield {**row, "done_on": date(2026, 8, 24)} if removed else row


def _changed(rows: list[Row], changes: Iterable[Row]) -> list[Row]:
    by_id = {row.get("id"): row for row in rows}
    for change in changes:
        if change["id"] in by_id:
            row = {**by_id[change["id"]], **change}
            by_id[change["id"]] = {name: value for name, value in row.items() if value is not None}
    return list(by_id.values()) if changes else rows


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
