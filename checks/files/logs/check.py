from collections.abc import Iterator

from rempart.check import Result
from rempart.judge.texts import held
from rempart.observations.documents import FilesRead


def check(read: FilesRead, *, min_valid: int = 5, one_in: int = 100_000) -> Iterator[Result]:
    return held(read, ("log",), min_valid, one_in)
