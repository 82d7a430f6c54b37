"""Who may sign in to a database server, from where, and with what kind of secret."""

from dataclasses import dataclass

from rempart.check import Observation, Reason, Seen, Unknown

UNASKED = Unknown(Reason.NO_COLLECTOR, "this product has no such thing, or it was not asked")


@dataclass(frozen=True, slots=True)
class DatabaseAccount(Observation):
    """One account of a server; key: its name, with its host where the server tells them apart.

    `product` is postgresql, mariadb, mysql, sqlserver or oracle. `scheme` is how the password is
    kept (scram-sha-256, md5, mysql_native_password, caching_sha2_password, ed25519, sha512, 12c,
    10g ...), None where the account has none: then `external` names what lets it in instead
    (unix_socket, ldap, windows ...), or nothing does. `cost` is its rounds. `no_secret` is true
    where anybody who says the name is let in, `guessable` where the password is the name or the
    vendor's. `administrator` is who may do everything, or give itself the right to. `anywhere` is
    true where the account may come from every address. `expires` is the day its password or itself
    ends (ISO), None for never; `max_age_days` the same as a rule. No password and no hash leaves
    the server.
    """

    product: str
    can_sign_in: Seen[bool]
    administrator: Seen[bool]
    scheme: Seen[str | None]
    cost: Seen[int | None] = None
    external: str = ""
    no_secret: Seen[bool] = False
    anonymous: bool = False
    guessable: Seen[bool] = UNASKED
    anywhere: Seen[bool] = UNASKED
    needs_tls: Seen[bool] = UNASKED
    expires: Seen[str | None] = UNASKED
    max_age_days: Seen[int | None] = UNASKED
    rules_apply: Seen[bool] = UNASKED  # the server's rules for passwords hold for this account


@dataclass(frozen=True, slots=True)
class ClientRule(Observation):
    """One line of pg_hba.conf as the server reads it; key: its words up to the method.

    `address` is empty for the local socket, `all`, `samehost`, `samenet`, a name, or a network in
    CIDR. `clear_text` is true where a connection without TLS fits the rule. `shadowed` names an
    earlier line that takes everybody this one is for.
    """

    connection: str
    databases: tuple[str, ...]
    accounts: tuple[str, ...]
    address: str
    method: str
    options: tuple[str, ...] = ()
    clear_text: bool = False
    shadowed: str = ""


@dataclass(frozen=True, slots=True)
class DatabaseServer(Observation):
    """What a server asks of everybody who signs in; key: the product.

    `new_passwords` is the scheme a new password is kept in. `checkers` are the modules that look at
    a new password. `tls` is whether TLS is offered, `tls_required` whether a client on the network
    cannot do without; None where the server listens to nobody on the network.
    """

    product: str
    version: str
    new_passwords: Seen[str]
    checkers: Seen[tuple[str, ...]]
    tls: Seen[bool]
    tls_required: Seen[bool | None]
    listens: Seen[str]
