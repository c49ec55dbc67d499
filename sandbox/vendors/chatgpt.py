"""Harbourline's ChatGPT Enterprise workspace, as its compliance log platform shows it: lists of log files."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar

from annexa.sandbox._rest import Asked, Key, Pager, Refused, RestPlay, Route, World, collection
from annexa.sandbox._rest.pages import Cut, Page
from annexa.sandbox.play import DateName, ScenarioName

WORKSPACE = "5f2f0c1e-7a44-4c3f-9a51-b2c0de4a0001"
"""The workspace's id."""


@dataclass(frozen=True, kw_only=True)
class Windows(Pager):
    """`after=<end of the last file>`, with `has_more` and `last_end_time` in the page."""

    pages: ClassVar[bool] = True

    @property
    def params(self) -> tuple[str, ...]:
        """Size and place."""
        return (*super().params, "after")

    def _start(self, items: list[Any], asked: Asked, size: int) -> int:
        return sum(item["end_time"] <= asked.query["after"] for item in items)

    def _mark(self, page: Page, cut: Cut, asked: Asked) -> None:
        again = cut.spoil == "repeated_token"
        last = cut.items[-1]["end_time"] if cut.items else None
        page.body["last_end_time"] = asked.query["after"] if again else last
        page.body["has_more"] = again or cut.after is not None


def _logs(world: World, asked: Asked) -> list[Any]:
    if asked.params["workspace_id"] != WORKSPACE:
        raise Refused("denied")
    found = collection(world, "logs")
    return sorted(
        (one for one in found if one["event_type"] == asked.query["event_type"]), key=lambda one: one["end_time"]
    )


ROUTES = (
    Route(
        "GET /workspaces/{workspace_id}/logs", _logs, pager=Windows(), query=("event_type",),
        required=("event_type", "after"),
    ),
)  # fmt: skip
"""What the stand-in answers. No route gives out a file."""


def play(scenario: ScenarioName, date: DateName, mended: Collection[int] = ()) -> RestPlay:
    """ChatGPT on one of the company's days."""
    return RestPlay(
        "chatgpt", scenario, date, mended, routes=ROUTES, base="/v1/compliance",
        error=lambda status, code, message: {"detail": message},
        keys=(Key(secret="compliance-key-of-the-sandbox-0001", env="COMPLIANCE_API_KEY"),),  # noqa: S106
        table={"workspace": WORKSPACE},
    )  # fmt: skip
