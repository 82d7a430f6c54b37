"""Words that give a key away, one table for two readers: Python here, awk on a host.

Patterns are POSIX extended expressions that `re` reads alike, asked of one line at a time. A value
that begins with `$`, a backtick or a bracket is taken from elsewhere and is none.
Sources: restic, borg, duplicity, gpg, openssl-enc, 7-Zip, zip, cryptsetup, gocryptfs, pgBackRest,
file_key_management and hashicorp_key_management of MariaDB, and Vault as their manuals spell them.
"""

from typing import Final, NamedTuple

_SET: Final = '^[ \t]*(export[ \t]+|set[ \t]+|Environment="?)?'
_HEX: Final = "[0-9a-fA-F]"  # repeated by hand: not every awk knows {n}
_GIVEN: Final = "[\"']?[^\"'$`({<[ \t]"
_ARGUMENT: Final = "[ \t=]+[\"']?[^\"'$`({<[ \t-]"
_NAMES: Final = (
    "(RESTIC_PASSWORD|BORG_PASSPHRASE|BORG_NEW_PASSPHRASE|PASSPHRASE|SIGN_PASSPHRASE|GPG_PASSPHRASE|"
    "GPG_PASS|KOPIA_PASSWORD|BACKUP_PASSWORD|BACKUP_PASSPHRASE|ENCRYPTION_KEY|BACKUP_KEY|"
    "LUKS_PASSPHRASE|LUKS_PASSWORD|RCLONE_CONFIG_PASS|WALG_PGP_KEY|WALG_LIBSODIUM_KEY)"
)


SCRIPT: Final = "passphrase in a script"
KEY_FILE: Final = "key file of MariaDB"


class Word(NamedTuple):
    """One way a key is written down: what it is, what it opens, and the pattern of its line.

    A text without the `hint` has no such line: most texts are passed over by that alone.
    """

    kind: str
    opens: str
    pattern: str
    hint: str


KEYS: Final = (
    Word(SCRIPT, "backup", f"{_SET}{_NAMES}[ \t]*=[ \t]*{_GIVEN}", "="),
    Word(SCRIPT, "backup", f"--(passphrase|gpg-passphrase){_ARGUMENT}", "passphrase"),
    Word(SCRIPT, "backup", f"-pass(in|out)?[ \t]+[\"']?pass:{_GIVEN}", "pass:"),
    Word(SCRIPT, "backup", f"openssl[ \t]+enc .*[ \t]-(k|K){_ARGUMENT}", "openssl"),
    Word(SCRIPT, "archive", f"7z[azr]?[ \t]+.*[ \t]-p{_GIVEN}", "7z"),
    Word(SCRIPT, "archive", f"(^|[ \t/;])zip[ \t]+.*(-P|--password){_ARGUMENT}", "zip "),
    Word(SCRIPT, "archive", "-extpass[ \t]+[\"']?echo[ \t]", "-extpass"),
    Word(
        SCRIPT,
        "backup",
        "(echo|printf)[ \t]+[^|$`]*[|][ \t]*(sudo[ \t]+)?"
        "(gpg[ \t].*--passphrase-fd|openssl[ \t].*stdin|cryptsetup|restic|borg)[ \t]",
        "|",
    ),
    Word(
        "cipher passphrase of pgBackRest",
        "backup",
        f"^[ \t]*repo[0-9]*-cipher-pass[ \t]*={_GIVEN}",
        "-cipher-pass",
    ),
    Word(
        "encryption_passphrase of borgmatic",
        "backup",
        f"encryption_passphrase:[ \t]*{_GIVEN}",
        "encryption_passphrase",
    ),
    Word(KEY_FILE, "database", f"^[ \t]*[0-9]+;{_HEX * 32}[0-9a-fA-F]*[ \t]*$", ";"),
    Word(
        "file key of MariaDB",
        "database",
        "^[ \t]*(loose[-_])?file[-_]key[-_]management[-_]filekey[ \t]*=[ \t]*[\"']?[^ \tF\"'$]",
        "filekey",
    ),
    Word("age identity", "backup", "^AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1"),
    Word("borg key", "backup", f"^BORG_KEY {_HEX * 16}", "BORG_KEY "),
)
TOKENS: Final = (
    f"{_SET}VAULT_TOKEN[ \t]*=[ \t]*{_GIVEN}",
    "^[ \t]*(loose[-_])?hashicorp[-_]key[-_]management[-_]token[ \t]*=[ \t]*[\"']?[^ \t\"'$]",
    "(^|[^0-9A-Za-z])hvs[.][0-9A-Za-z_-]",
)


class Service(NamedTuple):
    """A key kept elsewhere: the service, and whether the line tells of a way there in clear."""

    name: str
    pattern: str
    hint: str
    clear: str = ""


SERVICES: Final = (
    Service(
        "Vault",
        "(VAULT_ADDR|vault[-_](url|addr)|vaultUrl)[\"']?[ \t]*[=:][ \t]*[\"']?https?:",
        "http",
        "[=:][ \t]*[\"']?http:",
    ),
    Service("Vault transit", "vault:v[0-9]+:", "vault:v"),
    Service("AWS KMS", "arn:aws[a-z-]*:kms:", ":kms:"),
    Service("Azure Key Vault", "https://[0-9A-Za-z-]+[.]vault[.]azure[.]net", ".vault.azure.net"),
    Service(
        "Google Cloud KMS",
        "projects/[^ /]+/locations/[^ /]+/keyRings/[^ /]+/cryptoKeys/",
        "/cryptoKeys/",
    ),
    Service(
        "KMIP",
        "(kmip[-_.]?(server|host|url|endpoint|serverName|addr)[a-zA-Z]*)[\"']?[ \t]*[=:]",
        "kmip",
        "[=:][ \t]*[\"']?(http|tcp):",
    ),
    Service("PKCS#11", "pkcs11:[a-z-]+=", "pkcs11:"),
    Service("Tang", '"tang"[ \t]*:|clevis[ \t]+luks[ \t]+bind[ \t].*tang', "tang"),
    Service("TPM", 'tpm2-device=|"tpm2"[ \t]*:|clevis[ \t]+luks[ \t]+bind[ \t].*tpm2', "tpm2"),
)
