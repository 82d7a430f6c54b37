"""What OpenLDAP's ppm module demands of a password, from the arguments its policy holds.

Source: ppm.5 of OpenLDAP 2.6: `minQuality` counts the classes of which enough characters stand
(`minForPoint`), `class-NAME characters min minForPoint max` may make one of them a must.
"""

from typing import Any, Final

from rempart.check import Unknown
from rempart.errors import Reason

NOTHING: Final[dict[str, Any]] = {
    "min_classes": 0,
    "lower": 0,
    "upper": 0,
    "digits": 0,
    "specials": 0,
    "dictionary": False,
}
CLASSES: Final = {
    "class-lowercase": "lower",
    "class-uppercase": "upper",
    "class-digit": "digits",
    "class-special": "specials",
}
LONGEST: Final = 20_000


def demanded(arguments: str) -> dict[str, Any]:
    """The rules of the module; unknown where they stand in a file on the server."""
    if not arguments or len(arguments) > LONGEST:
        theirs = Unknown(Reason.UNRESOLVED, "the check module of the policy decides")
        return {**NOTHING, "min_classes": theirs, "dictionary": theirs}
    found = dict(NOTHING)
    for line in arguments.splitlines():
        words = line.split()
        name = words[0].lower() if words else ""
        if name == "minquality" and len(words) > 1:
            found["min_classes"] = min(4, _whole(words[1]))
        elif name == "usecracklib" and len(words) > 1:
            found["dictionary"] = words[1] == "1"
        elif name in CLASSES and len(words) > 3:
            found[CLASSES[name]] = _whole(words[2])
    return found


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
