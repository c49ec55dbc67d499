"""The known AI services as people read them: what each is, whose it is, and by what it is recognised."""

from collections import Counter
from collections.abc import Iterable, Iterator

from annexa.mappings.ai_services import Service, Shown
from annexa.reports._docs_text import code, document, table
from annexa.reports.words import say
from annexa.schemas.words import Certainty, IdentifierSort, ServiceCategory


def page(services: Iterable[Service]) -> str:
    """`docs/ai_services.md`."""
    known = list(services)
    return document(
        "Known AI services",
        _head(known),
        ["## How sure a match is", "", *_certainties()],
        *(_category(category, known) for category in ServiceCategory),
        ["## Where each identifier was read", "", *_sources(known)],
    )


def counts(services: Iterable[Service]) -> dict[IdentifierSort, int]:
    """How many identifiers of each sort the list has."""
    found = Counter(shown.sort for service in services for shown in service.identifiers)
    return {sort: found[sort] for sort in IdentifierSort}


def _head(known: list[Service]) -> Iterator[str]:
    numbers = ", ".join(f"{number} of sort {code(sort)}" for sort, number in counts(known).items())
    yield from (
        f"{len(known)} services with {sum(counts(known).values())} identifiers: {numbers}.",
        "",
        "Collectors keep every third-party application; the list is held against them while judging. Being on it is no",
        "verdict about a service, and what is not on it is not recognised. Add your own in `ai_services.yaml` in the folder",
        "of registers: services that are missing here, ids of your own tenant for a service that is here (a row with the",
        "same id), or, with `ai: false`, `because` and `approved_by`, applications that are no AI service.",
    )


def _certainties() -> Iterator[str]:
    meanings = {
        Certainty.EXACT: "an id of the list, at the vendor where such an id is unique; a rule may fail on it",
        Certainty.VERIFIED: "a publisher of the list, and the tenant's vendor says it is verified; a rule may fail on it",
        Certainty.DOMAIN: "a host of the application lies in a domain of the list: a question to people",
        Certainty.NAME: "the application is called like a service: a question to people",
    }
    yield from table(("Certainty", "What it takes"), ((code(word), says) for word, says in meanings.items()))
    yield from (
        "",
        "A question stays open, and keeps a rule from passing, until the AI register names the service or a row with",
        "`ai: false` says that it is none. The same holds for a product of which AI is only a part, however sure the match:",
        "it proves the product, not that its AI is used.",
    )


def _category(category: ServiceCategory, known: list[Service]) -> Iterator[str]:
    mine = [service for service in known if service.category is category]
    if not mine:
        return
    title = say(category)
    yield from (f"## {title[0].upper()}{title[1:]}", "")
    yield from table(
        ("Id", "Service", "Supplier", "Read by annexa", "Known by"),
        (
            (
                code(service.id),
                service.service + (" (AI is a part)" if service.embedded else ""),
                service.supplier,
                code(service.source) if service.source else "",
                ", ".join(_known_by(service)) or "name",
            )
            for service in sorted(mine, key=lambda service: service.service.casefold())
        ),
    )


def _known_by(service: Service) -> Iterator[str]:
    for sort in IdentifierSort:
        number = sum(shown.sort is sort for shown in service.identifiers)
        if number:
            yield say(sort) + (f" ({number})" if number > 1 else "")


def _sources(known: list[Service]) -> Iterator[str]:
    yield from ("*Quoted*: the source was read as others quote it, not itself.", "")
    yield from table(
        ("Service", "Sort", "Identifier", "Source"),
        (
            (code(service.id), code(shown.sort), code(shown.value), _source(shown))
            for service in sorted(known, key=lambda service: service.id)
            for shown in service.identifiers
        ),
    )


def _source(shown: Shown) -> str:
    return shown.source + (" *(quoted)*" if shown.quoted else "")
