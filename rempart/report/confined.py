"""A function called in a child process with bounded memory and time.

For templates that come from elsewhere: the sandbox keeps them from the machine, this keeps them
from eating it.
"""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from rempart.errors import RempartError, RenderError

T = TypeVar("T")
MEMORY = 1 << 30  # bytes of address space
SECONDS = 60


def call(
    function: Callable[..., T], *arguments: object, memory: int = MEMORY, seconds: int = SECONDS
) -> T:
    """What the function returns; raises RenderError when it exceeds memory (bytes) or seconds.

    Function and arguments must be picklable; its RempartErrors come back as RenderError.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    child = context.Process(
        target=_child, args=(there, memory, seconds, function, arguments), daemon=True
    )
    child.start()
    there.close()
    try:
        if not here.poll(seconds):
            raise RenderError(f"the template took more than {seconds} seconds")
        done, value = here.recv()
    except EOFError:
        raise RenderError("the template used more memory or time than it may") from None
    finally:
        here.close()
        child.kill()
        child.join()
        child.close()
    if not done:
        raise RenderError(value)
    answer: T = value
    return answer


def _child(
    back: Connection,
    memory: int,
    seconds: int,
    function: Callable[..., Any],
    arguments: tuple[object, ...],
) -> None:
    import resource  # POSIX only, and only the child needs it

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = (True, function(*arguments))
    except RempartError as error:
        answer = (False, str(error))
    except MemoryError:
        answer = (False, "the template used more memory than it may")
    back.send(answer)
