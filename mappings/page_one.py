"""What a reader must know before the statuses."""

from annexa.mappings.exceptions import Exceptions
from annexa.mappings.missing import MissingRun
from annexa.mappings.results import PageOne
from annexa.mappings.service_matches import own_services
from annexa.mappings.world import World
from annexa.schemas.words import Reason


def page_one(world: World, accepted: Exceptions, what_if: tuple[str, ...], missing: tuple[MissingRun, ...]) -> PageOne:
    """Everything that people decided about the judging itself, and what lies outside of it."""
    parameters, vendors = world.supplied.parameters, world.vendors
    excluded = {
        unread for unread in world.unreads
        if unread.reason is Reason.EXCLUDED and world.boundary.inside(unread.source, unread.scope)
    }  # fmt: skip
    return PageOne(
        looser_parameters=parameters.looser(),
        disabled_rules=parameters.disabled_rules(),
        refused_exceptions=accepted.refused,
        limitations=tuple(
            sorted(
                f"{row.covers_source} {row.covers_scope} {row.covers_call}: {row.reason} ({row.owner} until {row.expires}"
                + (")" if row.expires >= world.day else ", expired)")
                for row in world.supplied.limitations
            )
        ),
        unassigned_scopes=world.boundary.unassigned(world.manifest, world.scopes.facts),
        outside_scopes=world.boundary.outside(world.manifest, world.scopes.facts),
        excluded_scopes=tuple(sorted({f"{one.source} {one.scope}: {one.detail}" for one in excluded})),
        no_ai_services=_no_ai(world),
        not_connected=tuple(
            f"{vendor}: {where}"
            + (", registered; no source of annexa reads it" if vendor in vendors.registered else "")
            for vendor, where in sorted(vendors.in_use.items())
        ),
        not_used=tuple(
            f"{vendor}, as far as these {vendors.sources} sources show" for vendor in sorted(vendors.unused)
        ),
        missing_inputs=tuple(str(one) for one in missing),
        what_if=what_if,
    )


def _no_ai(world: World) -> tuple[str, ...]:
    """What the organisation takes out of the list of known AI services, with its reason."""
    own = own_services(world.context.joined("ai_service").records)
    return tuple(sorted(f"{one.service}: {one.no_ai}" for one in own if one.no_ai is not None))
