"""What the stand-ins of Google Workspace and Google Cloud share: routes out of the discovery documents.

A vendor's module names methods and where their answers stand; address, parameters and schemas are read in the document:

    # vendors/google_workspace.py
    ROUTES = (
        Method("admin/directory_v1:users.list", "users", items="users", size=100, most=500, query=("customer",)),
        Method("admin/directory_v1:customers.get", "customer"),
    )

    def play(scenario, date, mended=()):
        return google_play("google_workspace", scenario, date, mended, routes=ROUTES)

A location of an API with hosts by location is played under `{endpoint}/{service}.{version}.{location}/`, and there alone.

What is not a parameter of the method, or not named in `query`, is refused. Every row of the vendor's file is held
against the schema of the method that shows it as soon as the play is made: a member that the document does not have, a
word outside of a closed list or a value of another type raises `BadFixture`. The adapter asks at
`{endpoint}/{service}.{version}/{servicePath}{path}`, so that one port serves every API.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from annexa.collectors._google import documents
from annexa.sandbox._errors import BadFixture
from annexa.sandbox._rest import Asked, Key, Pager, Refused, RestPlay, Route, Token, World, retry_after
from annexa.sandbox._rest.answers import Answering
from annexa.sandbox.play import DateName, ScenarioName

TOKEN = "ya29.harbourline-of-the-sandbox-0001"  # noqa: S105  # made up
TOKEN_ENV = "ANNEXA_SANDBOX_GOOGLE_TOKEN"  # noqa: S105  # the name of a variable
ALWAYS = ("alt", "fields")
"""Parameters of every method that are played: the form of the answer, and which members are wanted."""

REFUSALS = {
    "bad_request": (400, "badRequest", "Bad Request"),
    "unauthorised": (401, "authError", "Invalid Credentials"),
    "expired": (401, "authError", "Invalid Credentials"),
    "denied": (403, "forbidden", "Not Authorized to access this resource/api"),
    "not_found": (404, "notFound", "Resource Not Found"),
    "conflict": (409, "conflict", "Entity already exists."),
    "throttled": (403, "userRateLimitExceeded", "Quota exceeded for quota metric 'Queries'"),
    "server_error": (503, "backendError", "The service is currently unavailable."),
}


@dataclass(frozen=True)
class Method(Route):
    """One method of a discovery document; `op` is `service/version:resource.method`, as the collectors name it."""

    items: str | None = field(default=None, kw_only=True)
    """Where its answer has the list; None: the answer is a single one."""
    size: int = field(default=100, kw_only=True)
    """Items of a page where nothing is asked for."""
    most: int = field(default=500, kw_only=True)
    """The largest page."""
    regional: bool = field(default=False, kw_only=True)
    """Whether it is answered at the hosts of locations, each of which knows what lies there and nothing else."""

    def __post_init__(self) -> None:
        if self.pager is None and self.items is not None:
            object.__setattr__(self, "pager", _pager(self.op, self.items, self.size, self.most))
        if self.items is None and not self.extra:
            object.__setattr__(self, "extra", _kind(self.op))

    @property
    def method(self) -> str:
        return documents.method(self.op).verb

    @property
    def path(self) -> str:
        return _path(self.op, regional=self.regional)

    def known(self) -> set[str]:
        """Every query parameter that it understands; raises `BadFixture` for one that the document does not have.

        For a read by POST: the members of its body too.
        """
        method = documents.method(self.op)
        found = super().known() | {*ALWAYS}
        strange = found - method.parameters - method.body
        if strange:
            raise BadFixture(f"{self.op} has no parameter {sorted(strange)}")
        return found | (method.body if method.has_body else frozenset())

    def answered(self, world: World, asked: Asked) -> Any:
        """The answer with the members that `fields` wants; the host of a location refuses what lies in another one."""
        if self.regional and asked.params["host"] != asked.params["locationsId"]:
            raise Refused("denied")
        found, wanted = super().answered(world, asked), asked.query.get("fields")
        if wanted is None:
            return found
        tree = selection(wanted)
        if self.items is None:
            return picked(found, tree)
        inner = tree.get(self.items, {})
        return [picked(item, inner) for item in found]


def google_play(
    vendor: str, scenario: ScenarioName, date: DateName, mended: Collection[int], *, routes: tuple[Route, ...],
    table: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None, world: World | None = None,
) -> RestPlay:  # fmt: skip
    """A vendor of Google's on one day; raises `BadFixture` where a row of its file is not what the document allows."""
    play = RestPlay(
        vendor, scenario, date, mended, routes=routes, error=error, refusals=REFUSALS, throttle=retry_after(2),
        keys=(Key(secret=TOKEN, env=TOKEN_ENV),), table=table, world=world,
        environment=environment,
    )  # fmt: skip
    for route in routes:
        for wrong in violations(route, play.world):
            raise BadFixture(f"{vendor}: {wrong}")
    return play


def error(status: int, code: str, message: str) -> Any:
    """An error as Google writes it: a refusal is told apart by its reason, not by its status."""
    told = {"domain": "global", "reason": code, "message": message}
    return {"error": {"code": status, "message": message, "errors": [told]}}


