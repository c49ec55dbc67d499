"""What the permissions of an app or a token amount to."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from annexa.evidence.fact import NOT_EXPOSED, Missing

Purpose = Literal["read", "write", "administer"]


def listed(permissions: Mapping[str, Any]) -> tuple[str, ...]:
    """Permissions as `contents:write`, sorted."""
    return tuple(sorted(f"{name}:{level}" for name, level in permissions.items()))


def purpose_of(rights: Iterable[str]) -> Purpose:
    """`administer` where AI itself can be set, `write` where anything else can be changed, else `read`.

    A level that is not `read` counts as one that can change things: GitHub has `write` and `admin`.
    """
    writing = [right for right in rights if right.rpartition(":")[2] != "read"]
    if any(_sets_ai(right) for right in writing):
        return "administer"
    return "write" if writing else "read"


def target_of(reach: str | Missing) -> str:
    """`all repositories`, `selected repositories`, `no repositories`; only `repositories` where GitHub's word is unknown."""
    return f"{reach} repositories" if isinstance(reach, str) else "repositories"


def resources_of(reach: str | Missing) -> tuple[str, ...] | Missing:
    """`*` for all repositories; of a selection GitHub shows nothing but that there is one."""
    if isinstance(reach, Missing):
        return reach
    return ("*",) if reach == "all" else () if reach == "no" else NOT_EXPOSED


def _sets_ai(right: str) -> bool:
    """Copilot's own settings and seats, or the organisation's administration as a whole."""
    return "copilot" in right or ("organization" in right and "administration" in right)
