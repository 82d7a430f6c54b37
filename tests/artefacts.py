"""Artefacts recorded from real tools, and what is told of bytes."""

import io
from pathlib import Path

from rempart.collectors.artefacts.kinds import Kind
from rempart.collectors.artefacts.recognition import first_and_last, kind

RECORDED = Path(__file__).parent / "recorded" / "artefacts"


def told(data: bytes, name: str = "a") -> Kind:
    head, tail = first_and_last(io.BytesIO(data), len(data))
    return kind(head, name, tail, len(data))


def recorded(name: str) -> Kind:
    return told((RECORDED / name).read_bytes(), name)
