"""What is read apart: an error of ours in one template or manifest costs no other one."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from rempart.check import Gap, Observation

Failed: TypeAlias = Callable[[str, Exception], None]


def raised(_path: str, error: Exception) -> None:
    """Let an error through: for readers of a single file."""
    raise error


def apart(
    seen: Iterable[Observation | Gap], path: str, failed: Failed
) -> Iterator[Observation | Gap]:
    """What is seen of one thing in a file; `failed` hears of what stopped its reader."""
    try:
        yield from seen
    except Exception as error:  # noqa: BLE001  (our own fault, whatever it is)
        failed(path, error)
