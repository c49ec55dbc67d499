"""Which management system is judged, and over which period: the boundaries are those that were sealed with the run."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from annexa.commands._config import Config, Isms
    from annexa.commands._place import Here
    from annexa.evidence.manifest import IsmsInfo, Manifest

MAIN = "main"
"""The one that there is where nothing is configured."""


def boundaries(config: "Config | None") -> "tuple[IsmsInfo, ...]":
    """What each management system covers, as it is sealed with a run."""
    return tuple(_info(each) for each in (config.isms if config else ()))


def chosen(place: "Here", asked: str | None, manifest: "Manifest") -> str:
    """Id of the management system that is meant: by default the first of those that the run knows."""
    from annexa.evidence.errors import UsageError

    sealed = [each.id for each in manifest.isms]
    known = list(dict.fromkeys([*sealed, *(each.id for each in place.config.isms)] if place.config else sealed)) or [
        MAIN
    ]
    if asked is not None and asked not in known:
        raise UsageError(f"there is no management system {asked!r}", hint=f"take one of: {', '.join(known)}")
    return asked or known[0]


def unsealed(place: "Here", isms: str, manifest: "Manifest") -> "tuple[IsmsInfo, ...]":
    """The boundaries of today's configuration, where the run was sealed without those of this management system.

    Empty where the run has them, or where everything belongs to it.
    """
    now = boundaries(place.config)
    if any(each.id == isms for each in manifest.isms) or not any(_narrow(each) for each in now):
        return ()
    return now


def period(place: "Here", isms: str, text: str | None) -> tuple[str, str] | None:
    """First and last day: those asked for, else those that the configuration says for this management system."""
    from annexa.evidence.errors import UsageError

    if text is None:
        said = next((each.period for each in place.config.isms if each.id == isms), None) if place.config else None
        return (said.start, said.end) if said else None
    first, dots, last = text.partition("..")
    if not dots or moment(first) is None or moment(last) is None or last < first:
        raise UsageError(f"{text!r} is no period", hint="write its first and last day: 2026-07-01..2026-09-30")
    return first, last


def moment(text: str | None) -> str | None:
    """A day or a moment as it was written; a `UsageError` if it is neither."""
    from annexa.evidence.clock import parse
    from annexa.evidence.errors import UsageError

    if text is not None:
        try:
            parse(text)
        except ValueError as error:
            hint = "write a day or a moment: 2026-09-30, 2026-09-30T12:00:00Z"
            raise UsageError(f"{text!r} is no moment", hint=hint) from error
    return text


def _info(isms: "Isms") -> "IsmsInfo":
    from annexa.evidence.manifest import IsmsInfo

    return IsmsInfo(id=isms.id, statement=isms.statement, sources=isms.sources, scopes=isms.scopes)


def _narrow(isms: "IsmsInfo") -> bool:
    return "*" not in isms.sources or "*" not in isms.scopes
