"""Made-up REST vendors for measuring: a list with pages, and a detail of every item of it."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from annexa.collectors._rest import Api, Cursor, Me, Read, RestSettings, RestSource, header_key
from annexa.collectors._source import Circumstances
from annexa.evidence.call import Collector, collects
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import Setting

SIZES = {"small": 4, "middle": 10, "large": 25}
"""Pages of each vendor's list; a page holds ten items."""
VENDORS = tuple(f"made_up_{name}" for name in SIZES)
WHOAMI = Read(op="GET /me", needs="read")
THINGS = Read(op="GET /things", needs="read", path="data", pager=Cursor(param="after", at="last_id", more="has_more"))
THING = Read(op="GET /things/{id}", needs="read")


@collects(Setting, THINGS, THING, per="source")
def things(handle: Handle) -> Iterator[Setting]:
    """One record per thing."""
    for thing, reply in handle.many(THING, handle.each(THINGS), lambda thing: {"id": thing["id"]}):
        yield Setting(subject=thing["id"], name="made_up.thing", value=reply.one()["state"])


def connect(vendor: str, endpoint: str, lent: Circumstances) -> tuple[RestSource, tuple[Collector, ...]]:
    """A source of a made-up vendor."""
    settings = RestSettings(name=f"{vendor}:main", vendor=vendor, endpoint=endpoint)
    return RestSource(_api(vendor), settings, lent, me=_me), (things,)


def _api(vendor: str) -> Api:
    return Api(
        vendor=vendor, title=vendor, base="https://vendor.example", suffixes=("vendor.example",),
        sign=lambda settings, environment: header_key("x-key", "KEY")(settings, {"KEY": "none"}),
    )  # fmt: skip


def _me(wire: Any) -> Me:
    return Me(tenant=wire.ask(WHOAMI)["id"], identity="made up")


def handle(vendor: str) -> Callable[..., tuple[int, dict[str, str], bytes]]:
    """Answers of a made-up vendor."""
    pages = SIZES[vendor.removeprefix("made_up_")]

    def answer(method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(url)
        page = int(dict(parse_qsl(parts.query)).get("after", "0"))
        if parts.path == "/me":
            return _json({"id": vendor})
        if parts.path != "/things":
            return _json({"state": "on"})
        rows = [{"id": f"{page}-{number}"} for number in range(10)]
        return _json({"data": rows, "last_id": str(page + 1), "has_more": page + 1 < pages})

    return answer


def _json(content: Any) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "application/json"}, json.dumps(content).encode()


def endless(kilobytes: int) -> Callable[..., tuple[int, dict[str, str], bytes]]:
    """A list that never ends, in pages of this size."""
    text = "x" * 1000

    def answer(method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        page = int(dict(parse_qsl(urlsplit(url).query)).get("after", "0"))
        rows = [{"id": f"{page}-{number}", "text": text} for number in range(kilobytes)]
        return _json({"data": rows, "last_id": str(page + 1), "has_more": True})

    return answer
