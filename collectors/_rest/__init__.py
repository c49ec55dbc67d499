"""The adapter for REST vendors: a vendor declares its reads, everything else happens here.

Nothing in here loads the HTTP client before a source is connected.
"""

from annexa.collectors._rest.address import Address
from annexa.collectors._rest.grant import rest_grant
from annexa.collectors._rest.read import (
    LINK_KEYS,
    Api,
    BodyLink,
    Counted,
    Cursor,
    Link,
    Numbered,
    Offset,
    Onward,
    Pager,
    Read,
    Sign,
    Whole,
)
from annexa.collectors._rest.settings import RestSettings
from annexa.collectors._rest.sign import basic_key, bearer, header_key
from annexa.collectors._rest.source import Me, RestSource
from annexa.collectors._rest.wire import RestWire

__all__ = [
    "LINK_KEYS",
    "Address",
    "Api",
    "BodyLink",
    "Counted",
    "Cursor",
    "Link",
    "Me",
    "Numbered",
    "Offset",
    "Onward",
    "Pager",
    "Read",
    "RestSettings",
    "RestSource",
    "RestWire",
    "Sign",
    "Whole",
    "basic_key",
    "bearer",
    "header_key",
    "rest_grant",
]
