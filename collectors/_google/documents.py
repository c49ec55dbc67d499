"""Google's discovery documents: which method a call is, where it is asked, what its answer may look like.

They come with the SDK; of APIs that the SDK does not bring, a document of ours names the few methods that are read
(`discovery/*.json`, written after the vendor's reference, which each of them cites).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from annexa.evidence.answer import UndeclaredCallError

OURS = "annexa.collectors._google.discovery"
REGIONAL = frozenset({"aiplatform/v1", "aiplatform/v1beta1", "modelarmor/v1"})
"""APIs of which a location answers at a host of its own; the host without one answers for `global`, and for what has no
location. https://docs.cloud.google.com/vertex-ai/docs/general/locations,
https://docs.cloud.google.com/security-command-center/docs/manage-model-armor-templates"""
EVERYWHERE = "global"


@dataclass(frozen=True, kw_only=True)
class Method:
    """One method of a document."""

    api: str
    """`admin/directory_v1`"""
    name: str
    """`users.list`"""
    verb: str
    """HTTP method."""
    path: re.Pattern[str]
    """What the path of its requests looks like, without the beginning of the address."""
    parameters: frozenset[str]
    """Names of its parameters."""
    in_path: frozenset[str]
    """Those that stand in the path."""
    scopes: frozenset[str]
    """OAuth scopes, each of which allows it."""
    response: str | None
    """Name of the schema of its answer."""
    has_body: bool
    body: frozenset[str] = frozenset()
    """Names of the members that its request's body may have."""


@cache
def document(api: str) -> dict[str, Any]:
    """The discovery document of `service/version`; raises `UndeclaredCallError` where there is none."""
    from googleapiclient.discovery_cache import get_static_doc

    service, _, version = api.partition("/")
    ours = files(OURS).joinpath(f"{service}.{version}.json")
    text = ours.read_text("utf-8") if ours.is_file() else get_static_doc(service, version)
    if text is None:
        raise UndeclaredCallError(f"there is no discovery document for {api}")
    found: dict[str, Any] = json.loads(text)
    return found


def is_ours(api: str) -> bool:
    """Whether the document is one of ours."""
    return files(OURS).joinpath(f"{api.replace('/', '.')}.json").is_file()


@cache
def method(op: str) -> Method:
    """The method of `service/version:resource.method`."""
    api, _, name = op.partition(":")
    place: Any = document(api)
    *resources, last = name.split(".")
    try:
        for resource in resources:
            place = place["resources"][resource]
        found = place["methods"][last]
    except KeyError as error:
        raise UndeclaredCallError(f"{op} is no method of the discovery document") from error
    parameters = {**document(api).get("parameters", {}), **found.get("parameters", {})}
    return Method(
        api=api, name=name, verb=found["httpMethod"], path=_pattern(found.get("flatPath") or found["path"]),
        parameters=frozenset(parameters), scopes=frozenset(found.get("scopes", ())),
        in_path=frozenset(name for name, one in parameters.items() if one.get("location") == "path"),
        response=found.get("response", {}).get("$ref"), has_body="request" in found,
        body=frozenset(document(api)["schemas"].get(found.get("request", {}).get("$ref"), {}).get("properties", ())),
    )  # fmt: skip


@cache
def regions(api: str) -> Mapping[str, str]:
    """Where an API answers by location, as its document says; nothing for one that answers everywhere at one host.

    Only addresses of the two documented forms count: a document also names hosts that are tried out before a release.
    """
    service, found = api.partition("/")[0], dict[str, str]()
    for one in document(api).get("endpoints", ()) if api in REGIONAL else ():
        place = one["location"]
        if one["endpointUrl"] in (
            f"https://{place}-{service}.googleapis.com/",
            f"https://{service}.{place}.rep.googleapis.com/",
        ):
            found[place] = one["endpointUrl"]
    return found


def region(method: Method, params: Mapping[str, Any]) -> str | None:
    """The location whose own host has to be asked with these parameters; None where it is the API's one host."""
    if method.api not in REGIONAL:
        return None
    names = (str(params[name]) for name in method.in_path if name in params)
    found = next((hit[1] for name in names if (hit := re.search(r"(?:^|/)locations/([^/]+)", name))), None)
    return None if found == EVERYWHERE else found


def _pattern(path: str) -> re.Pattern[str]:
    """A step of the path in place of each parameter; where only `path` is known, `{+name}` may hold several."""
    parts = re.split(r"(\{\+?\w+\})", path)
    steps = {True: "[^/?]+", False: "[^?]+"}
    return re.compile("".join(steps["+" not in part] if part.startswith("{") else re.escape(part) for part in parts))


def violation(api: str, schema: str | None, content: Any) -> str | None:
    """Where an answer is not what its schema allows, in a few words; None where it is.

    Unknown members are allowed, since Google adds some, but an answer of nothing else is another one.
    """
    if schema is None or not isinstance(content, Mapping):
        return None if schema is None else "it is no object"
    known = document(api)["schemas"][schema].get("properties", {})
    if content and not set(content) & set(known):
        return f"none of its members is documented: {', '.join(sorted(content)[:3])}"
    return _wrong(document(api)["schemas"], {"$ref": schema}, content, schema)


_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "boolean": (bool,), "integer": (int,), "number": (int, float, str), "array": (list,), "object": (dict,),
}  # fmt: skip


def _wrong(schemas: Mapping[str, Any], schema: Mapping[str, Any], value: Any, at: str) -> str | None:
    if "$ref" in schema:
        schema = schemas[schema["$ref"]]
    kind = str(schema.get("type", "any"))
    if kind == "any":
        return None
    right = isinstance(value, _JSON_TYPES.get(kind, (object,))) and not (kind == "integer" and isinstance(value, bool))
    if not right:
        return f"{at} is no {kind}"
    if kind == "array":
        inner = schema.get("items", {})
        return next((wrong for item in value if (wrong := _wrong(schemas, inner, item, f"{at}[]"))), None)
    if kind == "object":
        named, others = schema.get("properties", {}), schema.get("additionalProperties")
        for name, item in value.items():
            inner = named.get(name, others)
            wrong = _wrong(schemas, inner, item, f"{at}.{name}") if inner is not None else None
            if wrong:
                return wrong
    return None
