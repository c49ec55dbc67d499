"""An earlier run that should be heard and is not here: what needs it is unknown by name, nothing is guessed."""

from collections.abc import Iterable, Mapping

import msgspec

from annexa.mappings.results import Input
from annexa.mappings.rule import ControlNeeds
from annexa.mappings.verdicts import Found
from annexa.schemas.words import Reason, Strength

CURE = "Put the run back into the vault as it was sealed, then judge again: annexa assess"
OPERATING_ONLY = (Strength.OPERATING,)


class MissingRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run that another run or an assessment names, and that is not in the vault or does not verify."""

    id: str
    says: str
    """Who names it, and what is wrong with it."""
    sha256: str | None = None
    """Digest of its statement, as it was named."""
    here: bool = False
    """Whether something lies under its name, which does not verify."""
    previous: bool = False
    """Whether it is the run right before the one that is judged."""
    in_period: bool = False
    """Whether it lies in the period of the assessment."""

    @property
    def reason(self) -> Reason:
        """Why it cannot be heard."""
        return Reason.INVALID_ANSWER if self.here else Reason.NOT_SUPPLIED

    def input(self) -> Input:
        """How the assessment lists it."""
        return Input(what="missing_run", id=self.id, sha256=self.sha256)

    def __str__(self) -> str:
        return f"run {self.id}: {self.says}"


def need_it(run: MissingRun, found: Mapping[str, Found], needs: Iterable[ControlNeeds]) -> list[str]:
    """Rules that cannot say all that they should without the run: what failed before, dates, the course of a period."""
    names = {name for name, one in found.items() if one.needs_history}
    if run.in_period:
        asked = (need for control in needs for need in control.needs if need.accepts == OPERATING_ONLY)
        names |= {name for need in asked for name in need.rules if name in found}
    return sorted(names)
