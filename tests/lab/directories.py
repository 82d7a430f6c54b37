"""Debian's slapd and Samba's domain controller on loopback, while a context lasts."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme

from rempart.inventory import load
from tests.lab import lacking, need

PASSWORD = "Pässword-of-the-lab-1"
BASE = "dc=payer,dc=example"
ADMIN = f"cn=admin,{BASE}"
REALM_BASE = "DC=lab,DC=example"
_INVENTORY = """
schema: rempart.inventory/1
organisation: Tiers Payant Démonstration
language: fr
authorisation:
  reference: M-2026-1
  granted_by: Directrice
  contact: rssi@payer.example
  valid: {{from: 2026-01-01T00:00:00+01:00, until: 2046-12-31T23:59:59+01:00}}
  scope: ["127.0.0.0/8"]
  allow: [active]
  budget: {{connections: 20, requests: 20, per_second: 1000, seconds: 30}}
subjects:
  directories:
    - {{id: dir, url: "{url}", bind: "{bind}", password: env:LAB_PASSWORD{more}}}
"""
_SLAPD = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
{modules}
pidfile {folder}/slapd.pid
{tls}
database config
rootdn cn=config
access to * by dn.exact="{admin}" read by * none
database mdb
suffix "{base}"
rootdn "{admin}"
rootpw "{password}"
limits dn.exact="uid=dora,ou=people,{base}" size.soft=1 size.hard=1
directory {folder}/db
{rules}
"""
PEOPLE = f"""dn: {BASE}
objectClass: dcObject
objectClass: organization
o: Payer
dc: payer

dn: ou=people,{BASE}
objectClass: organizationalUnit
ou: people

dn: uid=anna,ou=people,{BASE}
objectClass: inetOrgPerson
uid: anna
cn: Anna
sn: A
userPassword: {{SSHA}}0XpeUTUkgk2sWj5V8VPyG7iGTKlLOm6E

dn: uid=bert,ou=people,{BASE}
objectClass: inetOrgPerson
uid: bert
cn: Bert
sn: B
userPassword: in-clear-2026

dn: uid=carl,ou=people,{BASE}
objectClass: inetOrgPerson
uid: carl
cn: Carl
sn: C
userPassword: {{CRYPT}}$6$rounds=5000$abcdefgh$0123456789

dn: uid=dora,ou=people,{BASE}
objectClass: inetOrgPerson
uid: dora
cn: Dora
sn: D
userPassword: seen-one-by-one

dn: ou=elsewhere,{BASE}
objectClass: referral
objectClass: extensibleObject
ou: elsewhere
ref: ldap://192.0.2.1/ou=elsewhere,{BASE}
"""
POLICY = f"""
dn: ou=policies,{BASE}
objectClass: organizationalUnit
ou: policies

dn: cn=default,ou=policies,{BASE}
objectClass: person
objectClass: pwdPolicy
cn: default
sn: default
pwdAttribute: userPassword
pwdCheckQuality: 2
pwdMinLength: 16
pwdInHistory: 5
pwdMinAge: 86400
pwdLockout: TRUE
pwdMaxFailure: 10
pwdLockoutDuration: 900

dn: cn=paper,ou=policies,{BASE}
objectClass: person
objectClass: pwdPolicy
cn: paper
sn: paper
pwdAttribute: userPassword
pwdCheckQuality: 0
pwdMinLength: 20
pwdMaxFailure: 5
"""


@dataclass(frozen=True, slots=True)
class Served:
    """A running directory and how to reach it."""

    url: str
    bind: str
    folder: Path

    def inventory(self, folder: Path, *, ca: bool = False, bind: str | None = None) -> Any:
        """An inventory of this directory alone."""
        more = f", ca: 'file:{self.folder / 'ca.pem'}'" if ca else ""
        text = _INVENTORY.format(url=self.url, bind=bind or self.bind, more=more)
        file = folder / "inventory.yaml"
        file.write_text(text, encoding="utf-8")
        return load(file)


