"""What sshd itself says is in force for classes of accounts, where `Match` tells them apart.

`sshd -T -C` evaluates every `Match` for a user, with the groups the host knows, from an address.
Asked for root, an administrator, a service account, a person and whom the file names, from where
the collector came and, where an address or a host decides, from nobody's (RFC 5737); only where
some file has a `Match`.
Source: sshd(8).
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from rempart.collectors.host.framing import Answers
from rempart.collectors.host.section import Section
from rempart.collectors.sshd_config import read
from rempart.collectors.sshd_keywords import FIELDS, KEYWORDS
from rempart.collectors.text import clean
from rempart.errors import CollectError
from rempart.observations.pam import PamDoor
from rempart.observations.ssh import SshdSettings

_CLASS = re.compile(r"^@(\S+) (\S+) (here|elsewhere) (\d{1,3})$", re.MULTILINE)
_WORDS = {
    "root": "root",
    "admin": "administrators",
    "service": "service accounts",
    "person": "ordinary accounts",
}
# Who stands for a class, then whom a Match names: at most twelve, each asked twice.
_ASK = r"""classes() {
  awk -F: -v groups="$(awk -F: '$1 ~ /^(sudo|wheel|admin)$/ { printf ",%s,", $4 }' /etc/group)" '
    function once(class) { if (!seen[class]++) print class, $1 }
    $7 ~ /(nologin|false|sync|halt|shutdown|true)$/ { next }
    $3 == 0 { once("root"); next }
    index(groups, "," $1 ",") { once("admin"); next }
    $3 < 1000 { once("service"); next }
    $3 < 60000 { once("person") }' /etc/passwd
  cat /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf | awk '
    tolower($1) == "match" { for (i = 2; i < NF; i++) if (tolower($i) == "user") {
      n = split($(i + 1), u, ","); for (k = 1; k <= n && k <= 4; k++)
        if (u[k] ~ /^[a-z_][a-z0-9_-]*$/) print "named", u[k] } }'
}
sshd_people() {
  matched= from_where=here
  for file in /etc/ssh/sshd_config /etc/ssh/sshd_config.d /etc/ssh/sshd_config.d/*.conf \
    /usr/etc/ssh/sshd_config /usr/etc/ssh/sshd_config.d/*.conf; do
    [ -e "$file" ] || continue
    if [ ! -r "$file" ]; then matched=unknown from_where='here elsewhere'
    elif [ -f "$file" ] && grep -qi '^[[:space:]]*match[[:space:]]' "$file"; then matched=yes
      ! grep -qiE '^[[:space:]]*match[[:space:]].*(address|host)' "$file" ||
        from_where='here elsewhere'
    fi
  done
  [ -n "$matched" ] || return 0
  here=${SSH_CONNECTION%% *}
  classes | awk '!n[$2]++' | head -n 12 | while read -r class user; do
    for from in $from_where; do
      addr=192.0.2.1
      [ "$from" = elsewhere ] || addr=${here:-127.0.0.1}
      told=$(as_root /usr/sbin/sshd -T -C "user=$user,host=$addr,addr=$addr"); code=$?
      printf '@%s %s %s %s\n' "$class" "$user" "$from" "$code"
      printf '%s\n' "$told" | awk -v k=" KEYWORDS " 'index(k, " " $1 " ")'
      [ "$code" = 0 ] || return "$code"
    done
  done
}
""".replace("KEYWORDS", " ".join(KEYWORDS))


def classes(answers: Answers, told: list[SshdSettings]) -> Iterator[SshdSettings]:
    """Settings of a class that differ from everybody's and from each `Match` block's own.

    `told` are those, the first of them everybody's. Without an answer the blocks must do.
    """
    try:
        text = answers.text("sshd_people")
    except CollectError:
        return
    known = {_values(one) for one in told}
    marks = list(_CLASS.finditer(text))
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=False):
        if mark[4] != "0":
            continue
        found = read(text[mark.end() : end], f"sshd -T -C user={clean(mark[2], 40)}")
        found = replace(found, vantage=told[0].vantage)
        if _values(found) not in known:
            known.add(_values(found))
            yield replace(found, key=_named(mark), who=_named(mark))


def _named(mark: re.Match[str]) -> str:
    words = _WORDS.get(mark[1], f"user {clean(mark[2], 40)}")
    return words if mark[3] == "here" else f"{words} from elsewhere"


def _values(settings: SshdSettings) -> str:
    return "\n".join(str(getattr(settings, name)) for name in FIELDS)


SECTIONS = (
    Section(
        "sshd_people",
        "sshd -T -C",
        (SshdSettings, PamDoor),
        (("sshd_people",),),
        code=_ASK,
        # A regular expression: sudo 1.9.10 and later; an older one finds nothing that fits it.
        sudo=(
            r"/usr/sbin/sshd ^-T -C user=[a-z_][a-z0-9_-]{0\,31}"
            r"\,host=[0-9a-f.\:]{2\,45}\,addr=[0-9a-f.\:]{2\,45}$",
        ),
    ),
)
