"""The make-believe company, one function per vendor that has landed."""

from typing import Literal

from annexa.sandbox._scenario import load_scenario
from annexa.sandbox.world import AwsWorld

ScenarioName = Literal["planted", "clean"]
DateName = Literal["first", "second"]


def aws_world(scenario: ScenarioName = "planted", date: DateName = "first") -> AwsWorld:
    """Harbourline's AWS: with the planted facts or mended, on the first or the second day of collection."""
    return AwsWorld(load_scenario("harbourline_aws.yaml", date, (scenario, f"{scenario} {date}")))
