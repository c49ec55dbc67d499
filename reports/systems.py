"""What meets a need, told by registered AI system: a need is met only when it is met for every one of them."""

from collections.abc import Iterable, Iterator

from annexa.mappings.results import NeedResult, SystemShare
from annexa.reports._text import paragraph
from annexa.reports.words import number, say
from annexa.schemas.words import Verdict

FEW = 6
"""Systems of one need that are told; the others are counted, those in which nothing is wrong first."""


def lines(needs: Iterable[NeedResult], width: int, *, everything: bool) -> Iterator[str]:
    """One block for each need of which items belong to a registered AI system; nothing where no system is registered."""
    told = [need for need in needs if any(share.id is not None for share in need.systems)]
    if told:
        yield ""
        yield "By registered AI system"
    for need in told:
        yield from paragraph(need.says, width, indent=2, first=f"{need.id}: ")
        ranked = sorted(need.systems, key=_worst_first)
        shown = ranked if everything else ranked[:FEW]
        for share in shown:
            yield from paragraph(f"{share.name}: {_counts(share)}", width, indent=4)
        if len(ranked) > len(shown):
            yield f"    and {number(len(ranked) - len(shown), 'more system')}; add --all"
        if need.systems_silent:
            yield f"    no item about {number(need.systems_silent, 'further registered system')}"


def _counts(share: SystemShare) -> str:
    counts = (share.failed, share.unknown, share.shown, share.passed)
    by_verdict = zip((Verdict.FAIL, Verdict.UNKNOWN, Verdict.SHOWN, Verdict.PASS), counts, strict=True)
    return ", ".join(f"{count:,} {say(verdict)}" for verdict, count in by_verdict if count)


def _worst_first(share: SystemShare) -> tuple[bool, bool, bool, str]:
    return share.id is None, not share.failed, not share.unknown, share.name
