"""What judging brings forth: items, results, statuses, findings, and the assessment that holds them.

The one place to import them from. Every value class is part of the published JSON; a value that may be missing is null
beside a reason.
"""

from annexa.mappings.result_assessment import Assessment, Headline, Input, PageOne
from annexa.mappings.result_controls import ControlResult, NeedResult, SystemShare
from annexa.mappings.result_findings import BlindSpot, Finding, Since
from annexa.mappings.result_items import Counts, InPeriod, ItemResult, Out, RuleResult

__all__ = [
    "Assessment",
    "BlindSpot",
    "ControlResult",
    "Counts",
    "Finding",
    "Headline",
    "InPeriod",
    "Input",
    "ItemResult",
    "NeedResult",
    "Out",
    "PageOne",
    "RuleResult",
    "Since",
    "SystemShare",
]
