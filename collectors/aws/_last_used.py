"""When principals last used AI services, by IAM's own report: one job per principal, started first, read afterwards.

The report says when a principal last tried to reach a service that its policies allow. A job that is not finished after
`ROUNDS` questions leaves the principal's date unread; nothing here waits longer than asking takes.
"""

from collections.abc import Iterable, Iterator

from annexa.collectors.aws._resources import holding
from annexa.evidence.call import Call
from annexa.evidence.fact import ABSENT, NOT_EXPOSED, Missing, unread
from annexa.evidence.handle import Handle, Item
from annexa.schemas.words import Reason

START = Call(op="iam:GenerateServiceLastAccessedDetails", needs="iam:GenerateServiceLastAccessedDetails")
REPORT = Call(
    op="iam:GetServiceLastAccessedDetails", needs="iam:GetServiceLastAccessedDetails", params={"MaxItems": 1000}
)
REST = Call(
    op="iam:GetServiceLastAccessedDetails", needs="iam:GetServiceLastAccessedDetails", path="ServicesLastAccessed"
)
CALLS = (START, REPORT, REST)
"""For the collector that uses this: its declarations."""

ROUNDS = 20
"""How often an unfinished job is asked for again."""
PAUSE = 2.0
"""Seconds between two such rounds."""


class LastUsed:
    """Per principal, the services of its report and the answers they rest on."""

    def __init__(self) -> None:
        self._services: dict[str, dict[str, str | None]] = {}
        self._cited: dict[str, tuple[Item, ...]] = {}
        self._missing: dict[str, Missing] = {}

    def read(self, handle: Handle, arns: Iterable[str]) -> None:
        """Start a job for each principal, then collect the reports; what fails is noted with its principal."""
        jobs = dict(self._start(handle, list(arns)))
        for _ in range(ROUNDS):
            jobs = self._round(handle, jobs)
            if not jobs:
                return
            handle.wait(PAUSE)
        for arn in jobs:
            self._missing[arn] = unread(f"{REPORT.op}: not finished")
            handle.note(REPORT, Reason.ERROR, "the report was not finished in time", cure="Run again.", subject=arn)

    def of(self, arn: str, services: Iterable[str]) -> str | Missing:
        """The latest use of any of these services; `absent`: the report names them all and none was used."""
        if arn not in self._services:
            return self._missing.get(arn, NOT_EXPOSED)
        report = self._services[arn]
        named = [report[service] for service in services if service in report]
        times = [time for time in named if time]
        if times:
            return max(times)
        return ABSENT if named else NOT_EXPOSED

    def cited(self, arn: str) -> tuple[Item, ...]:
        """The answers behind a principal's dates."""
        return self._cited.get(arn, ())

    def _start(self, handle: Handle, arns: list[str]) -> Iterator[tuple[str, str]]:
        for arn, reply in handle.many(START, arns, lambda arn: {"Arn": arn, "Granularity": "SERVICE_LEVEL"}):
            with handle.item(arn):
                self._missing[arn] = unread(f"{START.op}: no answer")
                yield arn, str(reply.one()["JobId"])

    def _round(self, handle: Handle, jobs: dict[str, str]) -> dict[str, str]:
        """Ask for every open job once; returns those still open."""
        still: dict[str, str] = {}
        for arn, reply in handle.many(REPORT, list(jobs), lambda arn: {"JobId": jobs[arn]}):
            with handle.item(arn):
                self._missing[arn] = unread(f"{REPORT.op}: no answer")
                report = reply.one()
                if report.get("JobStatus") == "IN_PROGRESS":
                    still[arn] = jobs[arn]
                else:
                    self._keep(handle, arn, jobs[arn], report)
        return still

    def _keep(self, handle: Handle, arn: str, job: str, report: Item) -> None:
        if report.get("JobStatus") != "COMPLETED":
            handle.note(REPORT, Reason.ERROR, "the job did not complete", cure="Run again.")
            return
        whole = holding(handle, REPORT, report, "ServicesLastAccessed")
        if not isinstance(whole, Item):
            return
        services = [Item(entry, report.origin) for entry in whole["ServicesLastAccessed"]]
        if report.get("IsTruncated"):
            services = list(handle.each(REST, JobId=job))
        self._services[arn] = {str(entry["ServiceNamespace"]): entry.get("LastAuthenticated") for entry in services}
        pages = {entry.origin.page: entry for entry in services} or {report.origin.page: report}
        self._cited[arn] = tuple(pages.values())
