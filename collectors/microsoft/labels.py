"""The sensitivity labels that the organisation has; whether one is published, and to whom, Graph does not say."""

from collections.abc import Iterator

from annexa.collectors.microsoft._api import listed
from annexa.collectors.microsoft._reading import every, text
from annexa.evidence.call import collects
from annexa.evidence.handle import Handle
from annexa.evidence.kinds import Label

LABELS = listed("/security/dataSecurityAndGovernance/sensitivityLabels", "SensitivityLabel.Read", top=None)


@collects(Label, LABELS, per="source")
def sensitivity_labels(handle: Handle) -> Iterator[Label]:
    """One record per label."""
    for item in every(handle, LABELS):
        yield Label(subject=item["id"], name=text(item, "name"))
