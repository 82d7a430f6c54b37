import re

from rempart.check import Figure, Result, notapplicable, unseen, verdict
from rempart.observations.http import Robots

TELLING = re.compile(
    r"admin|back-?(?:up|office)|intranet|interne|private|priv[eé]|secret|export|dump|staging|recette"
    r"|preprod|phpmyadmin|upload|patient|assur|\.(?:sql|zip|bak|old)\b",
    re.IGNORECASE,
)
SHOWN = 6


def check(robots: Robots) -> Result:
    present = robots.present == True  # noqa: E712  (three-valued)
    if unseen(present):
        return verdict(present, "not seen", robots)
    if not present:
        return notapplicable("no robots.txt", robots)
    telling = [path for path in robots.named if TELLING.search(path)]
    words = ", ".join(telling[:SHOWN]) + (", …" if len(telling) > SHOWN else "")
    facts: dict[str, Figure] = {"paths": words or "-"}
    return verdict(not telling, words or "no telling path", robots, facts=facts)
