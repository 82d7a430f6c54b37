"""Updates that wait, as the package manager's own lists on the host say.

Of apt only the lists of security updates are held against what is installed: to plan a whole
upgrade takes apt seconds. Where no such list is told apart, `apt-get -s` plans it, as nobody, since
as root it would refresh its cache file. The lists came when their folder changed last. apk only
computes. dnf and zypper write when they are asked: of them only the age of their lists and what is
set for automatic updates is read. Nothing is fetched.
"""

import re
from collections.abc import Iterator

from rempart.check import Fact, Observation, Reason, Seen, Unknown
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.section import Section
from rempart.collectors.host.versions import later
from rempart.errors import Unresolved
from rempart.observations.services import Updates

DAY = 86_400
_INST = re.compile(r"^Inst (\S+) .*\(([^)]*)\)", re.MULTILINE)
_PERIODIC = re.compile(r'APT::Periodic::Unattended-Upgrade\s+"(\d+)"')
_LATER = re.compile(r"^Security (\S+) (\S+) (\S+)$", re.MULTILINE)
_ALONE = "of apt only security updates are counted"
_WRITES = "{} writes to its cache when it is asked: not asked"
_ASK = r"""updates() {
  date +now=%s
  if [ -x /usr/bin/apt-get ]; then
    echo manager=apt
    for list in /var/lib/apt/lists/*Release; do
      stamp=/var/lib/apt/periodic/update-success-stamp
      [ ! -e "$list" ] || newest /var/lib/apt/lists/partial $stamp
      break
    done
    [ -d /usr/share/update-notifier ] && echo notes=yes
    [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ] && echo restart=yes
    cat /etc/apt/apt.conf.d/* | grep -hE '^ *APT::Periodic::Unattended-Upgrade ' | sed 's/^ */set=/'
    [ -x /usr/bin/unattended-upgrade ] && echo tool=yes
    security /var/lib/apt/lists/*security*Packages* && return 0
    as=
    [ "$uid" != 0 ] || as='setpriv --reuid=65534 --regid=65534 --clear-groups'
    $limit $as apt-get -s -qq -o Debug::NoLocking=1 dist-upgrade | grep '^Inst '; echo asked=yes
  elif [ -x /sbin/apk ] || [ -x /usr/sbin/apk ]; then
    echo manager=apk
    newest /var/cache/apk/APKINDEX* /lib/apk/db/installed
    apk version -l '<' | sed -n 's/^\([^ ]*\) *<.*/Inst \1 (apk)/p'; echo asked=yes
  elif [ -x /usr/bin/dnf ] || [ -x /usr/bin/yum ] || [ -x /usr/bin/dnf5 ]; then
    echo manager=dnf
    newest /var/cache/dnf/*/repodata/repomd.xml /var/cache/libdnf5/*/repodata/repomd.xml
    sed -n 's/^ *apply_updates *= */set=/p' /etc/dnf/automatic.conf
    [ -e /etc/systemd/system/timers.target.wants/dnf-automatic.timer ] && echo tool=yes
    [ -e /etc/systemd/system/timers.target.wants/dnf-automatic-install.timer ] && echo forced=yes
  elif [ -x /usr/bin/zypper ]; then
    echo manager=zypper
    newest /var/cache/zypp/raw/*/repodata/repomd.xml
    [ -e /run/reboot-needed ] && echo restart=yes
    [ -e /etc/systemd/system/timers.target.wants/os-update.timer ] && echo forced=yes
  fi
  return 0
}
security() {
  [ -e "$1" ] && [ -x /usr/lib/apt/apt-helper ] || return 1
  {
    cat /var/lib/dpkg/status; printf '\n#lists\n'
    for list do $limit /usr/lib/apt/apt-helper cat-file "$list"; echo; done
  } | awk '
    $1 == "#lists" { lists = 1 }
    /^Package: / { p = $2 }
    /^Status: / { there = $4 == "installed" }
    /^Version: / { v = $2; if (lists && p in have && have[p] != v) print "Security", p, have[p], v }
    /^$/ { if (!lists && there) have[p] = v; there = 0 }'
  echo security=yes
}
newest() {
  file=$(ls -td "$@" | head -n 1)
  [ -z "$file" ] || stat -c lists=%Y "$file"
}
"""


def updates(answers: Answers) -> Iterator[Observation]:
    """What waits; raises Unresolved where no package manager is known."""
    text = answers.text("updates")
    said = dict(line.split("=", 1) for line in text.split("\n") if re.match(r"[a-z]+=", line))
    manager = said.get("manager")
    if manager not in ("apt", "apk", "dnf", "zypper"):
        raise Unresolved("no package manager that is known: apt, apk, dnf and zypper are")
    waiting, aged = _INST.findall(text), _age(said)
    asked = "asked" in said
    unasked = Unknown(Reason.UNRESOLVED, _ALONE if manager == "apt" else _WRITES.format(manager))
    pending: Seen[int] = len(waiting) if asked else unasked
    if asked and isinstance(aged, Unknown):
        pending = aged  # without lists nothing ever waits
    yield Updates(
        manager=manager,
        pending=pending,
        security=_listed(text, aged)
        if "security" in said
        else _security(waiting, pending, manager),
        list_age_days=aged,
        automatic=_automatic(said, manager, text),
        restart=_restart(said, manager),
        source=manager,
    )


def _listed(text: str, aged: Seen[int]) -> Seen[int]:
    """Packages of which the security list has a later version than the one installed."""
    if isinstance(aged, Unknown):
        return aged
    return len({name for name, here, there in _LATER.findall(text) if later(there, here)})


def _security(waiting: list[tuple[str, str]], pending: Seen[int], manager: str) -> Seen[int]:
    if not isinstance(pending, int):
        return pending
    if manager == "apt":
        return sum("security" in origin.lower() for _, origin in waiting)
    return Unknown(Reason.UNRESOLVED, f"{manager} does not tell security updates from others")


def _age(said: dict[str, str]) -> Seen[int]:
    try:
        seconds = int(said["now"]) - int(said["lists"])
    except (KeyError, ValueError):
        return Unknown(Reason.UNRESOLVED, "the host has no list of what there is")
    return max(0, seconds // DAY)


def _automatic(said: dict[str, str], manager: str, text: str) -> Fact:
    if manager == "apt":
        periodic = _PERIODIC.findall(text)
        return bool(said.get("tool")) and bool(periodic) and periodic[-1] != "0"
    if manager == "dnf":
        applied = said.get("set", "").strip().lower() in ("yes", "true", "1")
        return bool(said.get("forced")) or (bool(said.get("tool")) and applied)
    if manager == "zypper":
        return bool(said.get("forced"))
    return Unknown(Reason.UNRESOLVED, "whether apk is run by a timer is not looked for")


def _restart(said: dict[str, str], manager: str) -> Fact:
    if said.get("restart"):
        return True
    if said.get("notes") or (manager == "apt" and said.get("tool")):
        return False
    return Unknown(Reason.UNRESOLVED, f"{manager} leaves no note that a restart is needed")


SECTIONS = (Section("updates", "package manager", (Updates,), (("updates",),), code=_ASK),)
READERS = {Updates: updates}
