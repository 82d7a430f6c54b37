"""Which files Ansible may read, by their names alone."""

import re
from pathlib import PurePosixPath
from typing import Final

VARIABLES: Final = ("group_vars", "host_vars")
_INI: Final = re.compile(r"(?:hosts|inventory)(?:[._-][\w.-]*)?|.+\.(?:ini|inventory|hosts)", re.I)


def may_be(path: str) -> bool:
    """Whether a file's name lets it be one of Ansible's."""
    pure = PurePosixPath(path)
    if pure.suffix.lower() in (".yml", ".yaml", ".cfg", ".ini"):
        return True
    if any(part in VARIABLES for part in pure.parts[:-1]):
        return pure.suffix in ("", ".json")
    named = any("inventor" in part.lower() or part == "environments" for part in pure.parts[:-1])
    return bool(_INI.fullmatch(pure.name)) and (
        named or pure.name in ("hosts", "hosts.ini", "inventory", "inventory.ini")
    )
