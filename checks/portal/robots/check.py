import re

from rempart.check import Figure, Result, notapplicable, unseen, verdict
from rempart.observations.http import Robots

TELLING = re.compile(
    r"(?:^|[/_.-])(?:admin(?:istration|istrator)?|phpmyadmin|back-?ups?|back-?office|bo|intranet"
    r"|internal|interne|private|prive|secrets?|exports?|dumps?|staging|recette|preprod|uploads?"
    r"|sql|bak|old)(?:[/_.*$-]|$)",
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
