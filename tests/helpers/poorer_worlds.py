"""Companies that answer one call otherwise: with an error that means something, or with a list that lacks a row."""

from datetime import datetime
from typing import Any

from annexa.sandbox._errors import AwsError
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
