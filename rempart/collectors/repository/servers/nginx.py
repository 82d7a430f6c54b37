"""nginx where it stands outside of nginx's own folders, and in templates."""

import re
from collections.abc import Iterator

from rempart.check import Observation
from rempart.collectors.nginx_cleartext import cleartext
from rempart.collectors.nginx_config import tls_versions
from rempart.collectors.repository.servers.lines import Text

_FILLED = re.compile(r"\{\{.*?\}\}|<%=?.*?%>|\$\{[^}]*\}", re.S)


def nginx(text: Text) -> Iterator[Observation]:
    """What an nginx configuration decides; what a template fills in is a variable to nginx."""
    content = "\n".join(_FILLED.sub("${filled_in}", line.text) for line in text.lines)
    yield from tls_versions(content, text.path)
    yield from cleartext(content, text.path)
