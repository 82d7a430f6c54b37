"""Where the journal goes: what rsyslog, syslog-ng and journal-upload are set to send, and agents.

Only lines about sending are read: these files may hold passwords of databases. Sources:
rsyslog.conf(5), omfwd and omrelp of rsyslog 8; syslog-ng 3; systemd-journal-upload(8) and
journald.conf(5) of systemd 252.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from rempart.check import Fact, Observation, Reason, Seen, Unknown, all_of
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import files
from rempart.collectors.host.processes import running
from rempart.collectors.host.section import Section
from rempart.collectors.text import clean
from rempart.errors import CollectError
from rempart.observations.services import LogShipping

# Programs that carry logs away, by the first 15 characters of their name.
AGENTS = {
    name[:15]: name
    for name in (
        *("filebeat", "fluent-bit", "fluentd", "td-agent", "vector", "promtail", "alloy"),
        *("elastic-agent", "splunkd", "nxlog", "wazuh-agentd", "ossec-agentd", "logstash"),
        *("auditbeat", "journalbeat", "otelcol", "amazon-cloudwatch-agent", "azuremonitoragent"),
        *("google_cloud_ops_agent", "datadog-agent"),
    )
}
_PATHS = (
    *("/etc/rsyslog.conf", "/etc/rsyslog.d/*.conf"),
    *("/etc/syslog-ng/syslog-ng.conf", "/etc/syslog-ng/conf.d/*.conf"),
    *("/etc/systemd/journal-upload.conf", "/etc/systemd/journald.conf"),
    "/etc/systemd/journald.conf.d/*.conf",
)
# awk's condition for the lines that say where something goes.
_SENDS = (
    r"/^[^#]*[ \t]@@?[A-Za-z0-9(\[]/||/omfwd|omrelp|[Tt]arget *=|[Ss]tream[Dd]river/"
    r"||/^[^#]*(action|destination|network|syslog|tcp|udp|transport) *\(/"
    r"||/^[^#]*destination |[Tt]ls *[=(]/||/^(URL|Storage) *=/"
)
_LEGACY = re.compile(
    r"(?:^|\s)(@@?)(?:\([^)]*\))?(\[[^\]\s]+\]|[A-Za-z0-9][\w.-]*)|:(omrelp):([\w.-]+)"
)
_TARGET = re.compile(r'target\s*=\s*"([^"]+)"', re.IGNORECASE)
_NETWORK = re.compile(r"(?:network|syslog|tcp|udp)\s*\(\s*\"?([\w.:-]+)")
# A driver alone does nothing: its mode 0, the default, is plain TCP.
_TLS = re.compile(
    r'streamdriver\.?mode\s*=\s*"?1|\btls\s*=\s*"on"|\btls\s*\(|transport\("?tls',
    re.IGNORECASE,
)
_LEGACY_TLS = re.compile(r"^\$(?:ActionSend)?StreamDriverMode\s+1\b", re.IGNORECASE | re.MULTILINE)

_PARTS = re.compile(r"(?=\baction\s*\()|(?=^\s*destination\s)", re.MULTILINE)  # one target each
MOST = 50  # targets
_OWNERS = {
    "/etc/rsyslog": "rsyslogd",
    "/etc/syslog-ng": "syslog-ng",
    "/etc/systemd/journal-upload": "systemd-journal",
}


@dataclass(slots=True)
class _Sent:
    """What the lines say: targets with whether TLS covers each, and where the journal is kept."""

    targets: dict[str, bool] = field(default_factory=dict)
    storage: str = "auto"
    legacy_tls: bool = False


def log_shipping(answers: Answers) -> Iterator[Observation]:
    """Targets of daemons that run, and agents that do."""
    names = running(answers)
    agents = tuple(sorted(AGENTS[name] for name in names & AGENTS.keys()))
    targets: Seen[tuple[str, ...]]
    try:
        sent = _read(answers.text("log_targets"), names)
        targets, encrypted = tuple(sent.targets), _encrypted(sent, agents)
        persistent = _persistent(sent, answers)
    except CollectError as error:
        why = Unknown(error.reason, str(error))
        targets, encrypted, persistent = why, why, why
    yield LogShipping(
        targets=targets,
        agents=agents,
        encrypted=encrypted,
        persistent=persistent,
        source="/etc/rsyslog.conf" if "rsyslogd" in names else "journald",
    )


def _read(text: str, names: frozenset[str]) -> _Sent:
    """What those files say whose daemon runs."""
    sent = _Sent()
    for file, lines in files(text).lines.items():
        daemon = next((name for start, name in _OWNERS.items() if file.startswith(start)), "")
        if daemon and daemon not in names:
            continue
        whole = "\n".join(line.text.strip() for line in lines)
        sent.legacy_tls |= bool(_LEGACY_TLS.search(whole))
        for part in _PARTS.split(whole):
            covered = bool(_TLS.search(part))
            for row in part.split("\n"):
                _note(sent, row, covered=covered)
    return sent


def _note(sent: _Sent, text: str, *, covered: bool) -> None:
    if len(sent.targets) >= MOST:
        return
    name, told, value = text.partition("=")
    if told and name.strip() == "Storage":
        sent.storage = value.strip().lower()
    elif told and name.strip() == "URL":
        sent.targets[clean(value.strip(), 120)] = value.strip().startswith("https://")
    elif match := _LEGACY.search(text):
        sent.targets[clean(match[2] or match[4], 120)] = covered and match[1] != "@"
    elif match := _TARGET.search(text) or _NETWORK.search(text):
        sent.targets[clean(match[1], 120)] = covered


def _encrypted(sent: _Sent, agents: tuple[str, ...]) -> Fact:
    facts: list[Fact] = [tls or sent.legacy_tls for tls in sent.targets.values()]
    if agents:
        facts.append(Unknown(Reason.UNRESOLVED, f"what {agents[0]} sends over is not read"))
    if not facts:
        return Unknown(Reason.UNRESOLVED, "nothing is sent")
    return all_of(*facts)


def _persistent(sent: _Sent, answers: Answers) -> Fact:
    """A syslog daemon's file, or journald's folder, which `auto` uses where it is there."""
    kept = answers.text("log_kept").split()
    if sent.storage == "auto":
        return bool(kept)
    return sent.storage == "persistent" or any(file != "/var/log/journal" for file in kept)


_KEPT = """log_kept() {
  for kept in /var/log/journal /var/log/syslog /var/log/messages; do
    [ ! -e "$kept" ] || echo "$kept"
  done
}
"""
SECTIONS = (
    Section("log_kept", "/var/log", (LogShipping,), (("log_kept",),), code=_KEPT),
    Section("log_targets", "rsyslog.conf", (LogShipping,), paths=_PATHS, only=_SENDS),
)
READERS = {LogShipping: log_shipping}
