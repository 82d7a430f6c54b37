from rempart.check import Result, Severity, verdict
from rempart.observations.ssh import SshFile

KEY_GROUPS = ("root", "ssh_keys")  # RHEL's host keys belong to a group of their own


def check(file: SshFile) -> Result:
    mode = int(file.mode, 8) if file.mode and set(file.mode) <= set("01234567") else 0o777
    written = bool(mode & 0o002) or (bool(mode & 0o020) and file.group != "root")
    others = bool(mode & 0o077)
    if file.kind == "private key":
        by_group = not mode & 0o037 and file.group in KEY_GROUPS
        good = file.owner == "root" and (not others or by_group)
    else:
        good = file.owner == "root" and not written
    facts = {"mode": file.mode, "owner": file.owner, "group": file.group}
    seen = f"{file.mode} {file.owner} {file.group}"
    readable = file.kind == "private key" and not mode & 0o006 and file.owner == "root"
    return verdict(good, seen, file, facts=facts, severity=Severity.MEDIUM if readable else None)
