"""Layouts of text logs, written as their products write them, turned into patterns.

nginx's `log_format`, Apache's `LogFormat`, PostgreSQL's `log_line_prefix`, HAProxy's `option
httplog`; and a regular expression with named groups for everything else. Sources: nginx.org
ngx_http_log_module; httpd.apache.org mod_log_config; HAProxy configuration manual 8.2.3;
postgresql.org runtime-config-logging.
"""

import re
from collections.abc import Mapping
from typing import Final

COMBINED: Final = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
    '"$http_referer" "$http_user_agent"'
)
COMMON: Final = '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent'
APACHE: Final = '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'
POSTGRESQL: Final = "%m [%p] %u@%d %h "
HAPROXY: Final = (
    r"(?>[^\n]*?haproxy\[)\d+\]: (?P<client_ip>\S+):\d+ \[(?P<accept_date>[^\]\n]+)\] "
    r"(?P<frontend>\S+) (?P<backend>\S+) \S+ (?P<status>-?\d+) \S+ "
    r"(?P<captured_request_cookie>\S+) \S+ \S+ \S+ \S+"
    r" (?:\{(?P<captured_request_headers>[^}\n]*)\} )?(?:\{[^}\n]*\} )?"
    r'"(?P<http_request>[^"\n]*+)"?[^\n]*'
)
_NGINX: Final = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_APACHE: Final = re.compile(r"%(?:[<>]|!?\d{3}(?:,\d{3})*)?(?:\{[^}]*\})?\^?[A-Za-z]{1,2}")
_POSTGRESQL: Final = re.compile(r"%-?\d*[A-Za-z]")
_QUOTED: Final = r'([^"\\\n]*+(?:\\.[^"\\\n]*+)*+)'
_TIMES: Final = {
    "$time_local": r"(\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})",
    "%t": r"(\[[^\]\n]+\])",
    "%m": r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \S+)",
    "%s": r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+)",
}
_POSTGRESQL_TIMES: Final = {**_TIMES, "%t": _TIMES["%s"]}


def nginx(layout: str) -> tuple[str, tuple[str, ...]]:
    """The pattern of a line and the variables its groups are, with their dollar."""
    return _pattern(layout, _NGINX, _TIMES)


def apache(layout: str) -> tuple[str, tuple[str, ...]]:
    """The same for Apache, variables as written there (`%u`, `%{X-User}i`)."""
    written = layout.replace('\\"', '"')
    return _pattern(written, _APACHE, {"%t": _TIMES["%t"]})


def postgresql(prefix: str) -> tuple[str, tuple[str, ...]]:
    """The same for what stands before each message of a PostgreSQL server."""
    return _pattern(prefix.replace("%q", ""), _POSTGRESQL, _POSTGRESQL_TIMES)


def groups(pattern: str) -> tuple[str, tuple[str, ...]]:
    """A regular expression and the names of its groups; raises ValueError where it has none."""
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"expected a regular expression, found {error}") from None
    names = {place: name for name, place in compiled.groupindex.items()}
    if not names:
        raise ValueError("expected named groups such as (?P<user>...), found none")
    return pattern, tuple(names.get(place, "") for place in range(1, compiled.groups + 1))


def _pattern(
    layout: str, variable: re.Pattern[str], times: Mapping[str, str]
) -> tuple[str, tuple[str, ...]]:
    """Every part ends where the literal behind it begins first, and is never tried again.

    So a line is read once from left to right, however it was made to mislead.
    """
    names, literals, place = [], [], 0
    for found in variable.finditer(layout):
        literals.append(layout[place : found.start()])
        names.append(f"${found[1] or found[2]}" if found[0].startswith("$") else found[0])
        place = found.end()
    literals.append(layout[place:])
    if not names:
        raise ValueError("expected a layout with variables, found none")
    written = re.escape(literals[0])
    for name, before, after in zip(names, literals, literals[1:], strict=False):
        written += _part(times.get(name, ""), before, after)
    return written, tuple(names)


def _part(time: str, before: str, after: str) -> str:
    if time:
        return time + re.escape(after)
    if before.endswith('"') and after.startswith('"'):
        return _QUOTED + re.escape(after)
    if len(after) == 1:
        return rf"([^{re.escape(after)}\n]*+){re.escape(after)}"
    return rf"(?>([^\n]*?){re.escape(after)})" if after else r"([^\s]*+)"
