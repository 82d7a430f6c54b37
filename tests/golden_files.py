"""Golden files: compared in tests, rewritten when REMPART_GOLDEN=write (`nox -s golden`)."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def same_as_golden(name: str, content: str) -> bool:
    """Whether the content is the golden file's; written first when that was asked for."""
    file = FOLDER / name
    if os.environ.get("REMPART_GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        file.write_text(content, encoding="utf-8", newline="")
    return file.read_bytes() == content.encode()
