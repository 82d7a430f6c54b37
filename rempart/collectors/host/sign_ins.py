"""When accounts were last used, as the host's own records say.

Sources: lastlog(8) of shadow, lastlog2(8), last(1) of util-linux. lastlog knows of everybody; wtmp
only since it was last rotated, so who is not in it is unknown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from rempart.check import Reason, Seen, Unknown
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.people import PEOPLE
from rempart.collectors.host.section import Section
from rempart.errors import CollectError

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ROW = re.compile(r"([^|]+)\|([A-Z][a-z]{2}) (\d{1,2}) (\d{4})")
_EPOCH = date(1970, 1, 1)

# First the record that answered, then `name|month day year`, once each. Addresses are left there.
_CODE: Final = r"""sign_ins() {
  pick='{ for (i = NF - 3; i > 1; i--) if ($i ~ /^[A-Z][a-z][a-z]$/ &&'
  pick=$pick' $(i+1) ~ /^[0-9]+$/ && !seen[$1]++) {'
  pick=$pick' for (j = i + 2; j <= NF; j++) if ($j ~ /^[12][0-9][0-9][0-9]$/)'
  pick=$pick' { print $1 "|" $i " " $(i+1) " " $j; break }; break } }'
  for program in lastlog2 lastlog; do
    command -v "$program" >/dev/null 2>&1 || continue
    text=$($limit "$program") || continue
    echo "@$program"
    printf '%s\n' "$text" | awk "NR > 1 $pick"
    return 0
  done
  command -v last >/dev/null 2>&1 || return 127
  text=$($limit last -w -F) || return 1
  echo @last
  printf '%s\n' "$text" | awk '$1 != "reboot" && $1 != "wtmp"'" $pick"
}
"""


@dataclass(frozen=True, slots=True)
class SignIns:
    """The day of the last recorded sign-in of each account, counted from 1970-01-01."""

    days: Mapping[str, int]
    others: Unknown | None = None

    @classmethod
    def of(cls, answers: Answers) -> "SignIns":
        try:
            text = answers.text("sign_ins")
        except CollectError as error:
            return cls({}, Unknown(error.reason, str(error)))
        days = dict(filter(None, map(_day, text.split("\n"))))
        first = text.partition("\n")[0]
        if first in ("@lastlog", "@lastlog2"):
            return cls(days)
        why = "wtmp does not tell of it" if first == "@last" else "no record of sign-ins was found"
        return cls(days, Unknown(Reason.UNRESOLVED, why))

    def of_account(self, name: str) -> Seen[int | None]:
        """Its day; None where the record knows of everybody and not of this one."""
        return self.days.get(name, self.others)


def _day(row: str) -> tuple[str, int] | None:
    match = _ROW.fullmatch(row)
    if match is None or match[2] not in MONTHS:
        return None
    try:
        day = date(int(match[4]), MONTHS.index(match[2]) + 1, int(match[3]))
    except ValueError:
        return None
    return match[1], (day - _EPOCH).days


def reduced(text: str) -> str:
    """What somebody saved of lastlog, as the script prints it."""
    found = (_SAVED.match(line) for line in text.split("\n")[1:])
    rows = [f"{one[1]}|{one[2]} {one[3]} {one[4]}" for one in found if one]
    return "\n".join(["@lastlog", *rows])


_SAVED = re.compile(r"(\S+) .*\b([A-Z][a-z]{2}) +(\d{1,2}) [\d:]+ (?:[+-]\d{4} )?(\d{4})\s*$")
SECTIONS = (
    Section(
        "sign_ins",
        "lastlog",
        PEOPLE,
        (("sign_ins",),),
        code=_CODE,
        given=("lastlog.txt",),
        reduced=reduced,
    ),
)
