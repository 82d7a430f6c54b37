import re
from collections.abc import Iterator

from rempart.check import Figure, Result, Severity, Unknown, verdict
from rempart.judge.accounts import may_enter
from rempart.observations.accounts import Account

# Names that say a task or a team, in the languages of the people who give them.
GENERIC = {
    *("admin", "administrator", "administrateur", "adm", "sysadmin", "root", "super", "superuser"),
    *("ops", "operator", "operateur", "operation", "exploit", "exploitation", "prod", "production"),
    *("user", "utilisateur", "benutzer", "test", "tests", "tester", "demo", "guest", "invite"),
    *("support", "helpdesk", "hotline", "team", "equipe", "common", "commun", "shared", "partage"),
    *("dev", "developer", "devops", "dba", "it", "info", "informatique", "formation", "stagiaire"),
    *("accueil", "secretariat", "compta", "gestion", "office", "staff", "temp", "tmp", "vendor"),
    *("prestataire", "externe", "extern", "consultant", "maintenance", "service"),
}
_WORD = re.compile(r"[a-z]+")


def check(accounts: tuple[Account, ...], *, keys: int = 3) -> Iterator[Result]:
    shared = 0
    for one in accounts:
        named = one.uid != 0 and bool(set(_WORD.findall(one.key.lower())) & GENERIC)
        many = one.kind == "person" and isinstance(one.keys, int) and one.keys > keys
        if one.kind not in ("person", "service") or not (named or many):
            continue
        entered = may_enter(one)
        if entered is False or (one.kind == "service" and not named):
            continue
        shared += 1
        facts: dict[str, Figure] = {
            "account": one.key,
            "keys": one.keys if isinstance(one.keys, int) else 0,
        }
        seen = f"a name of several, {facts['keys']} keys" if named else f"{facts['keys']} keys"
        severity = None if named else Severity.MEDIUM
        good = entered if isinstance(entered, Unknown) else False
        yield verdict(good, seen, one, facts=facts, severity=severity)
    unsure = next((one for one in accounts if isinstance(one.kind, Unknown)), None)
    if unsure is not None and isinstance(unsure.kind, Unknown):
        yield verdict(unsure.kind, "which accounts are people's was not seen", unsure.source)
    elif not shared:
        yield verdict(True, "no account that lets people in is named after a task", "/etc/passwd")
