"""What holds for every read of every REST vendor that is found; a new file adds its tests by being there."""

import re
import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import pytest

from annexa import collectors
from annexa.collectors._rest import Api, BodyLink, Cursor, Link, Numbered, Offset, Read, RestSettings, Whole
from annexa.collectors._rest.address import address, split
from annexa.collectors._rest.guard import READS
from annexa.evidence.call import Call, Collector

NOT_REST = {"aws", "registers"}


def modules(vendor: str) -> list[ModuleType]:
    """The vendor's module and every module inside it."""
    found = collectors.vendor(vendor)
    inside = (name.name for name in iter_modules(getattr(found, "__path__", [])))
    return [found, *(import_module(f"{found.__name__}.{name}") for name in inside)]


def rest_vendors() -> list[str]:
    ours = [name for name in collectors.names() if name not in NOT_REST]
    return [
        name for name in ours if any(isinstance(value, Read) for each in modules(name) for value in vars(each).values())
    ]


VENDORS = rest_vendors()
ITEMS = [(name, item) for name in VENDORS for item in collectors.of(collectors.vendor(name))]
READS_OF = {
    (name, read.op, repr(sorted(read.params.items()))): read
    for name in VENDORS for each in modules(name) for read in vars(each).values() if isinstance(read, Read)
}  # fmt: skip
"""Every declared read, those of connecting among them."""

per_vendor = pytest.mark.parametrize("vendor", VENDORS)
per_item = pytest.mark.parametrize(("vendor", "item"), ITEMS, ids=[item.name for _, item in ITEMS])
per_read = pytest.mark.parametrize(
    ("vendor", "read"), [(key[0], read) for key, read in READS_OF.items()],
    ids=[f"{key[0]}/{read.op}" for key, read in READS_OF.items()],
)  # fmt: skip

WRITES = re.compile(
    r"(?i)(?:^|[/_.:-])(?:create|update|delete|remove|add|set|revoke|rotate|disable|enable|invite|send)(?:$|[/_.:-])"
)
CONTENT = re.compile(r"(?i)/(?:chats?|conversations?|messages?|prompts?|completions?|transcripts?)(?:/|$)")
"""Steps of a path behind which people's own words lie."""


def api_of(vendor: str) -> Api:
    found = {id(value): value for each in modules(vendor) for value in vars(each).values() if isinstance(value, Api)}
    assert len(found) == 1, "one API per vendor"
    return next(iter(found.values()))


def test_something_is_found() -> None:
    assert {"anthropic", "claude", "github", "okta", "openai", "slack"} <= set(VENDORS)
    assert len(READS_OF) > 60 and len(ITEMS) > 40


