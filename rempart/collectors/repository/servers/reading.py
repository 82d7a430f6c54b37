"""The readers of servers' configuration, and the files of a repository read by them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from rempart.check import Observation
from rempart.collectors.repository.servers.apache import apache
from rempart.collectors.repository.servers.elasticsearch import search_settings
from rempart.collectors.repository.servers.families import family_of
from rempart.collectors.repository.servers.haproxy import haproxy
from rempart.collectors.repository.servers.lines import Text
from rempart.collectors.repository.servers.mongodb import mongod_conf
from rempart.collectors.repository.servers.mysql import my_cnf
from rempart.collectors.repository.servers.nginx import nginx
from rempart.collectors.repository.servers.policies import policies
from rempart.collectors.repository.servers.postgresql import access, server
from rempart.collectors.repository.servers.queues import mosquitto_conf, rabbitmq_conf
from rempart.collectors.repository.servers.redis import redis_conf
from rempart.collectors.repository.servers.scripts import crontab, script
from rempart.collectors.repository.servers.spring import application
from rempart.collectors.repository.servers.sshd import sshd
from rempart.collectors.repository.servers.storage import crypttab, fstab
from rempart.collectors.repository.servers.units import unit

Reader: TypeAlias = Callable[[Text], Iterator[Observation]]

READERS: Final[dict[str, Reader]] = {
    "apache": apache,
    "crontab": crontab,
    "crypttab": crypttab,
    "fstab": fstab,
    "haproxy": haproxy,
    "mongodb": mongod_conf,
    "mosquitto": mosquitto_conf,
    "mysql": my_cnf,
    "nginx": nginx,
    "pg_hba": access,
    "rabbitmq": rabbitmq_conf,
    "redis": redis_conf,
    "script": script,
    "search": search_settings,
    "spring": application,
    "sshd": sshd,
    "unit": unit,
}


def configuration(name: str, content: str) -> Iterator[Observation]:
    """What one file of that name decides, alone."""
    text = Text(name, content)
    family = family_of(name, text.content)
    if family == "postgresql":
        yield from server(text, ())
    elif family == "policy":
        yield from policies([text])
    elif family in READERS:
        yield from READERS[family](text)


def declared(
    texts: Sequence[Text], read: Callable[[Text, Reader], Iterator[Observation]]
) -> Iterator[Observation]:
    """What the files of a repository decide; `read` catches what one of them cannot be read for."""
    kept: list[Text] = []
    for text in texts:
        family = family_of(text.path, text.content)
        if family == "policy":
            kept.append(text)
        elif family == "postgresql":
            beside = [one for one in texts if one.folder == text.folder and one is not text]
            rules = [one for one in beside if family_of(one.path, one.content) == "pg_hba"]
            yield from read(text, lambda one, rules=rules: server(one, rules))  # type: ignore[misc]
        elif family in READERS:
            yield from read(text, READERS[family])
    if kept:
        yield from policies(kept)
