"""Reads a sealed run as its files say it, without any of annexa's types."""

import base64
import json
import re
from pathlib import Path
from typing import Any

OWN_WORDS = ("not_evaluated",)
"""Fields that hold sentences of ours, not facts."""


class Run:
    """A sealed run as the files say it, without any of annexa's types."""

    def __init__(self, folder: Path) -> None:
        self.manifest = json.loads((folder / "run.json").read_bytes())
        self.predicate = predicate(folder)
        self.calls, self.unreads, self.units = (
            self._aws(folder / f"{it}.jsonl") for it in ("calls", "unread", "units")
        )
        self.records = [row for path in sorted(folder.glob("records/*.jsonl")) for row in self._aws(path)]

    def _aws(self, path: Path) -> list[dict[str, Any]]:
        rows = [json.loads(line) for line in path.read_bytes().splitlines()]
        return [row for row in rows if row["source"] == "aws:main"]

    def read_by(self, collector: str) -> set[str]:
        """Scopes that a collector could read, wholly or in part."""
        units = [unit for unit in self.units if unit["collector"] == collector and not unit["not_applicable"]]
        return {unit["scope"] for unit in units if unit["completeness"] in ("complete", "partial")}


def predicate(folder: Path) -> dict[str, Any]:
    """What is stated under a seal; whether the signature holds is checked elsewhere."""
    envelope = json.loads((folder / "statement.dsse.json").read_bytes())
    predicate: dict[str, Any] = json.loads(base64.b64decode(envelope["payload"]))["predicate"]
    return predicate


def place(record: dict[str, Any]) -> tuple[str, str, str]:
    """Kind, scope and subject of a record."""
    return record["kind"], record["scope"], record["data"]["subject"]


def fields(record: dict[str, Any]) -> dict[str, Any]:
    """What a record says, beside its place; fields that are not exposed say nothing."""
    said = {name: _word(value) for name, value in record["data"].items()}
    silent = ("at", "kind", "subject", *OWN_WORDS)
    return {
        name: value
        for name, value in said.items()
        if name not in silent and value not in (None, "<not_exposed>") and (name, value) != ("basis", "explicit")
    }


def _word(value: Any) -> Any:
    if isinstance(value, dict) and "state" in value:
        return f"<{value['state']}>"
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value):
        return "a time"
    return value