@contextmanager
def slapd(folder: Path, *, policy: bool, tls: bool) -> Iterator[Served]:
    """An OpenLDAP server: with a policy and TLS demanded, or as it comes."""
    need("slapd", "slapd")
    (folder / "db").mkdir(parents=True)
    port = _free()
    modules = "moduleload ppolicy" if policy else ""
    rules = "access to attrs=userPassword by * auth\naccess to * by users read\n" if tls else ""
    rules += f"overlay ppolicy\nppolicy_default cn=default,ou=policies,{BASE}\n" if policy else ""
    settings = _certificate(folder) if tls else ""
    config = _SLAPD.format(
        modules=modules,
        folder=folder,
        tls=settings,
        admin=ADMIN,
        base=BASE,
        password=PASSWORD,
        rules=rules,
    )
    (folder / "slapd.conf").write_text(config, encoding="utf-8")
    content = PEOPLE + (POLICY if policy else "")
    (folder / "people.ldif").write_text(content, encoding="utf-8")
    _run(
        need("slapadd", "slapd"),
        "-f",
        f"{folder}/slapd.conf",
        "-b",
        BASE,
        "-l",
        f"{folder}/people.ldif",
    )
    address = f"ldap://127.0.0.1:{port}"
    server = subprocess.Popen(
        [need("slapd", "slapd"), "-d", "0", "-f", f"{folder}/slapd.conf", "-h", f"{address}/"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _listening(port, server)
        name = "localhost" if tls else "127.0.0.1"
        yield Served(f"ldap://{name}:{port}", ADMIN, folder)
    finally:
        server.terminate()
        server.wait(10)


@contextmanager
def domain_controller(folder: Path) -> Iterator[Served]:
    """A Samba domain with a fine-grained policy and accounts with weakening flags.

    Active Directory's port is fixed: where somebody else has it, or without root, it is lacking.
    """
    need("samba", "samba-ad-dc")
    need("samba-tool", "samba-ad-provision")
    if os.geteuid() != 0 or _taken(389):
        lacking("a domain controller needs root and port 389")
    prov = folder / "dc"
    _provision(prov)
    _certificate(folder)
    config = prov / "etc" / "smb.conf"
    options = "".join(
        f"\ttls {name} = {folder}/{file}.pem\n"
        for name, file in (("keyfile", "key"), ("certfile", "cert"), ("cafile", "ca"))
    )
    config.write_text(config.read_text().replace("[global]\n", f"[global]\n{options}"))
    (folder / "key.pem").chmod(0o600)
    with (folder / "samba.log").open("wb") as log:
        server = subprocess.Popen(
            ["/usr/sbin/samba", "-i", "-M", "single", "-s", str(config), "--debug-stdout"],
            stdout=log,
            stderr=log,
        )
        try:
            _listening(389, server)
            bind = f"CN=Administrator,CN=Users,{REALM_BASE}"
            yield Served("ldap://127.0.0.1:389", bind, folder)
        finally:
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(5)
            server.kill()
            server.wait(5)
            shutil.rmtree(prov, ignore_errors=True)


FLAGGED = {"svc-legacy": 512 | 0x20 | 0x400000, "svc-back": 512 | 0x80 | 0x10000, "gone": 514}


def _provision(prov: Path) -> None:
    config = f"{prov}/etc/smb.conf"
    _run(
        *("samba-tool", "domain", "provision", "--realm=LAB.EXAMPLE", "--domain=LAB"),
        *("--server-role=dc", "--dns-backend=NONE", f"--targetdir={prov}", "--quiet"),
        *(f"--adminpass={PASSWORD}", "--option=interfaces=127.0.0.1"),
        *("--option=bind interfaces only=yes", "--option=server services=ldap"),
    )
    for name in FLAGGED:
        _run("samba-tool", "user", "create", name, PASSWORD, "-s", config)
    _run(
        *("samba-tool", "domain", "passwordsettings", "pso", "create", "admins", "10"),
        *("--min-pwd-length=16", "--complexity=on", "--history-length=24"),
        *("--account-lockout-threshold=5", "-s", config),
    )
    _run(
        *("samba-tool", "domain", "passwordsettings", "pso", "apply", "admins", "Domain Admins"),
        *("-s", config),
    )
    changes = "".join(
        f"dn: CN={name},CN=Users,{REALM_BASE}\nchangetype: modify\n"
        f"replace: userAccountControl\nuserAccountControl: {control}\n\n"
        for name, control in FLAGGED.items()
    )
    need("ldbmodify", "ldb-tools")
    done = subprocess.run(
        ["/usr/bin/ldbmodify", "-H", f"{prov}/private/sam.ldb"],
        input=changes,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _taken(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return True
        return False


def _certificate(folder: Path) -> str:
    authority = trustme.CA()
    mine = authority.issue_cert("localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    mine.private_key_pem.write_to_path(str(folder / "key.pem"))
    mine.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    return (
        f"TLSCertificateFile {folder}/cert.pem\nTLSCertificateKeyFile {folder}/key.pem\n"
        "security simple_bind=128\n"
    )


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr + done.stdout


def _free() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _listening(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
    raise AssertionError("the server does not listen")
