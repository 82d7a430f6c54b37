"""A folder on another host: the sources that read files are sent there, counts come back."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from rempart.check import Gap, Observation
from rempart.collectors import sent
from rempart.collectors.files.visit import BRINGS
from rempart.errors import Reason, Truncated, collect_error
from rempart.transport.access import Access

PROGRAM: Final = sent.Program(
    start="collectors.files.on_host",
    modules=(
        *sent.VOCABULARY,
        *sent.below("observations.identifiers"),
        "observations.backups",
        "observations.datastores",
        "observations.documents",
        "judge.identifiers",
        *(f"collectors.{name}" for name in ("entropy", "packing", "sendable", "text", "tree")),
        "collectors.values",
        *sent.below("collectors.artefacts"),
        *sent.below("collectors.files", but=("remote", "pdf_child", "on_host")),
    ),
    of="the files",
    python=(3, 10),
)
_TYPES: Final[dict[str, type[Observation | Gap]]] = {
    **{type_.__name__: type_ for type_ in BRINGS},
    "Gap": Gap,
}


class Reply(msgspec.Struct, frozen=True):
    """What a host answers; each thing with the name of its type."""

    seen: tuple[tuple[str, dict[str, Any]], ...] = ()
    missing: tuple[Reason, str] | None = None


def below(
    subject: Any,  # noqa: ANN401
    access: Access,
    apart: Iterable[str] = (),
) -> Iterator[Observation | Gap]:
    """What lies below a folder on its host, less the folders `apart`. Raises CollectError."""
    host = access.inventory.by_id[subject.on]
    order = {"path": str(subject.path), "seconds": sent.seconds(access), "apart": sorted(apart)}
    yield from replied(sent.said(PROGRAM, order, access, host))


def replied(said: Any) -> Iterator[Observation | Gap]:  # noqa: ANN401
    """What the host's answer says. Raises CollectError: its own reason, or Truncated."""
    reply = sent.told(said, Reply)
    if reply.missing is not None:
        raise collect_error(*reply.missing)
    for name, fields in reply.seen:
        if name not in _TYPES:
            raise Truncated(sent.GARBLED)
        yield sent.told(fields, _TYPES[name])
