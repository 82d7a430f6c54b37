import re

from rempart.check import Figure, Result, verdict
from rempart.observations.http import Banners

VERSION = re.compile(r"\d+\.\d+")
SHOWN = 6


def check(banners: Banners) -> Result:
    # A proxy's Via names the version of HTTP, not its own.
    telling = [
        one
        for one in banners.shown
        if VERSION.search(re.sub(r"^via: (?:HTTP/)?[\d.]+ ", "via: ", one, flags=re.IGNORECASE))
    ]
    words = ", ".join(telling[:SHOWN]) + (", …" if len(telling) > SHOWN else "")
    facts: dict[str, Figure] = {"shown": words or "-"}
    return verdict(not telling, words or "no version", banners, facts=facts)
