"""Which servers of an nginx configuration answer in clear, and which lead to TLS.

Source: nginx.org, ngx_http_core_module (listen: `*:80` where none is written),
ngx_http_rewrite_module.
"""

import re
from collections.abc import Iterator
from typing import Final

from rempart.check import Seen, Vantage, all_of
from rempart.collectors.nginx_config import Directive, Included, blocks
from rempart.collectors.text import clean
from rempart.errors import Reason
from rempart.observations.transit import Transit
from rempart.unknown import Unknown

LOOPBACK: Final = re.compile(r"(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost)(?::\d+)?|unix:.*")
REFUSALS: Final = frozenset({"400", "403", "404", "410", "421", "426", "444"})


def cleartext(text: str, file: str, included: Included | None = None) -> Iterator[Transit]:
    """Each server that listens without TLS, by its name; of one name all must lead to TLS."""
    found: dict[str, list[tuple[Seen[bool], Directive]]] = {}
    for name, block in blocks(text, file, included):
        if _listens_in_clear(block):
            found.setdefault(name, []).append(_led(block))
    for name, facts in found.items():
        fact = all_of(*(one == True for one, _ in facts))  # noqa: E712  (three-valued)
        place = next((one for value, one in facts if value is not True), facts[0][1])
        words = clean(" ".join((place.name, *place.arguments)), 100)
        yield Transit(
            "web server",
            fact,
            words,
            key=name,
            vantage=Vantage.DECLARED,
            source=place.file,
            line=place.line,
            end_line=place.line,
        )


def _listens_in_clear(block: Directive) -> bool:
    if any(one.arguments == ("on",) for one in block.all("ssl")):
        return False
    listens = block.all("listen")
    if not listens:
        return True
    return any(
        not {"ssl", "quic", "udp"}.intersection(one.arguments)
        and one.arguments
        and not LOOPBACK.fullmatch(one.arguments[0])
        for one in listens
    )


def _led(block: Directive) -> tuple[Seen[bool], Directive]:
    """Whether whoever comes in clear is led to TLS or refused, and the line that decides."""
    inside = [block, *(one for one in block.all("location") if one.arguments[-1:] == ("/",))]
    for around in inside:
        for one in around.inside:
            if _leads(one):
                return True, one
    for one in block.all("if"):
        if "$scheme" in " ".join(one.arguments) and any(_leads(inner) for inner in one.inside):
            return True, one
    for one in block.all("include"):
        name = " ".join(one.arguments)
        if not name.endswith(("mime.types", "_params")):
            return Unknown(Reason.UNRESOLVED, f"include {clean(name, 60)} is not followed"), one
    listens = [one for one in block.all("listen") if "ssl" not in one.arguments]
    return False, listens[0] if listens else block


def _leads(one: Directive) -> bool:
    words = one.arguments
    if one.name == "return" and words:
        target = words[1] if len(words) > 1 else words[0]
        return target.lower().startswith("https://") or (len(words) == 1 and words[0] in REFUSALS)
    return one.name == "rewrite" and len(words) > 1 and words[1].lower().startswith("https://")
