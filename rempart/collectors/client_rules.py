"""The rules of pg_hba.conf as PostgreSQL itself reads them, in the order it tries them."""

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from rempart.check import Gap
from rempart.collectors.text import clean
from rempart.errors import Reason, Truncated
from rempart.observations.database_accounts import ClientRule

RULES: Final = (
    "SELECT r.line_number, r.type, array_to_string(r.database, ','), "
    "array_to_string(r.user_name, ','), r.address, r.netmask, r.auth_method, "
    "array_to_string(r.options, ','), r.error, to_jsonb(r)->>'file_name' "
    "FROM pg_catalog.pg_hba_file_rules r"
)
# Whether the file was changed after the server last read it.
STALE: Final = (
    "SELECT pg_catalog.pg_conf_load_time() < "
    "(pg_catalog.pg_stat_file(current_setting('hba_file'))).modification"
)
_HERE: Final = ("", "samehost", "localhost")
_CLEAR: Final = frozenset({"host", "hostnossl", "hostnogssenc"})


def rules(rows: Sequence[Sequence[str | None]]) -> Iterator[ClientRule | Gap]:
    """The lines of pg_hba.conf, in their order; a gap for one the server cannot read.

    Raises Truncated where these are no rules at all.
    """
    earlier: list[ClientRule] = []
    for row in rows:
        line, kind, databases, users, address, mask, method, options, error, file = row
        if error:
            detail = f"pg_hba.conf line {clean(line or '')}: the server itself cannot read it"
            yield Gap(
                ClientRule.__name__, Reason.UNRESOLVED, detail, key=f"line {clean(line or '')}"
            )
            continue
        if not line or not line.isdecimal() or not kind or not method:
            raise Truncated("pg_hba_file_rules did not answer with rules")
        network = _network(address or "", mask or "")
        found = ClientRule(
            kind,
            _words(databases),
            _words(users),
            network,
            method,
            tuple(_harmless(one) for one in _words(options)),
            clear_text=kind in _CLEAR and _reaches_network(network),
            source=clean((file or "pg_hba.conf").rpartition("/")[2]),
            line=int(line),
            end_line=int(line),
        )
        found = replace(found, key=_key(found), shadowed=_shadow(found, earlier))
        earlier.append(found)
        yield found


def not_in_force() -> Gap:
    """What a file says of a server that has not read it."""
    detail = "pg_hba.conf was changed after the server last read it: other rules are in force"
    return Gap(ClientRule.__name__, Reason.UNRESOLVED, detail, key="not reloaded")


def _key(rule: ClientRule) -> str:
    words = (rule.connection, ",".join(rule.databases), ",".join(rule.accounts), rule.address)
    return clean(" ".join(word for word in words if word))


def _shadow(rule: ClientRule, earlier: Sequence[ClientRule]) -> str:
    """The first earlier rule that takes everybody this one is for: PostgreSQL stops at it."""
    for one in earlier:
        same = one.connection == rule.connection or (
            one.connection == "host" and rule.connection.startswith("host")
        )
        if same and _covers(one, rule):
            return f"line {one.line}"
    return ""


def _covers(one: ClientRule, other: ClientRule) -> bool:
    def whole(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
        return "all" in mine or (set(theirs) <= set(mine) and "all" not in theirs)

    # `all` of the databases leaves `replication` out
    databases = whole(one.databases, other.databases) and (
        "replication" not in other.databases or "replication" in one.databases
    )
    return databases and whole(one.accounts, other.accounts) and _within(other, one)


def _within(inner: ClientRule, outer: ClientRule) -> bool:
    if outer.address in (inner.address, "all"):
        return True
    try:
        small, large = ipaddress.ip_network(inner.address), ipaddress.ip_network(outer.address)
    except ValueError:
        return False
    return small.version == large.version and small.subnet_of(large)  # type: ignore[arg-type]


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(clean(one) for one in (text or "").split(",") if one)


def _harmless(option: str) -> str:
    """An option without what it is set to where that may be a secret (ldapbindpasswd)."""
    name, _, value = option.partition("=")
    secret = any(word in name.lower() for word in ("passw", "secret"))
    return f"{name}=..." if secret and value else option


def _network(address: str, mask: str) -> str:
    if not mask:
        return clean(address)
    try:
        return str(ipaddress.ip_network(f"{address}/{_bits(mask)}", strict=False))
    except ValueError:
        return clean(address)


def _bits(mask: str) -> int:
    return int(ipaddress.ip_address(mask)).bit_count()


def _reaches_network(address: str) -> bool:
    if address in _HERE:
        return False
    try:
        return not ipaddress.ip_network(address, strict=False).is_loopback
    except ValueError:
        return True
