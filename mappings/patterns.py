"""Names and patterns of registers: `*` stands for any text, everything else for itself.

No other wildcard: ids of vendors hold `?` and `[`.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache


def fits(pattern: str, text: str) -> bool:
    """Whether the whole of `text` fits `pattern`."""
    return text == pattern or ("*" in pattern and _compiled(pattern).fullmatch(text) is not None)


def fits_any(patterns: Iterable[str], text: str) -> str | None:
    """The first of `patterns` that `text` fits."""
    return next((pattern for pattern in patterns if fits(pattern, text)), None)


def any_of(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Whether a text fits one of many patterns: one look instead of many."""
    found = [_written(pattern) for pattern in patterns]
    whole = re.compile("|".join(f"(?:{one})" for one in found), re.DOTALL)
    return (lambda text: whole.fullmatch(text) is not None) if found else (lambda text: False)


def _written(pattern: str) -> str:
    return ".*".join(re.escape(part) for part in pattern.split("*"))


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_written(pattern), re.DOTALL)
