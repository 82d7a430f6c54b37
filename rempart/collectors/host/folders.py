"""Folders and data sets with a key of their own: fscrypt's policies, ZFS' native encryption.

Sources: fscrypt(1) 0.3, chattr(1) for the flag `E`, zfsprops(7) of OpenZFS 2.2. No password is
asked for and nothing is unlocked.
"""

import re
from collections.abc import Iterator

from rempart.check import Observation, Reason, Seen, Unknown
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.section import Section
from rempart.collectors.host.volumes import place_encrypted
from rempart.collectors.host.zfs import datasets
from rempart.collectors.text import clean
from rempart.errors import CollectError
from rempart.observations.volumes import EncryptedFolder

# Folders in which data of a payer commonly lie, one level of folders below each included.
DATA = (
    *("/var/lib/postgresql", "/var/lib/pgsql", "/var/lib/mysql", "/var/lib/mariadb"),
    *("/var/lib/mongodb", "/var/lib/elasticsearch", "/var/lib/redis", "/var/lib/docker"),
    *(
        "/var/backups",
        "/var/spool",
        "/srv",
        "/data",
        "/backup",
        "/backups",
        "/opt",
        "/home",
        "/mnt",
    ),
)
_FLAGS = r"""folders() {
  for folder do set -- "$@" "$folder"/*/; done
  lsattr -d "$@" 2>/dev/null | awk '$1 ~ /E/ { sub(/^[^ ]+ /, ""); sub(/[/]$/, ""); print }' |
  while IFS= read -r folder; do
    printf '@%s\n' "$folder"
    $limit fscrypt status "$folder" 2>/dev/null
  done
  return 0
}
"""


def encrypted_folders(answers: Answers) -> Iterator[Observation]:
    """Each folder under a policy of fscrypt, and each data set of ZFS that is mounted."""
    errors = []
    for name, reader in (("folders", _fscrypt), ("zfs", _datasets)):
        try:
            text = answers.text(name)
        except CollectError as error:
            errors.append(error)
            continue
        yield from reader(text, answers)
    if len(errors) > 1:
        raise errors[0]


def _fscrypt(text: str, answers: Answers) -> Iterator[EncryptedFolder]:
    for part in re.split(r"^@", text, flags=re.MULTILINE)[1:]:
        folder, _, status = part.partition("\n")
        contents = re.search(r"contents:(\w+)", status)
        unlocked = re.search(r"^Unlocked: (\w+)", status, re.MULTILINE)
        protectors = re.findall(
            r"^[0-9a-f]{16} .*?(custom passphrase|custom|login|raw key) protector", status, re.M
        )
        yield EncryptedFolder(
            "fscrypt",
            True,
            contents[1] if contents else "",
            _source(protectors),
            unlocked=unlocked[1] != "No" if unlocked else _untold("its state"),
            key=clean(folder, 200),
            source="fscrypt status" if status.strip() else "lsattr -d",
        )


def _source(protectors: list[str]) -> Seen[str]:
    """What the weakest protector is: a raw key lies in a file somewhere."""
    if not protectors:
        return _untold("what protects its key")
    if "raw key" in protectors:
        return "file"
    return "login" if "login" in protectors else "passphrase"


def _untold(what: str) -> Unknown:
    return Unknown(Reason.UNRESOLVED, f"fscrypt does not tell {what}")


def _datasets(text: str, answers: Answers) -> Iterator[EncryptedFolder]:
    for name, told in datasets(text).items():
        cipher = told.get("encryption", "")
        if not cipher or not told.get("mountpoint", "").startswith("/"):
            continue
        sealed = cipher not in ("off", "-")
        scheme, _, place = told.get("keylocation", "").partition("://")
        file = place if sealed and scheme == "file" else ""
        turns = told.get("pbkdf2iters", "")
        yield EncryptedFolder(
            "ZFS",
            sealed,
            cipher if sealed else "",
            _location(scheme) if sealed else "",
            file,
            place_encrypted(answers, file) if file else None,
            int(turns) if turns.isdecimal() and 0 < len(turns) < 10 and turns != "0" else None,
            told.get("keystatus") != "unavailable",
            key=told["mountpoint"],
            source=f"zfs get encryption {name}",
        )


def _location(scheme: str) -> Seen[str]:
    if scheme in ("http", "https"):
        return "network"
    if scheme == "file":
        return "file"
    known = scheme in ("prompt", "none")
    return "passphrase" if known else Unknown(Reason.UNRESOLVED, "where its key lies was not told")


def handed(text: str) -> str:
    """What somebody hands over of `fscrypt status FOLDER`: the folder stands in its first line."""
    return re.sub(
        r'^(?="(/[^"\n]*)" is encrypted with fscrypt)', r"@\1\n", text, flags=re.MULTILINE
    )


SECTIONS = (
    Section(
        "folders",
        "lsattr -d",
        (EncryptedFolder,),
        (("folders", *DATA),),
        code=_FLAGS,
        given=("fscrypt.txt", "fscrypt-status.txt"),
        reduced=handed,
    ),
)
READERS = {EncryptedFolder: encrypted_folders}
