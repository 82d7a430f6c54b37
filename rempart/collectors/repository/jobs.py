"""Which files of a repository are read as what, and the jobs a worker does: messages of both sides.

One job holds all files of one kind, since modules, includes and drop-ins belong together; only the
search of all texts for secrets is cut into pieces.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

import msgspec

from rempart.check import Observation
from rempart.collectors.keycloak.realm import BRINGS as REALM
from rempart.collectors.repository.ansible.paths import may_be
from rempart.collectors.repository.compose.names import NAMED
from rempart.collectors.repository.servers.families import family_of
from rempart.collectors.tree import Found
from rempart.observations.database_accounts import ClientRule
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import LiteralSecret, OpenPort, PublicEndpoint, Workload
from rempart.observations.fixtures import HealthIdentifiers
from rempart.observations.images import OfferedPort
from rempart.observations.keys import EncryptionKey
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.sign_in import SignIn
from rempart.observations.ssh import SshdSettings
from rempart.observations.tls import TlsVersion
from rempart.observations.transit import PeerVerification, Transit
from rempart.observations.volumes import Volume

Types = tuple[type[Observation], ...]

BRINGS_OF: dict[str, Types] = {
    "terraform": (
        *(Volume, DataStore, PublicEndpoint, OpenPort, Transit, TlsVersion, EncryptionKey),
        *(SignIn, PasswordPolicy, LiteralSecret),
    ),
    "plan": (
        *(Volume, DataStore, PublicEndpoint, OpenPort, Transit, TlsVersion, EncryptionKey),
        *(SignIn, PasswordPolicy),
    ),
    "compose": (OpenPort, LiteralSecret, SignIn, Transit, PeerVerification, Workload),
    "dockerfile": (LiteralSecret, SignIn, Transit, PeerVerification, Workload, OfferedPort),
    "ansible": (
        *(Volume, DataStore, PublicEndpoint, OpenPort, Transit, TlsVersion, EncryptionKey),
        *(SignIn, PasswordPolicy, LiteralSecret, SshdSettings, PeerVerification, Workload),
        ClientRule,
    ),
    "keycloak": (*REALM, LiteralSecret),
    "pipelines": (LiteralSecret, SignIn, Transit, PeerVerification),
    "servers": (
        *(Volume, DataStore, OpenPort, Transit, TlsVersion, SignIn, PasswordPolicy),
        *(LiteralSecret, SshdSettings, PeerVerification, ClientRule),
    ),
    "manifests": (
        *(Volume, DataStore, PublicEndpoint, OpenPort, Transit, TlsVersion, EncryptionKey),
        *(SignIn, PasswordPolicy, LiteralSecret, Workload, PeerVerification),
    ),
    "nginx": (TlsVersion, Transit),
    "sshd": (SshdSettings,),
    "text": (LiteralSecret, HealthIdentifiers),
}
BRINGS: Types = tuple(dict.fromkeys(type_ for types in BRINGS_OF.values() for type_ in types))
KINDS = "REMPART_KINDS"  # the variable that tells a worker which kinds of jobs will come
PIECE = 500  # files of one search for secrets
LONGEST = 2_000_000  # bytes of one configuration file
TEXT_FILE = 16_000_000  # bytes of a file that are searched for secrets

PLAN = 100_000_000  # bytes of a plan as JSON
_TERRAFORM = (".tf", ".tofu", ".tfvars", ".tf.json", ".tofu.json", ".tfvars.json")
_HCL = frozenset({".terraform.lock.hcl", "terragrunt.hcl", "root.hcl"})
_PLAN = re.compile(r"(?:[\w-]*[._-])?(?:tf)?plan(?:[._-][\w.-]*)?\.json", re.I)
_DOCKERFILE = re.compile(r"(?:[\w.-]+[._-])?(?:docker|container)file(?:[._-][\w.-]+)?", re.I)
_NO_DOCKERFILE = (".md", ".yml", ".yaml", ".json", ".sh", ".py", ".txt", ".js", ".ts", ".go", ".j2")
_PIPELINE = re.compile(
    r"(?:^|/)(?:\.github/workflows/[^/]+|\.?gitlab-ci[\w.-]*|action)\.ya?ml$|(?:^|/)\.gitlab/ci/",
    re.I,
)
_MANIFEST = re.compile(r"(?<!\.tf)(?<!\.tfvars)\.(?:ya?ml|json|template)$|^Kustomization$", re.I)
_NGINX_FOLDERS = frozenset({"sites-available", "sites-enabled"})
_BINARY = re.compile(
    r"\.(?:png|jpe?g|gif|ico|webp|woff2?|ttf|otf|eot|pdf|zip|gz|bz2|xz|zst|7z|jar|so|o|a|pyc|mp4|svg)$",
    re.I,
)


class Job(msgspec.Struct, frozen=True):
    """What a worker is asked: the folder, the kind, and paths as Latin-1 text of their bytes.

    `key` is the run's own for digests of secrets, in hexadecimal; `rules` a file of more rules;
    `skip` names the parts (roots of Terraform) that killed a worker before.
    """

    root: str
    kind: str
    files: tuple[str, ...]
    key: str = ""
    rules: str = ""
    skip: tuple[str, ...] = ()


class Told(msgspec.Struct, frozen=True, array_like=True):
    """One line of a worker's answer: `at` a file or a `part`, `seen` something, a `gap`, `done`."""

    word: str
    type: str = ""
    value: msgspec.Raw = msgspec.Raw(b"null")


