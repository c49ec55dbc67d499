"""Which AI services an entry of the AI register names, and which entries name a service."""

from annexa.evidence.kinds import RegisterEntry
from annexa.evidence.record import Record
from annexa.mappings.ai_services import Service, Services, words
from annexa.mappings.context import Context
from annexa.mappings.register import Register
from annexa.mappings.service_matches import services_of

Entries = list[tuple[Record, RegisterEntry]]


def entries_of(service: Service, context: Context) -> Entries:
    """Entries of the AI register that name a service, whichever source shows it and under whatever id."""
    return context.kept(("entries of", service.id), lambda: _entries_of(service, context))


def named_by(entry: RegisterEntry, services: Services) -> list[str]:
    """Ids of the services that an entry names: by an identifier of the list, by its name, by its supplier.

    A supplier alone names a service only where the list knows no other of that supplier.
    """
    found = [services.by_identifier(name) for name in entry.identifiers if "*" not in name]
    found += [services.by_name(entry.name)]
    ids = [service.id for service in found if service is not None]
    if not ids and isinstance(entry.supplier, str):
        supplied = supplied_by(entry.supplier, services)
        mentioned = [service.id for service in services.mentioned(entry.name) if service.id in supplied]
        ids = mentioned or (supplied if len(supplied) == 1 else [])
    return list(dict.fromkeys(ids))


def supplied_by(name: str, services: Services) -> list[str]:
    """Ids of the services whose supplier is called so, with or without its legal form."""
    spelt = words(name)
    return [
        service
        for service, supplier in services.suppliers.items()
        if supplier and spelt and (spelt[: len(supplier)] == supplier or supplier[: len(spelt)] == spelt)
    ]


def _entries_of(service: Service, context: Context) -> Entries:
    named = context.kept("registered services", lambda: _by_service(context))
    shown = (one.value for one in services_of(context).all.get(service.id, service).identifiers)
    ids = {service.id, *shown, *(one.value for one in service.identifiers), *context.sighted.get(service.id, ())}
    register = Register.of(context)
    found = {row.record_id: (row, entry) for row, entry in (*register.about(sorted(ids)), *named.get(service.id, ()))}
    return list(found.values())


def _by_service(context: Context) -> dict[str, Entries]:
    """The entries by the services that they name."""
    services, found = services_of(context), dict[str, Entries]()
    for row, entry in Register.of(context).entries:
        for service in named_by(entry, services):
            found.setdefault(service, []).append((row, entry))
    return found
