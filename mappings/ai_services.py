"""Known AI services, and how an application is held against them, with how sure that is.

Invariants: matching is judging, so an application that no entry names is kept all the same and a newer list can find
it. Only an exact id, or a publisher that the tenant's vendor verified, is sure; a domain or a name makes a question to
people. A name matches by whole words, and an everyday word only where the application is called so and nothing else.
"""

import re
from collections.abc import Iterable

import msgspec

from annexa.evidence.fact import Missing
from annexa.evidence.kinds import Application
from annexa.schemas.words import Certainty, IdentifierSort, ServiceCategory

SORT_OF = {
    "microsoft": IdentifierSort.ENTRA_APP, "google_workspace": IdentifierSort.GOOGLE_CLIENT,
    "github": IdentifierSort.GITHUB_APP, "slack": IdentifierSort.SLACK_APP, "okta": IdentifierSort.OKTA_APP,
}  # fmt: skip
"""The sort of identifier that an application's `vendor_id` is, by the vendor of its source."""
GENERIC = frozenset(
    (
        "a", "ai", "android", "app", "apps", "assistant", "beta", "bot", "business", "by", "chrome", "cloud", "com",
        "connector", "desktop", "docs", "drive", "edge", "enterprise", "excel", "extension", "for", "github", "gmail",
        "google", "inc", "integration", "io", "ios", "llc", "login", "mac", "microsoft", "mobile", "notetaker", "of",
        "office", "okta", "onedrive", "outlook", "plugin", "powerpoint", "pro", "prod", "production", "saml",
        "sharepoint", "sheets", "slack", "sso", "staging", "team", "teams", "test", "the", "web", "windows", "with",
        "word", "work", "workspace", "your", "zoom",
    )
)  # fmt: skip
"""Words beside an everyday name that do not make it the name of something else."""
Identifier = tuple[IdentifierSort, str]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the list's parts."""


class Shown(Part, frozen=True, kw_only=True):
    """One identifier under which sources show a service."""

    sort: IdentifierSort
    value: str
    source: str
    """Where it was read: an address, or a repository with a path."""
    quoted: bool = False
    """The source was read as others quote it, not itself."""


