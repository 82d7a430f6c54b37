"""A place of backups looked into on its own host, by that host's Python: what is seen comes back.

Nothing is written there. What is sent is these very sources, beside the standard library alone.
"""

import json
from pathlib import Path
from typing import Any

from rempart.collectors.backups.looking import Look
from rempart.collectors.sendable import plain
from rempart.errors import CollectError

LISTS = {
    "BackupRepository": "repositories",
    "Artefact": "artefacts",
    "StoredKey": "keys",
    "KeyReference": "references",
    "Gap": "gaps",
}


def answer(order: dict[str, Any]) -> str:
    """What lies at the path the order names, as JSON: lists by type, or why there is nothing."""
    secret = bytes.fromhex(order["secret"])
    look = Look(Path(order["path"]), order["seconds"], secret, order.get("only", ""))
    told: dict[str, Any] = {}
    try:
        if not look.root.exists():
            told["missing"] = ["unreachable", "no such file or folder on the host"]
            return json.dumps(told)
        for sight in look.sights():
            told.setdefault(LISTS[type(sight).__name__], []).append(plain(sight))
    except CollectError as error:
        told["missing"] = [error.reason.value, str(error)]
    return json.dumps(told)