def violations(route: Route, world: World) -> Iterator[str]:
    """What is wrong with the rows that a method shows: one line each."""
    name = route.answer if isinstance(route.answer, str) else getattr(route.answer, "shows", None)
    if not isinstance(route, Method) or name is None:
        return
    schema, schemas = _schema(route.op, route.items)
    found = world.data.get(name, [])
    for number, row in enumerate(found if isinstance(found, list) else [found]):
        wrong = _wrong(schemas, schema, row, f"{name}[{number}]")
        if wrong:
            yield f"{route.op}: {wrong}"


def shows(name: str, answer: Answering) -> Answering:
    """An answer that is chosen from a collection of the world, whose rows are held against the schema like any."""
    answer.shows = name  # type: ignore[attr-defined]
    return answer


def selection(text: str) -> dict[str, Any]:
    """Google's partial answers: `nextPageToken,items(id/time,events(name))` as a tree; no members below: all of it."""
    tree: dict[str, Any] = {}
    places, above = [tree], [tree]
    for word in re.findall(r"[^,()/]+|[,()/]", text):
        if word == ",":
            places[-1] = above[-1]
        elif word == "(":
            above.append(places[-1])
            places.append(places[-1])
        elif word == ")":
            above.pop()
            places.pop()
        elif word != "/":
            places[-1] = places[-1].setdefault(word, {})
    return tree


def picked(value: Any, tree: Mapping[str, Any]) -> Any:
    """What such a tree leaves of a value."""
    if not tree:
        return value
    if isinstance(value, list):
        return [picked(item, tree) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: picked(value[name], inner) for name, inner in tree.items() if name in value}


@cache
def _path(op: str, *, regional: bool = False) -> str:
    """The path under the endpoint, with the names of its parameters in braces; `host` is the location of a host."""
    api, _, name = op.partition(":")
    told = documents.document(api)
    found = _method(told, name)
    host = f"{api.replace('/', '.')}{'.{host}' if regional else ''}"
    return f"/{host}/{told.get('servicePath', '')}{found.get('flatPath') or found['path']}"


def _method(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    *resources, last = name.split(".")
    place: Any = told
    for resource in resources:
        place = place["resources"][resource]
    found: Mapping[str, Any] = place["methods"][last]
    return found


def _pager(op: str, items: str, size: int, most: int) -> Pager:
    """How Google pages, if the method pages at all; an empty list is left out."""
    method, extra = documents.method(op), _kind(op)
    if "pageToken" not in (*method.parameters, *method.body):
        return Pager(items=items, omit_empty=True, extra=extra)
    limit = "maxResults" if "maxResults" in method.parameters else "pageSize"
    return Token(
        items=items, param="pageToken", next="nextPageToken", last="absent", limit=limit, size=size, most=most,
        over="clamp", omit_empty=True, extra=extra,
    )  # fmt: skip


def _kind(op: str) -> dict[str, Any]:
    """The member `kind` of an answer, where its schema has one."""
    method = documents.method(op)
    known = documents.document(method.api)["schemas"][method.response]["properties"] if method.response else {}
    kind = known.get("kind", {}).get("default")
    return {"kind": kind} if kind else {}


def _schema(op: str, items: str | None) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The schema of a row, and all schemas of the document."""
    method = documents.method(op)
    schemas = documents.document(method.api)["schemas"]
    whole = schemas[method.response]
    return (whole if items is None else whole["properties"][items]["items"]), schemas


def _wrong(schemas: Mapping[str, Any], schema: Mapping[str, Any], value: Any, at: str) -> str | None:
    """The first place in a fixture that the schema does not allow; members that begin with `$` are ours."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"]]
    kind = schema.get("type", "any")
    if kind == "any":
        return None
    fits: dict[str, Any] = {
        "string": str, "boolean": bool, "integer": int, "number": (int, float), "array": list, "object": dict,
    }  # fmt: skip
    if not isinstance(value, fits[kind]) or (kind in ("integer", "number") and isinstance(value, bool)):
        return f"{at} is no {kind}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{at} is none of {', '.join(schema['enum'][:6])}"
    if kind == "array":
        parts = _entries(schema, value, at)
    elif kind == "object":
        parts = _members(schema, value, at)
    else:
        return None
    for place, inner, item in parts:
        if inner is None:
            return f"{place} is no member of the document"
        wrong = _wrong(schemas, inner, item, place)
        if wrong:
            return wrong
    return None


def _entries(schema: Mapping[str, Any], value: list[Any], at: str) -> Iterator[tuple[str, Any, Any]]:
    for number, item in enumerate(value):
        yield f"{at}[{number}]", schema.get("items", {}), item


def _members(schema: Mapping[str, Any], value: Mapping[str, Any], at: str) -> Iterator[tuple[str, Any, Any]]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties")
    for name, item in value.items():
        if not name.startswith("$"):
            yield f"{at}.{name}", known.get(name, others), item
