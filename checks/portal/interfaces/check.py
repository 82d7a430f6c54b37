from collections.abc import Iterator

from rempart.check import Result
from rempart.judge.exposed import INTERFACES, of_kinds
from rempart.observations.http import ExposedFile


def check(files: tuple[ExposedFile, ...]) -> Iterator[Result]:
    yield from of_kinds(files, INTERFACES)
