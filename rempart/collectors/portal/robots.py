"""robots.txt, read for the paths it names (RFC 9309)."""

import re
from typing import Final

from rempart.check import Reason, Unknown
from rempart.collectors.portal.pages import BUSY, Answer, text, values
from rempart.collectors.text import clean
from rempart.observations.http import Robots

PLACE: Final = "/robots.txt"
_CAP: Final = 65_536
_RULE: Final = re.compile(r"\s{0,20}disallow\s{0,20}:\s{0,20}(/[^\s#]{1,300})", re.IGNORECASE)


def robots(answer: Answer) -> Robots:
    """The paths named; a page in its place is no robots.txt."""
    url = clean(answer.url)
    if answer.leaves or answer.status in BUSY:
        unseen = Unknown(Reason.REFUSED, f"answered {answer.status}")
        return Robots(unseen, key="robots.txt", source=url)
    page = "html" in " ".join(values(answer, "content-type")).lower()
    lines = [] if page or answer.status != 200 else text(answer)[:_CAP].splitlines()
    named = [clean(rule[1], 200) for line in lines if (rule := _RULE.match(line))]
    known = any(re.match(r"\s{0,20}(?:user-agent|sitemap)\s{0,20}:", line, re.I) for line in lines)
    return Robots(
        bool(known or named), tuple(dict.fromkeys(named))[:200], key="robots.txt", source=url
    )
