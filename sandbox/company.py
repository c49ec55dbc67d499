"""The make-believe company's AWS, made from its scenario file."""

from collections.abc import Collection

from annexa.sandbox._scenario import load_scenario
from annexa.sandbox.play import DateName, ScenarioName
from annexa.sandbox.world import AwsWorld


def aws_world(scenario: ScenarioName = "planted", date: DateName = "first", mended: Collection[int] = ()) -> AwsWorld:
    """Harbourline's AWS on one of its two days; rows of the planted company in `mended` are as in the clean one."""

    def wanted(overlay: str, row: int) -> bool:
        return scenario == "clean" or (row in mended) == (overlay == "clean")

    overlays = dict.fromkeys((scenario, f"{scenario} {date}", "clean"))
    return AwsWorld(load_scenario("harbourline_aws.yaml", date, overlays, wanted))
