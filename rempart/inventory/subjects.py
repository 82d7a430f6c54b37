"""What can be audited: one type a family of subjects, with the keys a person writes.

`kind` tells the families apart in the engine; the key in the file is the plural (`portals:`).
"""

from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar, Literal, TypeAlias

import msgspec
from msgspec import Meta

from rempart.inventory.authorisation import Budget, Count
from rempart.inventory.log_fields import LogFormat
from rempart.inventory.values import Ceiling, Key, Location, Period, Place
from rempart.secrets import Reference

Text = Annotated[str, Meta(min_length=1)]
Criticality: TypeAlias = Literal["", "low", "medium", "high", "critical"]
Population: TypeAlias = Literal["", "professionals", "insured", "partners", "staff"]
Environment: TypeAlias = Literal["", "production", "acceptance", "test", "development"]
Protocol: TypeAlias = Literal[
    "smtp",
    "ssh",
    "ldap",
    "imap",
    "postgresql",
    "redis",
    "rdp",
    "elasticsearch",
    "mongodb",
    "vpn",
    "citrix",
    "sftp",
    "moveit",
    "api",
]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a subject: strict about its keys."""


class Subject(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every subject has. `owner` is the team that acts; `name` is for reports."""

    kind: ClassVar[str] = ""

    id: Annotated[str, Meta(min_length=1, max_length=120)]
    name: str = ""
    owner: str = ""
    criticality: Criticality = ""
    population: Population = ""
    zone: str = ""
    budget: Budget = Budget()


