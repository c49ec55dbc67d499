"""Companies that answer one call otherwise: with an error that means something, or with a list that lacks a row."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from annexa.sandbox._errors import AwsError
from annexa.sandbox._faults import NEW_ENUM_VALUE
from annexa.sandbox._models import operation_model
from annexa.sandbox.aws_server import Question, World


class _Otherwise:
    """A world behind which another one stands."""

    def __init__(self, world: World, op: str) -> None:
        self._world, self._op = world, op
        self.now: datetime = world.now
        self.services: tuple[str, ...] = world.services
        self.caller, self.resolves = world.caller, world.resolves

    def _asked(self, question: Question) -> bool:
        return f"{question.service}:{question.operation}" == self._op


class Saying(_Otherwise):
    """Answers one operation with an error by which the vendor says that there is none: `Name` or `Name: words`."""

    def __init__(self, world: World, op: str, absence: str) -> None:
        super().__init__(world, op)
        self._code, _, self._words = absence.partition(": ")

    def answer(self, question: Question) -> dict[str, Any]:
        if self._asked(question):
            raise AwsError(self._code, self._words or "there is none", 404)
        return self._world.answer(question)


class Shortened(_Otherwise):
    """Leaves out the rows of one operation's list in which a field has a certain value."""

    def __init__(self, world: World, op: str, path: str, name: str, value: str) -> None:
        super().__init__(world, op)
        self._path, self._name, self._value = path, name, value

    def answer(self, question: Question) -> dict[str, Any]:
        whole = self._world.answer(question)
        if not self._asked(question):
            return whole
        return {**whole, self._path: [row for row in whole[self._path] if row.get(self._name) != self._value]}


def enum_paths(op: str) -> list[tuple[str, ...]]:
    """Every place in an operation's answer where the model lists the values; `*` stands for any item of a list."""
    service, operation = op.split(":", 1)
    shape = operation_model(service, operation).output_shape
    return sorted(_enums(shape, (), ())) if shape is not None else []


def _enums(shape: Any, path: tuple[str, ...], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if shape.name in above:
        return
    if shape.type_name == "string" and shape.enum:
        yield path
    elif shape.type_name == "structure" and not shape.is_document_type:
        for name, member in shape.members.items():
            yield from _enums(member, (*path, name), (*above, shape.name))
    elif shape.type_name == "list":
        yield from _enums(shape.member, (*path, "*"), (*above, shape.name))


def with_new_value(value: Any, path: tuple[str, ...]) -> Any:
    """The answer with a value that no documentation lists at one place, wherever there is one."""
    if not path:
        return NEW_ENUM_VALUE
    if path[0] == "*":
        return [with_new_value(item, path[1:]) for item in value]
    return {**value, path[0]: with_new_value(value[path[0]], path[1:])} if path[0] in value else value
