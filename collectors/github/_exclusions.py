"""Which repositories the organisation's content exclusions cover, and whether they cover them whole."""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from annexa.evidence.fact import Missing, ambiguous

EVERYWHERE = "*"
"""Stands for files wherever they lie."""
WHOLE = frozenset({"*", "**", "/**", "**/*", "/**/*"})
"""Patterns that fit every file."""
_ADDRESS = re.compile(r"^(?:[a-z]+://)?(?:[^@/]+@)?(?P<host>[^:/]+)(?::\d+(?=/))?[:/](?P<path>.+)$")


class Exclusions:
    """The organisation's rules: a repository, in any of the forms that GitHub takes, with its paths."""

    def __init__(self, found: Mapping[str, Any], organisation: str) -> None:
        self._organisation = organisation.casefold()
        self._rules = [(where, _listed(paths)) for where, paths in found.items()]

    def cover(self, name: str) -> bool | Missing:
        """Whether all of a repository is excluded; ambiguous where only some of its paths are."""
        paths = {path for where, listed in self._rules if self._fits(where, name) for path in listed}
        if paths & WHOLE:
            return True
        if paths:
            return ambiguous(f"{len(paths)} paths", "only some paths are excluded; what they hold is not known")
        return False

    def _fits(self, where: str, name: str) -> bool:
        wanted, known = where.casefold().rstrip("/").removesuffix(".git"), name.casefold()
        if wanted in (EVERYWHERE, known):
            return True
        address = _ADDRESS.match(wanted)
        if address is None or not _is_github(address["host"]):
            return False
        return fnmatchcase(f"{self._organisation}/{known}", address["path"])


def _is_github(host: str) -> bool:
    return host == "github.com" or host.endswith(".ghe.com")


def _listed(paths: Any) -> list[str]:
    return [str(path) for path in (paths if isinstance(paths, list) else [paths])]
