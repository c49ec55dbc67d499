"""The error tree: drawn as it is, each error with its advice."""

import inspect
import re

import pytest

from annexa.evidence import errors
from annexa.evidence.errors import AnnexaError, ConfigError, VaultError, storing

CLASSES = [item for item in vars(errors).values() if inspect.isclass(item) and issubclass(item, AnnexaError)]


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes():
    drawn = re.findall(r"^    (\W*)(\w+) +(\d) ", errors.__doc__, re.MULTILINE)
    depth = {name: len(lead) // 4 for lead, name, _ in drawn}
    assert {name: int(code) for _, name, code in drawn} == {item.__name__: item.exit_code for item in CLASSES}
    assert depth == {item.__name__: len(item.__mro__) - len(AnnexaError.__mro__) for item in CLASSES}


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_says_what_to_do(kind):
    error = kind("it broke", hint="mend it")
    assert "it broke" in str(error)
    assert error.lines()[-1] == "what to do: mend it"


def test_what_was_expected_stands_between(tmp_path):
    error = ConfigError("is a number", hint="quote it", expected="text", file="annexa.toml", line=3, field="isms.id")
    assert error.lines() == ["annexa.toml:3: isms.id: is a number", "expected: text", "what to do: quote it"]
    assert ConfigError("is empty", hint="fill it").lines()[0] == "is empty"


def test_a_refusal_of_the_system_names_the_path_it_is_about(tmp_path):
    with pytest.raises(VaultError, match=r"absent\.json: there is no such file"), storing(tmp_path):
        (tmp_path / "absent.json").read_bytes()
    with pytest.raises(VaultError, match="some other trouble"), storing(tmp_path):
        raise OSError(9999, "some other trouble")
