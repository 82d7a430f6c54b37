"""ansible.cfg, and what an inventory says of connections to hosts.

Source: Ansible core 2.18, configuration settings; special variables of connections.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from rempart.check import Observation, Seen
from rempart.collectors.repository.ansible.inventories import Given
from rempart.collectors.repository.ansible.secrets import literal_of, plain
from rempart.collectors.repository.places import Place, secret
from rempart.collectors.repository.secrets.given import kind_of
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.observations.transit import PeerVerification, Transit

FALSE: Final = frozenset({"false", "no", "0", "off"})
TRUE: Final = frozenset({"true", "yes", "1", "on"})
HOST_KEY: Final = frozenset(
    {"host_key_checking", "ansible_host_key_checking", "ansible_ssh_host_key_checking"}
)
_SECTION = re.compile(r"\[([^\]]+)\]")
_UNCHECKED = re.compile(r"StrictHostKeyChecking[= ](?:no|off)|UserKnownHostsFile[= ]/dev/null")


def configuration(path: str, text: str) -> Iterator[Observation]:
    """What an ansible.cfg decides."""
    section = ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if match := _SECTION.match(line):
            section = match[1].strip()
        elif line and line[0] not in "#;" and "=" in line:
            name, _, value = (part.strip() for part in line.partition("="))
            value = re.split(r"\s+[;#]", value, maxsplit=1)[0]
            yield from _setting(Place(path, number), f"{path} [{section}]", name, value)


def connection(path: str, given: Sequence[Given]) -> Iterator[Observation]:
    """What an inventory says of its hosts; a password of one is a secret of its own."""
    for one in given:
        place, key = Place(path, one.line), f"{path}:{one.owner}"
        yield from _setting(place, key, one.name, one.value)


def _setting(place: Place, key: str, name: str, value: object) -> Iterator[Observation]:
    kind, own = kind_of(name), f"{key}.{name}"
    literal = literal_of(value) if kind else None
    if literal is not None:
        yield secret(kind, own, literal, place, plain(value), name)
        return
    shown, word = clean(f"{name} = {plain(value)}", 100), plain(value).lower()
    if name in HOST_KEY:
        fact: Seen[bool] = word not in FALSE if word in TRUE | FALSE else unresolved(shown)
        yield PeerVerification("host key", fact, shown, **place.stamp(own))
    elif "ssh" in name and _UNCHECKED.search(plain(value)):
        yield PeerVerification("host key", False, shown, **place.stamp(own))
    elif name == "ansible_winrm_server_cert_validation":
        yield PeerVerification("certificate", word != "ignore", shown, **place.stamp(own))
    elif name in ("validate_certs", "ansible_httpapi_validate_certs") and word in TRUE | FALSE:
        yield PeerVerification("certificate", word in TRUE, shown, **place.stamp(own))
    elif name == "ignore_certs" and word in TRUE | FALSE:
        yield PeerVerification("certificate", word in FALSE, shown, **place.stamp(own))
    elif (name == "ansible_winrm_scheme" and word in ("http", "https")) or name == "server":
        if word.startswith(("http", "https")):
            clear = word == "http" or word.startswith("http://")
            yield Transit("client", not clear, shown, **place.stamp(own))
    elif name == "ansible_connection" and word == "telnet":
        yield Transit("client", False, shown, **place.stamp(own))
