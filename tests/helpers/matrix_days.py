"""The days of the make-believe company that the deny matrix tries, each collected once, when the first cell needs it."""

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

from matrix import Judge
from one_day import Day

EVERY_ROW = range(100)
Vendors = str | tuple[str, ...]
"""The one vendor that the company has besides its registers, or several."""


class Days:
    """Judges of days, by what they are of; `folder` makes a new one of a name."""

    def __init__(self, folder: Callable[[str], Path]) -> None:
        self._folder, self._made = folder, dict[Hashable, Judge]()
        self._seconds = dict[Hashable, Day]()

    def clean(self, vendors: Vendors) -> Judge:
        """The clean company."""
        return self._once("clean", vendors, lambda: Judge(self._day(vendors, "clean", "first")))

    def clean_second(self, vendors: Vendors) -> Day:
        """The clean company on its second day, not yet judged."""
        key = ("clean second", vendors)
        if key not in self._seconds:
            self._seconds[key] = self._day(vendors, "clean", "second")
        return self._seconds[key]

    def first(self, vendors: Vendors) -> Judge:
        """The planted company on its first day."""
        return self._once("first", vendors, lambda: Judge(self._day(vendors, "planted", "first")))

    def second(self, vendors: Vendors) -> Judge:
        """The planted company on its second day; the first, unbroken, is named as the earlier run."""
        earlier = self.first(vendors).day.evidence
        return self._once("second", vendors, lambda: Judge(self._day(vendors, "planted", "second"), earlier()))

    def mended(self, vendors: Vendors) -> Judge:
        """The planted company on its first day, before anything of it went wrong."""
        return self._once("mended", vendors, lambda: Judge(self._day(vendors, "planted", "first", mended=EVERY_ROW)))

    def newly(self, vendors: Vendors) -> Judge:
        """The planted company on its second day, with all its failures new since the first."""
        second, earlier = self.second(vendors).day, self.mended(vendors).day.evidence
        return self._once("newly", vendors, lambda: Judge(second, earlier()))

    def forget(self) -> None:
        """Let go of what was judged so far: the next call has other units."""
        for judge in self._made.values():
            judge.forget()

    def _day(self, vendors: Vendors, *which: Any, **how: Any) -> Day:
        names = (vendors,) if isinstance(vendors, str) else vendors
        return Day(self._folder("-".join((*names[:1], which[1]))), *which, vendors=names, **how)

    def _once(self, which: str, vendors: Vendors, make: Callable[[], Judge]) -> Judge:
        key = (which, vendors)
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]
