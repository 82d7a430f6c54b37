"""What answers give away of the inside: traces of errors, names and versions of software."""

import re
from collections.abc import Iterable
from typing import Final

from rempart.collectors.portal.markup import elements
from rempart.collectors.portal.pages import Answer, text, values
from rempart.collectors.text import clean
from rempart.observations.http import Banners, ErrorPage

_CAP: Final = 256 * 1024
_NAMING: Final = (
    *("server", "x-powered-by", "x-aspnet-version", "x-aspnetmvc-version", "x-generator"),
    *("x-runtime", "x-drupal-cache", "x-jenkins", "x-php-version", "via"),
)
# Bounded repeats only: the text searched is the target's.
_TRACES: Final = (
    ("Python", r"Traceback \(most recent call last\)"),
    (
        "Django, debugging",
        r"You(?:'|&#x27;|&#39;)re seeing this error because you have <code>DEBUG",
    ),
    ("Werkzeug, debugging", r"The debugger caught an exception|__debugger__=yes|Werkzeug Debugger"),
    ("Java", r"(?:^|\n|&#10;|>|\s)\s{0,8}at [\w$.]{3,200}\([\w$]{1,100}\.java:\d{1,6}\)"),
    ("Spring", r'"trace"\s{0,4}:\s{0,4}"[\w.$]{3,200}(?:Exception|Error)'),
    ("ASP.NET", r"\[\w{1,80}Exception(?: \(0x[0-9a-fA-F]+\))?: |<title>Runtime Error</title>"),
    ("ASP.NET", r"\n\s{0,8}at [\w.<>`]{3,200}\([^()\n]{0,200}\) in [A-Za-z]:\\"),
    ("PHP", r"<b>(?:Fatal error|Warning|Notice|Parse error)</b>:\s"),
    ("PHP", r"PHP (?:Fatal error|Warning|Parse error): "),
    (
        "Laravel, debugging",
        r"Whoops, looks like something went wrong|laravel-ignition|\"facade/ignit",
    ),
    ("Symfony, debugging", r"sf-dump|Symfony Exception|class=\"exception-summary"),
    (
        "Ruby on Rails, debugging",
        r"<title>Action Controller: Exception caught</title>|Rails\.root: ",
    ),
    (
        "Node.js",
        r"\n?\s{0,8}(?:&nbsp;|\s){1,8}at [\w.<>\[\] ]{1,100} \((?:/|file:|node:)[^()\n]{1,200}",
    ),
    ("Go", r"goroutine \d{1,9} \[running\]:"),
    ("a database", r"ORA-\d{5}: |SQLSTATE\[|PSQLException|You have an error in your SQL syntax"),
)
TRACES: Final = tuple((name, re.compile(pattern)) for name, pattern in _TRACES)
_FOOTERS: Final = (
    re.compile(r"<center>(nginx/[0-9.]{1,20}(?: \([\w ]{1,40}\))?)</center>"),
    re.compile(r"<address>(Apache/[0-9.]{1,20}[^<]{0,120}?) Server at"),
    re.compile(r"<h3>(Apache Tomcat/[0-9.]{1,20})</h3>"),
    re.compile(r"<p>(Werkzeug/[0-9.]{1,20}[^<]{0,60})"),
)


def traces(answer: Answer) -> tuple[str, ...]:
    """The products whose traces of the inside stand in an answer."""
    body = text(answer)[:_CAP]
    return tuple(dict.fromkeys(name for name, pattern in TRACES if pattern.search(body)))


def error_page(answer: Answer, which: str) -> ErrorPage:
    """What an answer to an impossible request shows."""
    url = clean(answer.url)
    return ErrorPage(url, answer.status, traces(answer), key=which, source=url)


def banners(answers: Iterable[Answer], url: str) -> Banners:
    """What all answers say of the software behind them, each word once."""
    read = list(answers)
    shown = [item for answer in read for item in _named(answer)]
    return Banners(tuple(dict.fromkeys(shown))[:40], len(read), key="/", source=clean(url))


def _named(answer: Answer) -> list[str]:
    found = [
        f"{name}: {clean(value, 120)}" for name in _NAMING for value in values(answer, name)[:3]
    ]
    if "html" not in " ".join(values(answer, "content-type")).lower():
        return found
    page = text(answer)[:_CAP]
    found += [
        f"generator: {clean(one['content'], 120)}"
        for one in elements(page[:65_536])
        if one.tag == "meta" and one["name"].lower() == "generator" and one["content"]
    ]
    if answer.status >= 400:
        found += [f"error page: {clean(m[1], 120)}" for p in _FOOTERS if (m := p.search(page))]
    return found
