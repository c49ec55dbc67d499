"""The settings dictionary: no value is understood that its vendor did not explain."""

from pathlib import Path
from typing import Any

import pytest

from annexa.evidence.errors import ConfigError
from annexa.evidence.fact import ABSENT, Missing, unread
from annexa.mappings.settings import load_settings
from annexa.schemas.words import State

SHIPPED = load_settings()
RETENTION = "aws.bedrock.data_retention"


@pytest.mark.parametrize(
    ("name", "value", "understood"),
    [
        (RETENTION, "none", "none"),
        (RETENTION, "aws_review", "aws_review"),
        (RETENTION, "provider_data_share", "provider_data_share"),
        (RETENTION, "inherit", State.AMBIGUOUS),
        (RETENTION, "default", State.AMBIGUOUS),
        (RETENTION, "NONE", State.UNKNOWN_VALUE),
        (RETENTION, "keep_a_while", State.UNKNOWN_VALUE),
        (RETENTION, True, State.UNKNOWN_VALUE),
        (RETENTION, ("none",), State.UNKNOWN_VALUE),
        ("aws.organizations.ai_services_opt_out", "opted_out", "opted_out"),
        ("aws.organizations.ai_services_opt_out", "optOut", State.UNKNOWN_VALUE),
        ("aws.organizations.bedrock_policy", ("arn:guardrail:1",), ("arn:guardrail:1",)),
        ("aws.organizations.bedrock_policy", "arn:guardrail:1", State.UNKNOWN_VALUE),
        ("openai.data_retention", "none", State.UNKNOWN_VALUE),
    ],
)
def test_what_a_value_means(name: str, value: Any, understood: Any) -> None:
    found = SHIPPED.understand(name, value)
    if isinstance(understood, State):
        assert isinstance(found, Missing)
        assert found.state is understood
        assert found.why
    else:
        assert found == understood


@pytest.mark.parametrize("value", [ABSENT, unread("denied")])
def test_what_is_not_there_stays_what_it_is(value: Missing) -> None:
    assert SHIPPED.understand(RETENTION, value) is value


def test_the_vendors_word_is_kept() -> None:
    found = SHIPPED.understand(RETENTION, "inherit")
    assert isinstance(found, Missing)
    assert found.raw == "inherit"


def test_every_setting_of_a_vendor_names_its_page_and_every_entry_its_sentence() -> None:
    for name, entry in SHIPPED.settings.items():
        assert entry.says.endswith("."), name
        assert entry.type == "switch" or not name.startswith("aws.") or (entry.page or "").startswith("https://")


def test_an_order_comes_from_the_setting_or_its_scale() -> None:
    assert SHIPPED.order_of(RETENTION) == ("provider_data_share", "aws_review", "none")
    assert SHIPPED.order_of("aws.bedrock.prompt_attack_strength") == ("NONE", "LOW", "MEDIUM", "HIGH")
    assert SHIPPED.order_of("aws.bedrock.guardrail_exclusions") == ()


def test_the_values_of_data_retention_are_those_of_the_vendors_own_model() -> None:
    session = pytest.importorskip("botocore.session", reason="needs the extra aws")
    shape = session.get_session().get_service_model("bedrock").operation_model("GetAccountDataRetention").output_shape
    assert set(shape.members["mode"].enum) == set(SHIPPED.settings[RETENTION].values)


def test_the_scale_of_filter_strength_is_the_vendors() -> None:
    session = pytest.importorskip("botocore.session", reason="needs the extra aws")
    shape = session.get_session().get_service_model("bedrock").shape_for("GuardrailFilterStrength")
    assert set(shape.enum) == set(SHIPPED.scales["filter_strength"].order)


KNOWN = "{meaning: known, says: x}"


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ("{type: choice, says: x}", "values"),
        ("{type: flag, says: x, values: {a: " + KNOWN + "}}", "values"),
        ("{type: choice, says: x, values: {a: " + KNOWN + "}, order: [b]}", "order"),
        ("{type: choice, says: x, values: {a: {meaning: ambiguous, says: x}}, order: [a]}", "order"),
        ("{type: choice, says: x, values: {a: " + KNOWN + "}, scale: nowhere}", "scale"),
        ("{type: choice, says: x, values: {a: " + KNOWN + "}, default: b}", "default"),
        ("{type: flag, says: x, default: off}", "default"),
        ("{type: flag}", ""),
    ],
)
def test_a_wrong_entry_is_refused_by_name(tmp_path: Path, entry: str, field: str) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(f"settings:\n  ai.thing: {entry}\n", "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(file)
    assert str(file) in caught.value.message
    assert field in (caught.value.field or "")


def test_a_vendors_setting_without_its_page_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("settings:\n  vendor.thing: {type: flag, says: x}\n", "utf-8")
    with pytest.raises(ConfigError, match="page"):
        load_settings(file)


def test_each_vendor_has_a_file_of_its_own_and_no_setting_stands_twice(tmp_path: Path) -> None:
    entry = "{type: flag, says: x, page: https://vendor.example}"
    (tmp_path / "settings.yaml").write_text(f"settings:\n  one.thing: {entry}\n", "utf-8")
    (tmp_path / "settings_two.yaml").write_text(f"settings:\n  two.thing: {entry}\n", "utf-8")
    assert set(load_settings(tmp_path / "settings.yaml").settings) == {"one.thing", "two.thing"}
    (tmp_path / "settings_three.yaml").write_text(f"settings:\n  two.thing: {entry}\n", "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path / "settings.yaml")
    assert caught.value.field == "two.thing"
