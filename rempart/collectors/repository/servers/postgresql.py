"""PostgreSQL: postgresql.conf and pg_hba.conf, together where they stand in one folder.

Source: PostgreSQL 17 documentation, 19.3 (connections), 20.1 (pg_hba.conf).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rempart.check import Observation, Seen, Unknown, Vantage, any_of, negated
from rempart.collectors.client_rules import rules as as_read
from rempart.collectors.reach import lets_everybody_in
from rempart.collectors.repository.opened import opened
from rempart.collectors.repository.servers.lines import TEMPLATED, Settings, Text, assigned
from rempart.collectors.repository.servers.versions import from_least
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.observations.database_accounts import ClientRule
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import Transit

ON = {
    "on": True,
    "true": True,
    "yes": True,
    "1": True,
    "off": False,
    "false": False,
    "no": False,
    "0": False,
}
PORT = 5432
_RULE = re.compile(r"\s*(local|host|hostssl|hostnossl|hostgssenc|hostnogssenc)\s+(\S.*)", re.I)
_WORD = re.compile(r'"[^"]*"|[^\s"]+')
_FILLED = re.compile(r"\{\{.*?\}\}")
_MASK = re.compile(r"\d+\.\d+\.\d+\.\d+|[0-9a-f:]*:[0-9a-f:]+", re.I)
_HERE = ("127.", "::1", "localhost", "samehost")
_PRIVATE_WORD = "samenet"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of pg_hba.conf; `address` is empty for sockets of the machine."""

    kind: str
    address: str
    method: str
    line: int
    written: str
    sure: bool
    databases: str = ""
    accounts: str = ""

    @property
    def remote(self) -> bool:
        """Whether somebody on another machine may match it."""
        return bool(self.address) and not self.address.startswith(_HERE)


def rules(text: Text) -> Iterator[Rule]:
    """The lines of pg_hba.conf in order."""
    for line in text.lines:
        bare = _FILLED.sub(lambda one: "".join(one[0].split()), line.text.partition("#")[0])
        match = _RULE.fullmatch(bare.rstrip())
        if match is None:
            continue
        kind, words = match[1].lower(), _WORD.findall(match[2])
        address = "" if kind == "local" else (words[2] if len(words) > 2 else "")
        rest = words[2:] if kind == "local" else words[3:]
        if rest and kind != "local" and _MASK.fullmatch(rest[0]):
            address, rest = f"{address}/{rest[0]}", rest[1:]
        method = rest[0].lower().strip('"') if rest else ""
        written = clean(line.text.strip(), 100)
        databases, accounts = (*(one.strip('"') for one in words[:2]), "", "")[:2]
        yield Rule(kind, address, method, line.number, written, line.sure, databases, accounts)


def access(text: Text) -> Iterator[Observation]:
    """What pg_hba.conf alone decides: who is asked for nothing, and from where people may come."""
    yield from client_rules(text)
    found = [rule for rule in rules(text) if rule.method and rule.method != "reject"]
    if not found:
        return
    trusting = [_trusts(rule) for rule in found]
    worst = next((i for i, one in enumerate(trusting) if one is True), None)
    if worst is None:
        worst = next((i for i, one in enumerate(trusting) if one is not False), 0)
    place = text.place(found[worst].line)
    yield SignIn(
        "anonymous", negated(any_of(*trusting)), found[worst].written, **place.stamp(text.path)
    )
    remote = [rule for rule in found if rule.remote]
    if remote:
        public = [_public(rule) for rule in remote]
        widest = remote[next((i for i, one in enumerate(public) if one is True), 0)]
        values = [
            one if isinstance(one, Unknown) else "0.0.0.0/0" if one else rule.address
            for one, rule in zip(public, remote, strict=True)
        ]
        yield from opened(text.path, [(PORT, PORT)], values, text.place(widest.line))
        enforced, words, line = _refused(remote)
        yield Transit("database", enforced, words, **text.place(line).stamp(text.path))


def client_rules(text: Text) -> Iterator[Observation]:
    """The rules as the server will read them; one that a template fills in is not decided here."""
    decided = [rule for rule in rules(text) if rule.sure and not TEMPLATED.search(rule.written)]
    rows = [
        (
            *(str(rule.line), rule.kind, rule.databases, rule.accounts, *_address(rule.address)),
            *(rule.method, None, None, text.path),
        )
        for rule in decided
        if rule.method
    ]
    for one in as_read(rows):
        if isinstance(one, ClientRule):
            yield replace(one, vantage=Vantage.DECLARED, source=text.path)


def _address(written: str) -> tuple[str, str]:
    """Address and mask, as the server's view tells them apart."""
    address, _, mask = written.partition("/")
    return (address, mask) if _MASK.fullmatch(mask) else (written, "")


def _trusts(rule: Rule) -> bool | Unknown:
    if TEMPLATED.search(rule.method):
        return unresolved(rule.written)
    trusts = rule.method == "trust"
    return unresolved(f"{rule.written}, under a condition") if trusts and not rule.sure else trusts


def _public(rule: Rule) -> bool | Unknown:
    if TEMPLATED.search(rule.address) or not rule.sure:
        return unresolved(rule.written)
    if rule.address.lower() == "all":
        return True
    if rule.address == _PRIVATE_WORD:
        return False
    return lets_everybody_in([rule.address])


def server(text: Text, beside: Sequence[Text]) -> Iterator[Observation]:
    """What postgresql.conf decides, with the pg_hba.conf beside it."""
    settings = Settings.of(text, assigned(text, separator="= "))
    if not settings.found:
        return
    listens = settings.value("listen_addresses")
    if isinstance(listens, str) and _only_here(listens):
        return
    fragment = text.name != "postgresql.conf"
    ssl = settings.decided(
        ("ssl",), ON, None if fragment else False, "ssl is absent: off by default"
    )
    decided_beside = any(True for one in beside for rule in rules(one) if rule.remote)
    if ssl is not None and not (ssl.value is True and decided_beside):
        enforced, words = ssl.value, ssl.words
        if ssl.value is True:
            enforced = unresolved(f"{words}, and pg_hba.conf decides who must use it")
        yield Transit("database", enforced, words, **text.place(ssl.line).stamp(text.path))
    least = settings.last("ssl_min_protocol_version")
    if least is not None and (ssl is None or ssl.value is not False):
        yield from from_least(text, settings.value("ssl_min_protocol_version"), least)


def _only_here(listens: str) -> bool:
    return all(one.strip() in ("localhost", "127.0.0.1", "::1", "") for one in listens.split(","))


def _refused(remote: Sequence[Rule]) -> tuple[Seen[bool], str, int]:
    """Whether whoever comes in clear is refused, the line that decides and its number."""
    clear = next((rule for rule in remote if rule.kind in ("host", "hostnossl")), None)
    rule = clear or remote[0]
    enforced: Seen[bool] = clear is None
    return (enforced if rule.sure else unresolved(rule.written)), rule.written, rule.line
