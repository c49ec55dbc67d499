"""The exit code that an assessment asks for.

====  ======================================================================================
0     none of the following
1     a gap or something stale; with `strict` also what people have yet to decide or supply
3     a curable blind spot that no limitation covers, an unproved visibility, an unknown value or
      invalid answer, or an internal error; it outranks 1
====  ======================================================================================
"""

from collections.abc import Collection, Iterator

from annexa.mappings.pack import RulePack
from annexa.mappings.results import Assessment, BlindSpot
from annexa.schemas.words import NeedState, Reason, Status, UnknownReason, UnmetReason

FAIL_ON = (
    "gap", "stale", "gap_accepted", "below_default", "criterion_unset", "ambiguous_value", "missing", "blind_spot",
    "internal_error",
)  # fmt: skip
"""What `--fail-on` can name; the words are those of the assessment."""
UNCLEAN = ("blind_spot", "internal_error")
PLAIN = ("gap", "stale")
ALWAYS = (Reason.VISIBILITY_UNPROVED, Reason.INVALID_ANSWER)


def exit_code(
    assessment: Assessment, pack: RulePack, *, strict: bool = False, fail_on: Collection[str] | None = None
) -> int:
    """3, 1 or 0. `fail_on` narrows what counts to the words given; `pack` tells which rules exist."""
    seen = {word for word in _words(assessment, pack) if fail_on is None or word in fail_on}
    if seen & set(UNCLEAN):
        return 3
    counts = set(FAIL_ON) if strict or fail_on is not None else set(PLAIN)
    return 1 if seen & counts else 0


def _words(assessment: Assessment, pack: RulePack) -> Iterator[str]:
    if any(_counts(spot) for spot in assessment.blind_spots):
        yield "blind_spot"
    if assessment.internal_errors:
        yield "internal_error"
    known = [rule for rule in assessment.rules if rule.rule in pack.rules]
    if any(rule.stale for rule in known):
        yield "stale"
    if any(rule.reason is UnknownReason.AMBIGUOUS_VALUE for rule in known):
        yield "ambiguous_value"
    for control in assessment.controls:
        if control.status in (Status.GAP, Status.GAP_ACCEPTED, Status.BELOW_DEFAULT, Status.STALE):
            yield str(control.status)
        for need in control.needs:
            if need.reason is UnmetReason.CRITERION_UNSET:
                yield "criterion_unset"
            if need.state is NeedState.MISSING:
                yield "missing"


def _counts(spot: BlindSpot) -> bool:
    """Whether somebody could cure it and nobody said that it may stay; what the organisation excluded is said so."""
    if spot.limitation is not None or spot.reason is Reason.EXCLUDED or not spot.rules:
        return False
    return spot.curable or spot.reason in ALWAYS
