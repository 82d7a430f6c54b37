"""Sockets that wait for connections, and the program behind each.

Sources: ss(8) of iproute2 where root may ask it; proc(5), /proc/net/tcp and its like, elsewhere,
which name no program.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rempart.check import Observation, Reason, Seen, Unknown
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.section import Section, written
from rempart.collectors.text import clean
from rempart.observations.services import Listener

MOST = 2000  # listeners of one host
_SS = re.compile(r'(tcp|udp)\s+\S+\s+\d+\s+\d+\s+(\S+):(\d+)\s+\S+\s*(?:users:\(\("([^"]+)")?')
_PROC = re.compile(r"(tcp|udp)(6?) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})")
_UNSAID = Unknown(Reason.UNRESOLVED, "ss does not name the program")
_NAMELESS = Unknown(Reason.PRIVILEGE, "only root sees which program listens")
# Only listening TCP sockets (0A) and UDP sockets without a peer (07) are printed.
_ASK = """listeners() {
  if [ -x /usr/bin/ss ]; then as_root /usr/bin/ss -H -t -u -l -n -p && return
  elif [ -x /usr/sbin/ss ]; then as_root /usr/sbin/ss -H -t -u -l -n -p && return
  fi
  for table in tcp tcp6 udp udp6; do
    [ -r "/proc/net/$table" ] && awk -v t="$table" '$4 == "0A" || (t ~ /^udp/ && $4 == "07") \\
      { print t " " $2 }' "/proc/net/$table"
  done
  return 0
}
"""


@dataclass(frozen=True, slots=True)
class _Socket:
    """One line of either source."""

    protocol: str
    address: str
    port: int
    program: Seen[str]


def listeners(answers: Answers) -> Iterator[Observation]:
    """Each socket once: what listens on IPv4 and IPv6 alike, on the wider address."""
    widest: dict[tuple[str, int, bool], _Socket] = {}
    for socket in _sockets(answers.text("listeners").split("\n")):
        wide = _reach(socket.address) == "network"
        widest.setdefault((socket.protocol, socket.port, wide), socket)
        if len(widest) > MOST:
            break
    for (protocol, port, wide), socket in sorted(widest.items()):
        yield Listener(
            protocol=protocol,
            port=port,
            address=socket.address,
            reach="network" if wide else "host",
            program=socket.program,
            key=f"{protocol} {port}" + ("" if wide else " on the host itself"),
            source="/proc/net" if socket.program is _NAMELESS else "ss -tulnp",
        )


def _sockets(lines: Iterable[str]) -> Iterator[_Socket]:
    for line in lines:
        if match := _SS.match(line):
            name: Seen[str] = clean(match[4], 40) if match[4] else _UNSAID
            address = match[2].partition("%")[0].strip("[]")
            yield _Socket(match[1], address, int(match[3][:5]), name)
        elif match := _PROC.match(line):
            yield _Socket(match[1], _plain(match[3]), int(match[4], 16), _NAMELESS)


def _plain(words: str) -> str:
    """An address of /proc/net: 32-bit words, each in the order of a little-endian machine."""
    raw = b"".join(bytes.fromhex(words[n : n + 8])[::-1] for n in range(0, len(words), 8))
    return str(ipaddress.ip_address(raw))


def _reach(address: str) -> str:
    try:
        found = ipaddress.ip_address("0.0.0.0" if address == "*" else address)  # noqa: S104
    except ValueError:
        return "network"
    mapped = getattr(found, "ipv4_mapped", None) or found
    return "host" if mapped.is_loopback else "network"


SECTIONS = (
    Section(
        "listeners",
        "ss",
        (Listener,),
        (("listeners",),),
        code=_ASK,
        sudo=tuple(
            written(f"{folder}/ss", "-H", "-t", "-u", "-l", "-n", "-p")
            for folder in ("/usr/bin", "/usr/sbin")
        ),
        given=("ss.txt",),
    ),
)
READERS = {Listener: listeners}
