"""YAML and JSON files of a repository, each read once: templates, manifests, charts' values.

What a file is, its content says: CloudFormation by its resources' types, Kubernetes by `apiVersion`
and `kind`. A template of a chart, or another text that is no YAML before it is rendered, is silence
and no error.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from posixpath import dirname
from typing import Final

from rempart.check import Gap, Observation
from rempart.collectors.repository import cloudformation, kubernetes
from rempart.collectors.repository.apart import Failed, apart, raised
from rempart.collectors.repository.kubernetes import helm
from rempart.collectors.repository.kubernetes.kustomize import NAMES
from rempart.collectors.tree import opened
from rempart.documents import Document, Limits, every
from rempart.errors import ContentErrors, Limited

LIMITS: Final = Limits(size=2_000_000, nodes=600_000, aliases=True)
_TEMPLATE: Final = re.compile(rb'AWSTemplateFormatVersion|["\']?Type["\']?\s*:\s*["\']?AWS::')
_OBJECT: Final = re.compile(
    rb'(?m)^(?:\xef\xbb\xbf)?[ \t-]*apiVersion[ \t]*:|["\']apiVersion["\']\s*:'
)
_RENDERED: Final = re.compile(rb"\{\{|\{%|<%")
HEAD: Final = 65_536  # bytes that tell what a long file is
_BETWEEN: Final = re.compile(rb"---(?:\s|$)")
MOST: Final = 200  # documents of a stream that are read one by one
_MARK: Final = b"<<<<<<<"


def content_of(root: Path, raw: bytes, cap: int) -> bytes:
    """The content of a file; nothing of one that is too long and does not begin like ours.

    Raises Limited where a manifest or template is longer than the cap.
    """
    with os.fdopen(opened(root, raw), "rb") as file:
        content = file.read(cap + 1)
    if len(content) <= cap:
        return content
    head = content[:HEAD]
    if _OBJECT.search(head) or _TEMPLATE.search(head):
        raise Limited(f"longer than {cap} bytes")
    return b""


class Surroundings:
    """What the other files' names tell of a file: whether it is of a chart or a kustomization."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._charts = helm.charts(paths)
        self._kustomized = {dirname(path) for path in paths if path.rpartition("/")[2] in NAMES}
        self.broken: dict[str, ContentErrors] = {}  # files of which only a part could be read

    def read(self, path: str, content: bytes) -> Sequence[Document]:
        """The documents of a file that is one of these formats; none where it is something else.

        Raises ContentErrors where it is meant to be one and cannot be read.
        """
        if not self._meant(path, content):
            return ()
        name = path
        if content.lstrip(b" \t\r\n\xef\xbb\xbf")[:1] == b"{" and not path.endswith(".json"):
            name = f"{path}.json"  # JSON may hold tabs
        try:
            return every(content, name, limits=LIMITS, tagged=True)
        except ContentErrors as errors:
            if _RENDERED.search(content) and _MARK not in content:
                return ()
            good = _one_by_one(content, name)
            if not good:
                raise
            self.broken[path] = errors
            return good

    def _meant(self, path: str, content: bytes) -> bool:
        if helm.in_chart(path, self._charts) and b"{{" in content:
            return False
        if _OBJECT.search(content) or _TEMPLATE.search(content):
            return True
        if path.endswith(".json"):
            return dirname(path) in self._kustomized
        name = path.rpartition("/")[2]
        return (
            name in NAMES
            or helm.is_values(path, self._charts)
            or dirname(path) in self._kustomized
            or any(dirname(path).startswith(f"{folder}/") for folder in self._kustomized)
        )

    def declared(
        self, files: Mapping[str, Sequence[Document]], failed: Failed = raised
    ) -> Iterator[Observation | Gap]:
        """Everything these files declare; `failed` hears of an error of ours in one of them."""
        for path, documents in files.items():
            for document in documents:
                yield from apart(cloudformation.declared(document, path), path, failed)
            if helm.is_values(path, self._charts):
                for document in documents[:1]:
                    yield from apart(helm.values(document, path), path, failed)
        yield from kubernetes.declared(files, failed)


def _one_by_one(content: bytes, name: str) -> tuple[Document, ...]:
    """The documents of a stream that can be read, each on the lines where it stands."""
    lines = content.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if _BETWEEN.match(line)]
    if not 0 < len(starts) <= MOST:
        return ()
    found: list[Document] = []
    for start, end in pairwise((0, *starts, len(lines))):
        piece = b"\n" * start + b"".join(lines[start:end])
        with suppress(ContentErrors):
            found += every(piece, name, limits=LIMITS, tagged=True)
    return tuple(one for one in found if one.value is not None)
