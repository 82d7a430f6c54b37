"""Artefacts as their own tools write them today: archives, messages, containers, repositories.

Each maker writes below one folder. A tool that is not there skips what it makes, and fails it where
`CI=true`. Nothing here holds a person: the content is a line of words, repeated.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.lab import databases, lacking, need

WORDS = "facture de transport, sans personne\n" * 400
PASSPHRASE = "pw"


def ran(
    *command: str, given: str = "", into: Path | None = None, known: Mapping[str, str] | None = None
) -> str:
    """What a command prints; fails the test with its words where it does not end well."""
    done = subprocess.run(
        command,
        input=given,
        text=True,
        capture_output=True,
        check=False,
        cwd=into,
        env={**os.environ, **(known or {})},
    )
    assert done.returncode == 0, f"{command}: {done.stderr or done.stdout}"
    return done.stdout


def words(folder: Path) -> Path:
    """A text that everything here is made of."""
    file = folder / "claims.txt"
    if not file.exists():
        file.write_text(WORDS, encoding="utf-8")
    return file


def archives(folder: Path) -> None:
    """tar, zip by Info-ZIP and 7-Zip, 7z with names readable and hidden."""
    text = words(folder).name
    zip_, seven = need("zip", "zip"), need("7zz", "7zip")
    ran(zip_, "-q", "clear.zip", text, into=folder)
    ran(need("tar", "tar"), "-cf", "clear.tar", text, into=folder)
    ran(zip_, "-q", "-P", PASSPHRASE, "zipcrypto.zip", text, into=folder)
    ran(seven, "a", "-tzip", "-mem=AES256", "-ppw", "aes.zip", text, into=folder)
    ran(seven, "a", "clear.7z", text, into=folder)
    ran(seven, "a", "-ppw", "names.7z", text, into=folder)
    ran(seven, "a", "-ppw", "-mhe=on", "hidden.7z", text, into=folder)


def messages(folder: Path) -> None:
    """age, GnuPG with a passphrase and for a key, OpenSSL."""
    text = str(words(folder))
    keygen = need("age-keygen", "age")
    ran(keygen, "-o", str(folder / "age.key"))
    public = ran(keygen, "-y", str(folder / "age.key")).strip()
    ran("age", "-r", public, "-o", str(folder / "claims.age"), text)
    home = folder.parent / "gnupg"
    home.mkdir(mode=0o700)
    gpg = [need("gpg", "gpg"), "--homedir", str(home), "--batch", "--yes", "--quiet"]
    asked = [*gpg, "--pinentry-mode", "loopback", "--passphrase", PASSPHRASE]
    for cipher in ("AES256", "3DES", "CAST5"):
        out = str(folder / f"{cipher.lower()}.gpg")
        ran(*asked, "--cipher-algo", cipher, "-o", out, "-c", text)
    armored = str(folder / "armored.asc")
    ran(*asked, "--s2k-mode", "0", "-a", "-o", armored, "-c", text)
    who = "audit@payer.example"
    ran(*gpg, "--passphrase", "", "--quick-gen-key", who, "rsa2048", "encr", "never")
    ran(*gpg, "--trust-model", "always", "-r", who, "-o", str(folder / "key.gpg"), "-e", text)
    ran(*gpg, "-a", "-o", str(folder / "secret.asc"), "--export-secret-keys")
    ran("gpgconf", "--homedir", str(home), "--kill", "all")
    openssl = [need("openssl", "openssl"), "enc", "-in", text, "-pass", f"pass:{PASSPHRASE}"]
    ran(*openssl, "-aes-256-cbc", "-pbkdf2", "-out", str(folder / "claims.enc"))


def containers(folder: Path) -> None:
    """LUKS in files, made cheap to derive or as it should be; ext4 and swap."""
    program = need("cryptsetup", "cryptsetup-bin")
    small = ["--type", "luks2", "--luks2-metadata-size=16k", "--luks2-keyslots-size=512k"]
    kinds = {
        "luks2.img": [
            "--type",
            "luks2",
            "--pbkdf-force-iterations",
            "4",
            "--pbkdf-memory",
            "65536",
        ],
        "luks1.img": ["--type", "luks1", "--pbkdf-force-iterations", "1000"],
        "cheap.img": [
            *(*small, "--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000"),
            *("-c", "aes-cbc-essiv:sha256", "-s", "256"),
        ],
    }
    for name, options in kinds.items():
        image = folder / name
        with image.open("wb") as file:
            file.truncate(3 << 20)
        ran(program, "luksFormat", "-q", *options, str(image), "-", given=PASSPHRASE)
    with (folder / "swap.img").open("wb") as file:
        file.truncate(1 << 20)
    (folder / "swap.img").chmod(0o600)
    ran(need("mkswap", "util-linux"), str(folder / "swap.img"))


def documents(folder: Path) -> None:
    """PDF by qpdf: clear, encrypted for a user, and for an owner alone."""
    program = need("qpdf", "qpdf")
    clear = str(folder / "clear.pdf")
    ran(program, "--empty", clear)
    for name, user, *options in (
        ("rc4.pdf", PASSPHRASE, "128"),
        ("aes256.pdf", PASSPHRASE, "256"),
        ("owner.pdf", "", "256"),
        ("owner-rc4.pdf", "", "128"),
    ):
        encrypt = ["--encrypt", user, "owner", *options, "--"]
        ran(program, "--allow-weak-crypto", clear, *encrypt, str(folder / name))


def sqlite(folder: Path) -> None:
    """SQLite and SQLCipher."""
    with sqlite3.connect(folder / "clear.sqlite") as connection:
        connection.execute("create table t(a)")
    given = f"PRAGMA key='{PASSPHRASE}'; create table t(a);"
    ran(need("sqlcipher", "sqlcipher"), str(folder / "sealed.db"), given=given)


def cores(folder: Path) -> None:
    """The core of a running process."""
    program = need("gcore", "gdb")
    with subprocess.Popen([need("sleep", "coreutils"), "60"]) as process:
        ran(program, "-o", str(folder / "core"), str(process.pid))
        process.kill()


def restic(folder: Path) -> None:
    """A repository of restic."""
    base = [need("restic", "restic"), "-q", "-r", str(folder / "restic"), "--no-cache"]
    for command in (["init"], ["backup", str(words(folder.parent))]):
        ran(*base, *command, known={"RESTIC_PASSWORD": PASSPHRASE})


def borg(folder: Path, mode: str) -> None:
    """A repository of borg in a mode."""
    place = str(folder / f"borg-{mode}")
    known = {
        "BORG_PASSPHRASE": PASSPHRASE,
        "BORG_BASE_DIR": str(folder.parent),
        "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
    }
    program = need("borg", "borgbackup")
    ran(program, "init", "-e", mode, place, known=known)
    ran(program, "create", f"{place}::a", str(words(folder.parent)), known=known)


def duplicity(folder: Path) -> None:
    """Sets of duplicity, in clear and encrypted."""
    source, home = folder.parent / "source", folder.parent / "duplicity"
    source.mkdir(exist_ok=True)
    home.mkdir(mode=0o700, exist_ok=True)
    words(source)
    known = {"PASSPHRASE": PASSPHRASE, "GNUPGHOME": str(home), "HOME": str(home)}
    for name, options in (("clear", ["--no-encryption"]), ("sealed", [])):
        cache = ["--archive-dir", str(home / name)]
        target = f"file://{folder}/duplicity-{name}"
        base = [need("duplicity", "duplicity"), "full", *options, *cache]
        ran(*base, str(source), target, known=known)


def pgbackrest(folder: Path) -> None:
    """Repositories of pgBackRest of a stopped cluster: clear, encrypted, and both in one."""
    program = need("pgbackrest", "pgbackrest")
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not homes:
        lacking("initdb is not installed: apt-get install postgresql")
    with databases.place() as place:
        cluster = place / "cluster"
        databases.called([str(homes[-1]), "-D", str(cluster), "-U", "admin", "-A", "trust"])
        config = place / "pgbackrest.conf"
        config.write_text(
            f"[global]\nrepo1-path={place}/clear\nrepo2-path={place}/sealed\n"
            f"repo2-cipher-type=aes-256-cbc\nrepo2-cipher-pass={PASSPHRASE}\n"
            f"log-level-file=off\nlock-path={place}\nlog-path={place}\nlog-level-console=error\n"
            f"[x]\npg1-path={cluster}\n"
        )
        base = [program, f"--config={config}", "--stanza=x", "--no-online"]
        databases.called([*base, "stanza-create"])
        for number in ("1", "2"):
            databases.called([*base, f"--repo={number}", "--type=full", "backup"])
        for name in ("clear", "sealed"):
            shutil.copytree(place / name, folder / f"pgbackrest-{name}", symlinks=True)
        mixed = folder / "pgbackrest-mixed"
        shutil.copytree(place / "clear", mixed, symlinks=True)
        for kept in ("backup", "archive"):
            shutil.copytree(place / "sealed" / kept / "x", mixed / kept / "y", symlinks=True)


def gocryptfs(folder: Path) -> None:
    """A folder of gocryptfs, never mounted."""
    place = folder / "gocryptfs"
    place.mkdir()
    program = need("gocryptfs", "gocryptfs")
    ran(program, "-init", "-q", "-scryptn", "12", "-extpass", f"echo {PASSPHRASE}", str(place))


def dumps(folder: Path) -> None:
    """Dumps of PostgreSQL in three forms, of MariaDB, and tablespaces clear and encrypted."""
    with databases.postgresql(tls=False) as served:
        base = ["pg_dump", "-h", str(served.folder), "-p", str(served.port), "-U", "admin"]
        for name, form in (("custom.dump", "c"), ("plain.sql", "p"), ("tar.dump", "t")):
            (folder / name).write_bytes(
                subprocess.run([*base, f"-F{form}", "adh"], check=True, capture_output=True).stdout
            )
        ran(*base, "-Fd", "-f", str(folder / "directory"), "adh")
    with databases.mysql(tls=False, sealing=("--innodb-encrypt-log=ON",)) as served:
        served.run(
            "CREATE TABLE adh.s (a CHAR(99)) ENCRYPTED=YES; CREATE TABLE adh.c (a CHAR(99));"
            "INSERT INTO adh.s SELECT 'x' FROM adh.seq_1_to_900;"
            "INSERT INTO adh.c SELECT 'x' FROM adh.seq_1_to_900;"
            "FLUSH TABLES adh.s, adh.c FOR EXPORT;"
        )
        for name, table in (("sealed.ibd", "s"), ("open.ibd", "c")):
            shutil.copy(served.folder / "data" / "adh" / f"{table}.ibd", folder / name)
        door = f"--socket={served.folder}/door"
        told = ran("mariadb-dump", "--no-defaults", door, "-u", "root", "adh", "c")
        (folder / "maria.sql").write_text(told)


@contextmanager
def fscrypt(folder: Path) -> Iterator[Path]:
    """A folder under a policy of fscrypt, on an ext4 of its own; the system's marks go again."""
    program = need("fscrypt", "fscrypt")
    if os.geteuid() != 0:
        lacking("fscrypt needs root to mount a file system of its own")
    image, mount = folder / "ext4.img", folder / "mount"
    mount.mkdir()
    with image.open("wb") as file:
        file.truncate(64 << 20)
    ran(need("mkfs.ext4", "e2fsprogs"), "-q", "-O", "encrypt", str(image))
    mounter = [need("mount", "mount"), "-o", "loop", str(image), str(mount)]
    if subprocess.run(mounter, check=False, capture_output=True).returncode:
        lacking("no loop device can be mounted here")
    marks = [path for path in (Path("/etc/fscrypt.conf"), Path("/.fscrypt")) if not path.exists()]
    try:
        ran(program, "setup", "--quiet", "--force", given="n\n")
        ran(program, "setup", str(mount), "--quiet", given="n\n")
        (mount / "claims").mkdir()
        options = ["--source=custom_passphrase", "--name=x", "--quiet"]
        ran(program, "encrypt", str(mount / "claims"), *options, given=f"{PASSPHRASE}\n")
        yield mount
    finally:
        subprocess.run([need("umount", "mount"), str(mount)], check=False, capture_output=True)
        for mark in marks:
            shutil.rmtree(mark) if mark.is_dir() else mark.unlink(missing_ok=True)
