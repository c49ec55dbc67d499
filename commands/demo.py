"""`annexa demo`: the whole way on the make-believe company, two runs on two fixed dates. No account is needed."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from annexa.commands._place import Here
    from annexa.evidence.keys import SigningKey
    from annexa.mappings.results import Assessment


@click.command()
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("annexa-demo"),
    show_default=True,
    help="New folder for the demo.",
)
@click.option("--scenario", type=click.Choice(["planted", "clean"]), default="planted", show_default=True,
              help="The company with planted faults, or with all of them mended.")  # fmt: skip
@click.pass_context
def command(ctx: click.Context, into: Path, scenario: Any) -> int:
    """Collect a make-believe company twice over real HTTP on this machine, seal, judge and show what was found.

    Everything stays in one folder, with a throw-away key. Every output is marked `sandbox`.
    """
    from annexa import runner
    from annexa.commands.gaps import render
    from annexa.reports.opened import open_assessment
    from annexa.sandbox import demo

    key, redaction = _prepare(into, scenario)
    made: list[Assessment] = []
    for date in demo.DATES:
        with demo.playing(scenario, date) as company:
            place = _here(into, scenario, company.sources)
            made.append(_one_day(place, company, key, redaction))
    opened = open_assessment(place.vault(), made[-1].assessment_id)
    click.echo(render(opened, "table"))
    click.echo(_next_steps(into, made[-1]))
    return runner.exit_code(made[-1])


def _prepare(into: Path, scenario: Any) -> "tuple[SigningKey, bytes]":
    from annexa.evidence import keys
    from annexa.evidence.errors import UsageError, storing
    from annexa.sandbox import demo

    if into.exists() and any(into.iterdir()):
        raise UsageError(f"{into} exists already", hint="remove it, or give another folder with --into")
    with storing(into):
        into.mkdir(parents=True, exist_ok=True)
        demo.write_registers(into / "registers", scenario)
        (into / "annexa.toml").write_text(_config_text(demo.settings(scenario)), encoding="utf-8")
    return keys.generate(into / "signing-key.pem"), keys.redaction_key(into / "redaction-key")


def _config_text(settings: dict[str, Any]) -> str:
    from annexa.sandbox.demo import ORGANISATION

    parameters = "".join(f"{name} = {value}\n" for name, value in settings["parameters"].items())
    off = "".join(f'\n[[rules_off]]\nrule = "{row["rule"]}"\n' for row in settings["rules_off"])
    return (
        f'registers = "registers"\nvault = "vault"\n\n[organisation]\nid = "{ORGANISATION[0]}"\nname = "{ORGANISATION[1]}"\n\n'
        f'[keys]\nsigning = "signing-key.pem"\nredaction = "redaction-key"\n\n[parameters]\n{parameters}{off}'
    )


def _here(into: Path, scenario: Any, sources: tuple[dict[str, Any], ...]) -> "Here":
    import msgspec

    from annexa.commands._config import read
    from annexa.commands._place import Here

    config, base = read(into / "annexa.toml")
    assert config is not None  # noqa: S101  # it was written above
    config = msgspec.structs.replace(config, sources=sources)
    return Here(config=config, base=base, vault_path=into / "vault")


def _one_day(place: "Here", company: Any, key: "SigningKey", redaction: bytes) -> "Assessment":
    from annexa import runner
    from annexa.commands._connect import Lent, connect
    from annexa.commands._progress import Progress
    from annexa.evidence.clock import VirtualClock
    from annexa.evidence.manifest import Organisation
    from annexa.evidence.vault import new_id

    clock = VirtualClock(company.now)
    run_id = new_id(clock.now())
    lent = Lent(
        clock=clock, run_id=run_id, pacing=False, sandbox=True, prepare=company.prepare, environment=company.environment
    )
    connected = connect(place, lent)
    config = place.needed()
    with Progress() as progress:
        manifest, _ = runner.collect(
            runner.Order(
                organisation=Organisation(id=config.organisation.id, name=config.organisation.name),
                vault=place.vault(create=True), key=key, redaction=redaction, sources=connected.pairs,
                cannot=connected.cannot, registers=connected.registers, clock=clock, noted=progress.noted, run_id=run_id,
            )
        )  # fmt: skip
    return runner.assess(place.vault(), manifest.run_id, key=key, isms=config.isms[0].id)


def _next_steps(into: Path, made: "Assessment") -> str:
    from shlex import quote

    config = quote(str(into / "annexa.toml"))
    run = quote(str(into / "vault" / "runs" / made.run_ids[0]))
    public = quote(str((into / "signing-key.pub.pem").absolute()))
    return (
        f"\nLook further:\n  annexa --config {config} explain A.8.15\n"
        f"Check the evidence, with annexa and without it:\n"
        f"  annexa --config {config} verify\n"
        f"  (cd {run} && sha256sum --quiet --strict -c SHA256SUMS)\n"
        f"  (cd {run} && openssl dgst -sha256 -verify {public} -signature verify/statement.sig verify/statement.pae)"
    )