@per_vendor
def test_a_vendor_declares_its_api(vendor: str) -> None:
    api = api_of(vendor)
    assert api.vendor == vendor and api.title
    for base in [api.base, *{read.base for key, read in READS_OF.items() if key[0] == vendor and read.base}]:
        assert base.startswith("https://")
        known = address(re.sub(r"\{\w+\}", "acme.example", base))
        named = set(re.findall(r"\{(\w+)\}", base))
        assert named <= set(collectors.vendor(vendor).Settings.__struct_fields__)
        assert named or known.is_of(api.suffixes), "its own host is one of those that it publishes"
    assert api.suffixes and all(re.fullmatch(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)+", one) for one in api.suffixes)
    assert api.later and all(name == name.lower() for name in api.later)
    assert all((400 <= status < 500 and status not in (401, 429)) or status == 401 for status in api.reasons)
    assert set(api.rates) | set(api.sensitive) <= {op for name, op, _ in READS_OF if name == vendor}


@per_vendor
def test_its_settings_are_those_of_every_rest_source(vendor: str) -> None:
    settings = collectors.vendor(vendor).Settings
    assert issubclass(settings, RestSettings)
    made = settings(name="x", vendor=vendor)
    assert made.endpoint is None and made.ca_file is None and made.attempts >= 1


def test_importing_vendors_loads_no_client() -> None:
    """What is needed to ask is loaded when somebody asks."""
    program = (
        "import sys\nfrom annexa import collectors\n"
        "for name in sys.argv[1:]: assert collectors.of(collectors.vendor(name))\n"
        "print([name for name in ('httpx2', 'httpcore2', 'tenacity', 'ssl') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program, *VENDORS], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@per_item
def test_every_call_is_a_read(vendor: str, item: Collector) -> None:
    assert all(isinstance(call, Read) for call in item.calls)


@per_read
def test_an_operation_is_printed_as_the_vendor_prints_it(vendor: str, read: Read) -> None:
    method, template, names = split(read.op)
    assert method in READS and template.startswith("/") and not template.endswith("/")
    assert not re.search(r"[?#\s]|//|/\.\.?(/|$)", template)
    assert len(set(names)) == len(names)
    assert re.sub(r"\{[A-Za-z]\w*\}", "", template).count("{") == 0, "a parameter is a plain name in braces"
    assert all(re.fullmatch(r"(?:[^{}/]*\{\w+\}[^{}/]*|[^{}/]+)", part) for part in template.split("/")[1:])


@per_read
def test_a_read_says_what_it_needs(vendor: str, read: Read) -> None:
    assert read.needs.strip() and "\n" not in read.needs
    assert read.plan is None or read.plan.strip()
    assert read.path is None or re.fullmatch(r"(?:[\w$-]+(?:\.[\w$-]+)*)?", read.path)


@per_read
def test_parameters_stand_where_they_are_declared(vendor: str, read: Read) -> None:
    in_path = set(split(read.op)[2])
    assert not in_path & set(read.query), "what is in the path is not in the query"
    assert not set(read.query) & set(read.body_params)
    assert len(set(read.query)) == len(read.query)
    assert not {name.lower() for name in read.headers} & {"authorization", "cookie", "host", "x-api-key"}


@per_read
def test_a_pager_is_sensible(vendor: str, read: Read) -> None:
    pager = read.pager
    if isinstance(pager, Whole):
        return
    assert read.path is not None, "pages are pages of a list"
    match pager:
        case Cursor(param=param, at=at):
            assert param and at and read.path != "", "a list itself cannot say where the next page is"
        case Numbered(total=total, more=more):
            assert (total is None) != (more is None) and read.path != ""
        case Offset(param=param, total=total):
            assert param and total and read.path != ""
        case Link(keys=keys) | BodyLink(keys=keys):
            assert keys and all(ours.startswith("/") and theirs.startswith("/") for ours, theirs in pager.also)


@per_read
def test_a_read_by_post_cannot_be_a_write(vendor: str, read: Read) -> None:
    method, template, _ = split(read.op)
    assert not WRITES.search(template) or method == "GET"
    if method == "POST":
        assert read.body, "members of the body that are always the same and tell it from a write"
        assert not set(read.body) & set(read.body_params)
    else:
        assert read.body is None and not read.body_params


@per_read
def test_an_absence_is_well_formed(vendor: str, read: Read) -> None:
    for declared in read.absent:
        code, colon, words = declared.partition(": ")
        assert re.fullmatch(r"[A-Za-z0-9_.:/-]{1,64}", code)
        assert bool(colon) == bool(words)
        assert code not in ("200", "401", "429") and not code.startswith("5")
        assert code != "403" or words, "a refusal alone never means that there is none"
        assert not words or api_of(vendor).says, "where the vendor's words stand must be known"


@per_read
def test_content_is_never_read(vendor: str, read: Read) -> None:
    assert not CONTENT.search(split(read.op)[1])


def test_the_rules_of_this_file_can_fail() -> None:
    assert WRITES.search("/users/create") and WRITES.search("/admin.users.invite") and not WRITES.search("/settings")
    assert CONTENT.search("/v1/chats/{id}") and not CONTENT.search("/messages_limit")


def test_every_call_of_a_rest_vendor_is_declared_once() -> None:
    """The same operation with the same parameters is one constant; two would drift apart."""
    for vendor in VENDORS:
        calls: dict[tuple[str, str, str | None], Call] = {}
        for item in collectors.of(collectors.vendor(vendor)):
            for call in item.calls:
                same = calls.setdefault((call.op, repr(sorted(call.params.items())), call.path), call)
                assert same == call, f"{vendor}: {call.op} is declared twice, differently"
