from collections.abc import Iterator

from rempart.check import Result
from rempart.judge.texts import held, sure
from rempart.observations.documents import FilesRead
from rempart.observations.identifiers.catalogue import PERSONAL

PLACES = ("temporary",)


def check(
    read: FilesRead,
    *,
    identifiers: tuple[str, ...] = PERSONAL,
    min_valid: int = 5,
    one_in: int = 100_000,
) -> Iterator[Result]:
    yield from held(read, PLACES, sure(identifiers, min_valid, one_in))
