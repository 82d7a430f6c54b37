"""How Compose files are called."""

import re
from typing import Final

NAMED: Final = re.compile(r"(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml", re.I)
