"""Symbolic links among the folders of database servers: where their bytes really lie.

A write-ahead log is often moved to another disk by a link, and so is a whole data directory; the
server goes on calling the place by its old name. Source: find(1), stat(1) %N.
"""

import re
import shlex
from collections.abc import Iterator
from typing import Final

from rempart.check import Observation
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.section import Section, written
from rempart.collectors.text import clean
from rempart.observations.volumes import DataLinks

SEARCHED: Final = ("/var/lib/postgresql", "/var/lib/pgsql", "/var/lib/mysql", "/srv", "/data")
MOST: Final = 2000
_FIND: Final = (
    *("/usr/bin/find", *SEARCHED, "-maxdepth", "4", "-type", "l"),
    *("-exec", "/bin/stat", "-c", "%N", "{}", "+"),
)
# A folder that is not there is find's error as well: only a missing right or program is ours.
_CODE: Final = f"""data_links() {{
  as_root {shlex.join(_FIND)}; code=$?
  [ "$code" -le 1 ] || return "$code"
}}
"""
_LINK: Final = re.compile(r"'(/.*)' -> '(.*)'")


def data_links(answers: Answers) -> Iterator[Observation]:
    """The links below the folders of database servers, all of them in one."""
    found = (_LINK.fullmatch(line) for line in answers.text("data_links").split("\n"))
    links = tuple((clean(one[1], 200), clean(one[2], 200)) for one in found if one)
    yield DataLinks(SEARCHED, links[:MOST], key="links", source="find -type l")


SECTIONS = (
    Section(
        "data_links",
        "find -type l",
        (DataLinks,),
        (("data_links",),),
        code=_CODE,
        sudo=(written(*_FIND),),
    ),
)
READERS = {DataLinks: data_links}
