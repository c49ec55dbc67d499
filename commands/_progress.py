"""Progress of a run: a live bar per source on a terminal, plain lines elsewhere; always on stderr."""

import sys
from collections import Counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

if TYPE_CHECKING:
    from annexa.collectors._collect import Done
    from annexa.collectors._plan import Work


class Progress:
    """Told of every unit twice: when it is planned and when it is done."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._live = self._bars() if sys.stderr.isatty() and not quiet else None
        self._quiet = quiet
        self._tasks: dict[str, Any] = {}
        self._planned, self._done = Counter[str](), Counter[str]()
        self._records, self._unread = Counter[str](), Counter[str]()

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._live is not None:
            self._live.stop()
        if not self._quiet:
            for source in sorted(self._planned):
                click.echo(self._line(source), err=True)

    def noted(self, work: "Work", done: "Done | None") -> None:
        """Count a unit."""
        source = work.source.alias
        if done is None:
            self._planned[source] += 1
        else:
            self._done[source] += 1
            self._records[source] += len(done.gathered.records)
            self._unread[source] += len(done.gathered.unreads)
        if self._live is not None:
            task = self._tasks.get(source)
            if task is None:
                task = self._tasks[source] = self._live.add_task(source, total=1)
            self._live.update(task, total=self._planned[source], completed=self._done[source])

    def _line(self, source: str) -> str:
        return (
            f"{source}: {self._done[source]} of {self._planned[source]} units done, "
            f"{self._records[source]} records, {self._unread[source]} unread"
        )

    @staticmethod
    def _bars() -> Any:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        return Bars(*columns, console=Console(stderr=True), transient=True)
