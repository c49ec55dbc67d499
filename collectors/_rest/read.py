"""What a REST vendor declares: its reads, how their pages follow each other, and its API as a whole.

A vendor's file reads like the vendor's documentation: one `Read` per endpoint, with the path as the vendor prints it.
`{name}` in a path is filled from the parameters of the call; every other parameter goes into the query.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from annexa.collectors._pacing import Rate
from annexa.evidence.call import Call
from annexa.schemas.words import Reason


@dataclass(frozen=True, kw_only=True)
class Whole:
    """Everything comes in one answer."""


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The next page is asked for with a value that the page holds: `after=<last_id>`."""

    param: str
    """Query parameter that takes the value; in a read by POST it may stand inside a member: `options.$skipToken`."""
    at: str
    """Where the value stands in the page (dotted): `last_id`, `response_metadata.next_cursor`."""
    more: str | None = None
    """Where the page says whether another one follows; None: one follows while there is a value."""
    may_lack: bool = False
    """Whether the vendor leaves `at` out on the last page; otherwise a page without it is an invalid answer."""
    may_be_empty: bool = False
    """Whether the vendor documents that a page may be empty while more follow; otherwise that is an invalid answer."""
    cut: str | None = None
    """Where the last page says whether the list was cut short; anything but false there makes it broken."""
    total: str | None = None
    """Where a page says how many items there are in all; a list that ends with fewer is broken."""


LINK_KEYS = ("after", "before", "cursor", "limit", "page", "per_page")
"""Query keys that vendors' next links carry besides those of the call."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """The next page stands in the header `Link` as `rel="next"`; followed on the same host and path only."""

    keys: tuple[str, ...] = LINK_KEYS
    """Query keys that a link may carry besides those of the call."""
    also: tuple[tuple[str, str], ...] = ()
    """Beginnings of paths that the vendor prints otherwise in links: `("/orgs/{org}", "/organizations/{id}")`.

    Only the query of such a link is taken; the path that is asked stays the declared one.
    """
    may_be_empty: bool = False
    """Whether the vendor documents that a page may be empty while more follow."""


@dataclass(frozen=True, kw_only=True)
class BodyLink:
    """The next page's address stands in the page: `links.next`; followed on the same host and path only."""

    at: str
    may_lack: bool = True
    keys: tuple[str, ...] = LINK_KEYS
    """Query keys that a link may carry besides those of the call."""
    also: tuple[tuple[str, str], ...] = ()
    """As in `Link`."""
    may_be_empty: bool = False
    """Whether the vendor documents that a page may be empty while more follow."""


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """Pages are counted: `page=2`; the page itself says where the last one is."""

    param: str = "page"
    first: int = 1
    total: str | None = None
    """Where the page says how many pages there are."""
    more: str | None = None
    """Where the page says whether another one follows. Exactly one of `total` and `more` is given."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Pages are counted: `page=2`; a page says how many items there are in all, and not how many pages."""

    total: str
    """Where the page says how many items there are in all."""
    param: str = "page"
    first: int = 1
    among: tuple[str, ...] = ()
    """Further lists of the page whose items count in `total`: invitations beside members."""


@dataclass(frozen=True, kw_only=True)
class Offset:
    """Items are counted: `offset=100`; a page says how many items there are in all."""

    param: str
    total: str
    """Where the page says how many items there are in all."""


@dataclass(frozen=True, kw_only=True)
class Onward:
    """Items are counted, and nothing says how many there are: pages are asked for until one is empty."""

    param: str = "offset"


Pager = Whole | Cursor | Link | BodyLink | Numbered | Counted | Offset | Onward


@dataclass(frozen=True, kw_only=True)
class Read(Call):
    """One read operation: `op` is `GET /organization/projects/{project_id}/api_keys`, as the vendor prints it.

    `absent` holds HTTP statuses, or the vendor's error codes, by which it says that there is none: `404`,
    `404: no policy`. `path` is the list of items (dotted; empty text: the answer itself is the list, which is then kept
    as `{"": [...]}`, so that marks of `Api.sensitive` begin with `("", "*", ...)`).
    """

    pager: Pager = Whole()
    query: tuple[str, ...] = ()
    """Names of query parameters that a call may carry besides those in `params` and the pager's own."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers that this endpoint asks for: a beta's name."""
    body: Mapping[str, Any] | None = None
    """For a read by POST: the members of the body that are always the same and tell it from a write.

    Where several reads have the same `op`, the member that tells them apart stands in `params` too: pages are kept by them.
    """
    body_params: tuple[str, ...] = ()
    """Names of parameters that a call may put into the body of a read by POST."""
    plan: str | None = None
    """The vendor's plan that this endpoint needs, in the vendor's words; None: every plan."""
    not_found: Reason | None = None
    """What a 404 means here where it is no declared absence; None: as the API says."""
    base: str | None = None
    """Another base address than the API's own: an audit API on a host of its own."""
    sign: "Sign | None" = None
    """How this read is authenticated, where it takes another key than the rest of the API."""


Settings = Any
Sign = Callable[[Any, Mapping[str, str]], Mapping[str, str]]
"""Headers of authentication from the source's settings and the environment; raises `CannotStartError`.

Called for every request, by many threads: a key that ends may be renewed in it.
"""


@dataclass(frozen=True, kw_only=True)
class Api:
    """A vendor's API as a whole."""

    vendor: str
    """Name of the collectors' file."""
    title: str
    """The product's name for people: `OpenAI API platform`."""
    base: str
    """Base address; `{name}` is filled from the source's settings: `https://{domain}`."""
    sign: Sign
    """How requests are authenticated."""
    suffixes: tuple[str, ...]
    """Host names, and suffixes with a leading dot, that the vendor publishes; any other is `non-vendor`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers that every request carries: the API's version."""
    request_id: str | None = None
    """Header with the vendor's id of the request."""
    code: str | None = None
    """Where an error's body holds its code (dotted)."""
    says: str | None = None
    """Where an error's body holds its text (dotted); used to tell errors apart, never kept."""
    reasons: Mapping[int, Reason] = field(default_factory=dict)
    """What HTTP statuses mean here, where it is not what they mean everywhere: 404 as denied."""
    codes: Mapping[str, Reason] = field(default_factory=dict)
    """What error codes of the vendor mean."""
    stale: tuple[str, ...] = ()
    """Error codes by which it does not accept the key at all, where it says so with another status than 401."""
    failed: str | None = None
    """A member that is false in an answer of status 200 that is no answer: `ok`. Its code stands at `code`."""
    rate: Rate | None = None
    """Published limit for the tenant."""
    rates: Mapping[str, Rate] = field(default_factory=dict)
    """Published limits of single operations, by `op`, or of several together, by a name of ours."""
    together: Mapping[str, str] = field(default_factory=dict)
    """Operations that share one of `rates`: its name by `op`."""
    sensitive: Mapping[str, frozenset[tuple[str, ...]]] = field(default_factory=dict)
    """By `op`, paths in answers that the vendor marks as sensitive; `*` stands for any list item or key."""
    later: tuple[str, ...] = ("retry-after",)
    """Headers that say when to come again, the best first: `retry-after-ms`, `retry-after`, `x-rate-limit-reset`, `ratelimit`.

    Seconds, moments (HTTP's form, RFC 3339, seconds since 1970) and `t=` or `reset=` are all understood.
    """
