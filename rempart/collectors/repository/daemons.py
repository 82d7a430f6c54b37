"""Configuration of nginx and sshd in a repository: files that include each other."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rempart.check import Gap, Observation
from rempart.errors import CollectError

if TYPE_CHECKING:
    from rempart.collectors.repository.worker import Desk

_AROUND = re.compile(r"(?:^|[\s;}])(?:http|stream|mail)\s*\{")  # what other files stand in


def nginx(desk: "Desk") -> Iterator[Observation | Gap]:
    """The TLS of nginx's files; a file that another includes is read where it stands."""
    from rempart.collectors.nginx_cleartext import cleartext
    from rempart.collectors.nginx_config import tls_versions

    texts = dict(desk.each(lambda path, raw: (path, raw.decode("utf-8", "replace"))))
    included: set[str] = set()
    for path in sorted(texts, key=lambda path: (not _AROUND.search(texts[path]), path)):
        if path in included:
            continue
        try:
            follow = _included(path, texts, included)
            yield from list(tls_versions(texts[path], path, follow))
            yield from list(cleartext(texts[path], path, follow))
        except CollectError as error:
            desk.gap(path, error.reason, str(error))


def sshd(desk: "Desk") -> Iterator[Observation | Gap]:
    """The settings of sshd's files, drop-ins with the file that includes them."""
    from rempart.collectors.sshd_config import settings

    texts = dict(desk.each(lambda path, raw: (path, raw.decode("utf-8", "replace"))))
    included: set[str] = set()
    for path in sorted(texts, key=lambda path: (PurePosixPath(path).name != "sshd_config", path)):
        if path not in included:
            for found in settings(texts[path], path, _included(path, texts, included)):
                yield dataclasses.replace(found, key=f"{path} {found.key}".strip())


def _included(
    origin: str, texts: dict[str, str], taken: set[str]
) -> Callable[[str], list[tuple[str, str]]]:
    """Which files of the repository an include means: those whose path ends like its pattern."""

    def included(pattern: str) -> list[tuple[str, str]]:
        steps = [step for step in pattern.split("/") if step not in ("", ".", "..")][-2:]
        if not steps or any(len(step) > 200 for step in steps):
            return []
        folder = str(PurePosixPath(origin).parent)
        tail = "/".join(steps) if len(steps) > 1 else f"{folder}/{steps[0]}".removeprefix("./")
        found = [path for path in sorted(texts) if PurePosixPath(path).match(tail)]
        taken.update(path for path in found if path != origin)
        return [(path, texts[path]) for path in found if path != origin]

    return included