def jobs(
    root: str,
    found: Iterable[Found],
    wanted: frozenset[type[Observation]],
    *,
    key: str = "",
    rules: str = "",
) -> Iterator[Job]:
    """The jobs that can bring something wanted."""
    sorted_: dict[str, list[str]] = {}
    for file in found:
        for kind in _kinds(file):
            sorted_.setdefault(kind, []).append(file.raw.decode("latin-1"))
    for kind, files in sorted_.items():
        if not wanted.intersection(BRINGS_OF[kind]):
            continue
        size = PIECE if kind == "text" else len(files)
        for start in range(0, len(files), size):
            yield Job(root, kind, tuple(files[start : start + size]), key, rules)


def _kinds(file: Found) -> Iterator[str]:
    path = PurePosixPath(file.path)
    name = path.name
    if named := _named(file.path, path):
        yield named
    if not NAMED.fullmatch(name):
        yield from _kinds_by_content(file, name)
    if file.size > 0 and not _BINARY.search(name):
        yield "text"


def _named(text: str, path: PurePosixPath) -> str:
    """The one kind that a file's name tells; empty where it tells none."""
    name = path.name
    told = (
        ("terraform", name.endswith(_TERRAFORM) or name in _HCL),
        ("plan", _PLAN.fullmatch(name)),
        ("compose", NAMED.fullmatch(name)),
        ("sshd", name == "sshd_config" or "sshd_config.d" in path.parts),
        ("dockerfile", _DOCKERFILE.fullmatch(name) and not name.endswith(_NO_DOCKERFILE)),
        ("nginx", _is_nginx(path)),
    )
    kind = next((kind for kind, holds in told if holds), "")
    return kind or ("servers" if family_of(text) else "")


def _kinds_by_content(file: Found, name: str) -> Iterator[str]:
    """Kinds whose readers look into a file before they take it for theirs."""
    if name.endswith(".json") and 0 < file.size <= TEXT_FILE:
        yield "keycloak"
    if _PIPELINE.search(file.path):
        yield "pipelines"
    elif name.endswith((".yml", ".yaml")):
        yield "compose"
    if may_be(file.path):
        yield "ansible"
    if _MANIFEST.search(name) and not _PLAN.fullmatch(name):
        yield "manifests"


def _is_nginx(path: PurePosixPath) -> bool:
    if path.suffix not in ("", ".conf", ".inc"):
        return False
    folders = [part.lower() for part in path.parts[:-1]]
    if any("apache" in part or "httpd" in part for part in folders):  # it has sites of its own
        return False
    about = any("nginx" in part or part in _NGINX_FOLDERS for part in folders)
    return path.name == "nginx.conf" or (about and path.name.lower() not in _NOT_NGINX)


_NOT_NGINX = frozenset({"dockerfile", "makefile", "license", "readme", "mime.types"})
