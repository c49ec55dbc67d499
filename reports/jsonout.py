"""The assessment as JSON for other programs: deterministic, keys sorted, every key present.

The document is the sealed `assessment.json`, only indented; items and findings stand beside it as JSON Lines, exactly
the bytes that were sealed.
"""

from pathlib import Path
from typing import Any

import msgspec

from annexa.evidence import assessments
from annexa.evidence.canonical import encode
from annexa.evidence.errors import UsageError, VaultError, storing
from annexa.reports.opened import Opened
from annexa.schemas.words import Environment


def text(value: Any) -> str:
    """Any value as indented JSON with sorted keys, without line feed at its end."""
    return msgspec.json.format(encode(msgspec.to_builtins(value)), indent=2).decode()


def allow(opened: Opened, *, allow_non_vendor: bool) -> None:
    """Refuse to export what no vendor answered, unless the user says so."""
    environment = opened.assessment.environment
    if environment is not Environment.VENDOR and not allow_non_vendor:
        raise UsageError(
            f"this assessment is marked {environment}: its answers come from {', '.join(opened.assessment.hosts) or 'no host'}",
            hint="add --allow-non-vendor if the receiver knows; the mark stays in the file",
        )


def export(opened: Opened, output: Path) -> list[Path]:
    """Write `NAME.json`, `NAME.items.jsonl` and `NAME.findings.jsonl`; nothing is overwritten, nothing half written."""
    stem = output.with_suffix("") if output.suffix == ".json" else output
    contents = {output: text(opened.assessment).encode() + b"\n"}
    for segment in (assessments.ITEMS, assessments.FINDINGS):
        beside = stem.with_name(f"{stem.name}.{segment}.jsonl")
        contents[beside] = b"".join(line + b"\n" for line in opened.reader.lines(segment))
    return write_new(contents)


def write_new(contents: dict[Path, bytes]) -> list[Path]:
    """Write files that must not be there yet; all of them or none."""
    for taken in (path for path in contents if path.exists()):
        raise VaultError(f"{taken} exists already", hint="nothing is overwritten: give another name with --output")
    drafts = {path: path.with_name(f"{path.name}.partial") for path in contents}
    try:
        for path, data in contents.items():
            with storing(path):
                drafts[path].write_bytes(data)
    except VaultError:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
        raise
    for path, draft in drafts.items():
        with storing(path):
            draft.replace(path)
    return list(contents)
