"""A run in which every text comes from an attacker."""

from typing import Any

import msgspec
from msgspec.structs import fields, replace

from rempart.card import LANGUAGES
from rempart.check import Outcome
from rempart.results import Run

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "--></title><svg onload=alert(1)>",
    "{{7*7}}{% raw %}${7*7}{n}",
    "javascript:alert(1)",
    "\x1b[2J\x1b]8;;https://evil.example\x07click\x9b31m",
    "\u202egnp.exe\u200b\u2028",
    "[bold red]x[/bold red] :warning: [link=https://evil.example]y[/link]",
    "|a|b|\n\n# h\n- [x](javascript:alert(1)) ![i](https://evil.example/i.png) <b>@all</b>",
    "=cmd|'/C calc'!A0",
)
# Words of closed lists and what must stay the same everywhere to be found at all.
CLOSED = {"language", "schema", "state", "verdict", "impact", "exploitability", "effort", "says"}
KEPT_KEYS = {*LANGUAGES, *map(str, Outcome), "bits"}


def infected(run: Run, payload: str, *, before: bool = False) -> Run:
    """The run with the payload after (or before) every text, keys of mappings included."""

    def text(value: str) -> str:
        return payload + value if before else value + payload

    def poisoned(value: Any) -> Any:
        if type(value) is str:
            return text(value)
        if isinstance(value, msgspec.Struct):
            names = [item.name for item in fields(value) if item.name not in CLOSED]
            return replace(value, **{name: poisoned(getattr(value, name)) for name in names})
        if isinstance(value, tuple):
            return tuple(map(poisoned, value))
        if isinstance(value, dict):
            return {
                name if name in KEPT_KEYS else text(name): poisoned(item)
                for name, item in value.items()
            }
        return value

    found: Run = poisoned(run)
    return found
