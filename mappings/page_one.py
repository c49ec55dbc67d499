"""What a reader must know before the statuses."""

from annexa.mappings.exceptions import Exceptions
from annexa.mappings.results import PageOne
from annexa.mappings.world import World
from annexa.schemas.words import Reason


def page_one(world: World, accepted: Exceptions, what_if: tuple[str, ...]) -> PageOne:
    """Everything that people decided about the judging itself, and what lies outside of it."""
    parameters, vendors = world.supplied.parameters, world.vendors
    excluded = {unread for unread in world.unreads if unread.reason is Reason.EXCLUDED}
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
        excluded_scopes=tuple(sorted({f"{one.source} {one.scope}: {one.detail}" for one in excluded})),
        not_connected=tuple(f"{vendor}: {where}" for vendor, where in sorted(vendors.in_use.items())),
        not_used=tuple(
            f"{vendor}, as far as these {vendors.sources} sources show" for vendor in sorted(vendors.unused)
        ),
        what_if=what_if,
    )
