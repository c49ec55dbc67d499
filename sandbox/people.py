"""The 240 people of the make-believe company, made from one seed; every vendor's view of them comes from here."""

import random
from dataclasses import dataclass
from functools import cache

DOMAIN = "harbourline.example"
SEED = 20260901


def _words(text: str) -> list[str]:
    return text.split()


_GIVEN = _words(
    "Ada Anton Bea Boris Carla Cem Dana David Edda Emil Fatima Felix Greta Gustav Hana Hugo Ida Ilya Jana Jonas Karla Kofi "
    "Lena Luca Mara Milan Nele Noor Olga Oskar Paula Petra Quirin Rana Rosa Sami Selma Tara Timo Uma Viktor Wanda Yara Zeno"
)
_FAMILY = _words(
    "Aalto Bakker Berg Castro Dahl Dubois Eder Farkas Fischer Garcia Haas Hansen Ito Jensen Kaya Keller Kowal Laine Lang "
    "Maier Moreau Nagy Novak Okafor Olsen Peeters Popov Ricci Rossi Sato Schmid Silva Sousa Tanaka Toth Urban Vega Weber Yilmaz"
)
_TEAMS = ("engineering", "planning", "operations", "customs", "sales", "finance", "data-science", "people")
_NAMED = (
    ("Ingrid Solheim", "security"), ("Tomas Brandt", "digital-products"), ("Pia Lindqvist", "data-science"),
    ("Nadia Farouk", "planning"), ("Pierre Lacombe", "integration"), ("Martin Keller", "data-science"),
)  # fmt: skip
LEAVER = "Jonas Okafor"
"""Left 45 days before the first of the two days; joined to accounts by an alias alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """One person at the company."""

    number: int
    name: str
    team: str
    mail: str
    """Work e-mail address."""
    aliases: tuple[str, ...] = ()
    """Other addresses of the same person."""
    left: bool = False
    """No longer employed."""
    microsoft: bool = False
    """Mail and files in Microsoft 365; otherwise in Google Workspace."""


@cache
def people() -> tuple[Person, ...]:
    """Everybody, in a fixed order: named office holders first, the leaver last."""
    chance = random.Random(SEED)  # noqa: S311  # make-believe
    names = [f"{given} {family}" for given in _GIVEN for family in _FAMILY]
    taken = {name for name, _ in _NAMED} | {LEAVER}
    drawn = [name for name in chance.sample(names, 320) if name not in taken][: 240 - len(_NAMED) - 1]
    pairs = [*_NAMED, *((name, chance.choice(_TEAMS)) for name in drawn), (LEAVER, "data-science")]
    return tuple(_person(number, name, team) for number, (name, team) in enumerate(pairs))


def person(name: str) -> Person:
    """The person of that name."""
    return next(one for one in people() if one.name == name)


def _person(number: int, name: str, team: str) -> Person:
    given, _, family = name.partition(" ")
    local = f"{given[0]}.{family}".lower() if (name, team) in _NAMED else f"{given}.{family}".lower()
    aliases = (f"{given[0]}{family}@{DOMAIN}".lower(),) if name == LEAVER else ()
    return Person(
        number=number, name=name, team=team, mail=f"{local}@{DOMAIN}", aliases=aliases, left=name == LEAVER,
        microsoft=number % 2 == 1,
    )  # fmt: skip