class SignedIn(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a signed-in session is recognised."""

    url: Text
    status: Annotated[int, Meta(ge=100, le=599)] = 200


class SecondFactor(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the second factor goes."""

    url: Text
    field: Text
    kind: Literal["totp"] = "totp"


class Logout(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a session is ended."""

    url: Text
    method: Literal["GET", "POST"] = "POST"


class Reset(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a forgotten password is asked for, and the field that takes the account."""

    url: Text
    field: Text


class Login(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How accounts sign in. `fields` names the form's fields for account and password."""

    kind: Literal["form", "json", "oidc", "session"]
    url: str = ""
    fields: dict[Literal["account", "password"], Text] = {}
    signed_in: SignedIn | None = None
    second_factor: SecondFactor | None = None
    logout: Logout | None = None
    reset: Reset | None = None


class Lookup(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a person's rights are asked for; `{beneficiary}` in the URL or the body is the person.

    A body that begins with a brace is sent as JSON, any other as a form's.
    """

    url: Text
    method: Literal["GET", "POST"] = "GET"
    body: str = ""
    ceiling: Ceiling | None = None
    needed: tuple[str, ...] = ()


class Canary(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An account the payer made for the audit, with synthetic people behind it."""

    account: Text
    password: Reference | None = None
    totp: Reference | None = None
    session: Reference | None = None
    beneficiaries: Reference | None = None
    objects: tuple[str, ...] = ()
    may_be_locked: bool = False


class CanaryBudget(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`requests` is for the portal, `failed_sign_ins` and `lookups` are for each canary."""

    requests: Count = 300
    failed_sign_ins: Count = 12
    lookups: Count = 130


class Portal(Subject, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A web portal or API. `connect` is dialled instead of the URL's host; `plain` for HTTP."""

    kind: ClassVar[str] = "portal"

    url: Text
    connect: str = ""
    plain: str = ""
    ca: Path | None = None
    login: Login | None = None
    lookup: Lookup | None = None
    canaries: tuple[Canary, ...] = ()
    absent_accounts: tuple[str, ...] = ()
    canary_budget: CanaryBudget = CanaryBudget()


class Host(Subject, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A machine, asked over SSH (`ssh: local` is this one), or brought as a bundle or as files.

    `jump` is the host to go through; `sessions` caps how many go through this one at a time.
    `client: openssh` lets OpenSSH's own client sign in where the library knows none of the host's
    algorithms.
    """

    kind: ClassVar[str] = "host"

    ssh: str = ""
    key: Key | None = None
    password: Reference | None = None
    passphrase: Reference | None = None
    known_hosts: Path | None = None
    become: Literal["", "sudo"] = ""
    jump: str = ""
    client: Literal["", "openssh"] = ""
    sessions: Annotated[int, Meta(ge=1, le=100)] = 10
    bundle: Path | None = None
    captured: Path | None = None
    environment: Environment = ""


class Service(Subject, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Another door of the payer; the file's key `kind` is `protocol` here.

    One that keeps data (MongoDB, Elasticsearch) may say in which folder of which host.
    """

    kind: ClassVar[str] = "service"

    connect: Text
    protocol: Protocol = msgspec.field(name="kind")
    ca: Path | None = None
    on: str = ""
    data_directory: str = ""


class ReadLog(Subject, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A log of who read whose data: a file, a folder, a pattern of names, or a `table`.

    `account`, `person`, `time` and the others say where in a line, or in which column; what is left
    out is guessed. `reads` and `sign_ins` are the values of `action` that mean so; `alarm` is when
    the payer says it is alerted, `rules` are its detection rules.
    """

    kind: ClassVar[str] = "read_log"

    path: Place | None = None
    table: str = ""
    database: str = ""
    on: str = ""
    of: str = ""
    format: LogFormat = ""
    layout: str = ""
    account: str = ""
    person: str = ""
    time: str = ""
    address: str = ""
    action: str = ""
    status: str = ""
    url: str = ""
    reads: tuple[Text, ...] = ()
    sign_ins: tuple[Text, ...] = ()
    zone: str = ""
    ceiling: Ceiling | None = None
    alarm: tuple[Ceiling, ...] = ()
    rules: tuple[Path, ...] = ()
    pseudonyms: Reference | None = None


class Database(Subject, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A database: postgresql://, mysql:// (MariaDB too), or sqlite:/// and a file.

    One of another product is `captured`: a folder with the answers to our queries (SQL Server,
    Oracle).

    `of` names the databases it is a replica of. `rows: all` has what a sample
    proved counted in every row.
    """

    kind: ClassVar[str] = "database"

    url: str = ""
    captured: Path | None = None
    password: Reference | None = None
    ca: Path | None = None
    on: str = ""
    data_directory: str = ""
    of: tuple[str, ...] = ()
    environment: Environment = ""
    retention: Period | None = None
    rows: Literal["sample", "all"] = "sample"


class Directory(Subject, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An LDAP directory: its URL, or an LDIF file taken from it."""

    kind: ClassVar[str] = "directory"

    url: str = ""
    ldif: Path | None = None
    bind: str = ""
    password: Reference | None = None
    base: str = ""
    ca: Path | None = None


class Identity(Subject, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A realm or tenant of the payer at an identity provider, by one of these keys.

    `keycloak` is a realm's export, or its URL with a `token` of the admin API (`realm` where the
    URL names none); `entra`, `okta` and `aws` are folders or files of answers of their APIs.
    """

    kind: ClassVar[str] = "identity"

    keycloak: Location | None = None
    realm: str = ""
    ca: Path | None = None
    token: Reference | None = None
    entra: Path | None = None
    okta: Path | None = None
    aws: Path | None = None


class Domain(Subject, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A DNS domain; its id is its name.

    `anchor` is a file with the DS records of a private root, `ca` the authority of its MTA-STS
    host. `lookalikes` asks for names that resemble it, but for those in `owned`.
    """

    kind: ClassVar[str] = "domain"

    resolver: str = ""
    anchor: Path | None = None
    ca: Path | None = None
    lookalikes: bool = False
    owned: tuple[str, ...] = ()


class Files(Subject, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A folder where data may lie, here or on a host."""

    kind: ClassVar[str] = "files"

    path: Place
    on: str = ""


class Backup(Subject, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A place of backups, and what they are copies of; `restored`: a restore was last rehearsed."""

    kind: ClassVar[str] = "backup"

    path: Place
    on: str = ""
    of: tuple[str, ...] = ()
    restored: date | None = None


class Repository(Subject, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A repository that declares subjects: `declares` gives each one its files or addresses.

    `secret_rules` is a file of rules for secrets beside our own, in the schema of Gitleaks.
    """

    kind: ClassVar[str] = "repository"

    path: Place
    declares: dict[str, tuple[str, ...]] = {}
    secret_rules: Path | None = None


class Subjects(Part, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The lists of an inventory."""

    portals: tuple[Portal, ...] = ()
    hosts: tuple[Host, ...] = ()
    services: tuple[Service, ...] = ()
    read_logs: tuple[ReadLog, ...] = ()
    databases: tuple[Database, ...] = ()
    directories: tuple[Directory, ...] = ()
    identity: tuple[Identity, ...] = ()
    domains: tuple[Domain, ...] = ()
    files: tuple[Files, ...] = ()
    backups: tuple[Backup, ...] = ()
    repositories: tuple[Repository, ...] = ()


FAMILIES = Subjects.__struct_fields__