class Service(Part, frozen=True, kw_only=True):
    """One AI service."""

    id: str
    """In findings and registers; never reused."""
    service: str
    """Its name."""
    supplier: str
    category: ServiceCategory | None = None
    source: str | None = None
    """The vendor of annexa that reads it, if there is one."""
    names: tuple[str, ...] = ()
    """Further names of applications that belong to it."""
    common_word: bool = False
    """Its names are everyday words."""
    embedded: bool = False
    """AI is a part of the product: an identifier proves that the product is in use, not that its AI is."""
    identifiers: tuple[Shown, ...] = ()
    no_ai: str | None = None
    """Why the organisation says that what these identifiers show is no AI service; null: it is one."""


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A service that an application may be, and how sure that is."""

    service: Service
    certainty: Certainty
    by: str
    """What says so, for people: `entra_app e047…`."""

    @property
    def sure(self) -> bool:
        """Whether a rule may fail on it."""
        return self.certainty in (Certainty.EXACT, Certainty.VERIFIED) and not self.service.embedded


class Services:
    """Services with their indexes: each application costs a few look-ups, however long the list is."""

    def __init__(self, listed: Iterable[Service], own: Iterable[Service] = ()) -> None:
        """`own`: what the organisation added; its word goes before ours."""
        self.all: dict[str, Service] = {}
        """By id; a listed service keeps its description where the organisation only adds identifiers to it."""
        self._ids: dict[Identifier, Service] = {}
        self._names: dict[str, list[tuple[tuple[str, ...], Service]]] = {}
        self.suppliers: dict[str, tuple[str, ...]] = {}
        """Words of each service's supplier."""
        for service in listed:
            self._enter(service)
        for service in own:
            self._enter(service)

    def match(self, fact: Application, vendor: str) -> Match | None:
        """The service that an application of a source of `vendor` is, or may be; the surest sign speaks."""
        sort = SORT_OF.get(vendor)
        found = self._ids.get((sort, fact.vendor_id.casefold())) if sort else None
        if found is not None:
            return Match(service=found, certainty=Certainty.EXACT, by=f"{sort} {fact.vendor_id}")
        publisher = fact.publisher if isinstance(fact.publisher, str) else ""
        name = fact.name if isinstance(fact.name, str) else ""
        if publisher and fact.verified is True:
            found = self._ids.get((IdentifierSort.PUBLISHER, plain(publisher)))
            if found is not None:
                by = f"verified publisher {publisher}"
                return Match(service=self._nearer(found, name), certainty=Certainty.VERIFIED, by=by)
        return self._by_domain((*_listed(fact.domains), publisher)) or self._by_name(name)

    def by_identifier(self, text: str) -> Service | None:
        """The service of an identifier of any sort, or of an id of the list."""
        if text in self.all:
            return self.all[text]
        word = text.casefold()
        found = (self._ids.get((sort, word)) for sort in IdentifierSort if sort is not IdentifierSort.PUBLISHER)
        return next((service for service in found if service is not None), None)

    def by_name(self, text: str) -> Service | None:
        """The service that a text names."""
        found = self._by_name(text)
        return found.service if found else None

    def mentioned(self, text: str) -> list[Service]:
        """Every service whose name stands somewhere in a text: for texts of people who know what they speak about."""
        spelt = words(text)
        return [
            service
            for start, word in enumerate(spelt)
            for name, service in self._names.get(word, ())
            if spelt[start : start + len(name)] == name
        ]

    def _enter(self, told: Service) -> None:
        known = self.all.setdefault(told.id, told)
        service = known if told.no_ai is None else told
        self.suppliers.setdefault(service.id, words(service.supplier))
        for shown in told.identifiers:
            self._ids[shown.sort, key(shown.sort, shown.value)] = service
        for name in (told.service, *told.names):
            spelt = words(name)
            if spelt:
                rest = [entry for entry in self._names.get(spelt[0], []) if entry[0] != spelt]
                self._names[spelt[0]] = [(spelt, service), *rest]

    def _nearer(self, found: Service, name: str) -> Service:
        """Of the services of one supplier the one that the application's name names."""
        named = self._by_name(name)
        return named.service if named and named.service.supplier == found.supplier else found

    def _by_domain(self, hosts: Iterable[str]) -> Match | None:
        for host in hosts:
            labels = host.casefold().removeprefix("https://").partition("/")[0].split(".")
            for start in range(len(labels) - 1):
                found = self._ids.get((IdentifierSort.DOMAIN, ".".join(labels[start:])))
                if found is not None:
                    return Match(service=found, certainty=Certainty.DOMAIN, by=f"domain {host}")
        return None

    def _by_name(self, text: str) -> Match | None:
        spelt = words(text)
        best: tuple[tuple[str, ...], Service] | None = None
        for start, word in enumerate(spelt):
            for name, service in self._names.get(word, ()):
                if spelt[start : start + len(name)] == name and (best is None or len(name) > len(best[0])):
                    rest = {*spelt[:start], *spelt[start + len(name) :]}
                    if not service.common_word or rest <= GENERIC | set(self.suppliers[service.id]):
                        best = name, service
        return Match(service=best[1], certainty=Certainty.NAME, by=f"name {text}") if best else None


def words(text: str) -> tuple[str, ...]:
    """The words of a name, lower case, without what stands between them."""
    return tuple(_WORD.findall(text.casefold()))


def plain(text: str) -> str:
    """A publisher's name without its commas and full stops."""
    return " ".join(words(text))


def key(sort: IdentifierSort, value: str) -> str:
    """An identifier as it is looked up."""
    return plain(value) if sort is IdentifierSort.PUBLISHER else value.casefold()


def _listed(value: tuple[str, ...] | Missing) -> tuple[str, ...]:
    return () if isinstance(value, Missing) else value


_WORD = re.compile(r"[^\W_]+")
