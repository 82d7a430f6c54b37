import re
from collections.abc import Iterator

from rempart.check import Figure, Result, Severity, Unknown, verdict
from rempart.judge.accounts import bounded, may_enter
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


def check(
    accounts: tuple[Account, ...], *, keys: int = 3, allowed: tuple[str, ...] = ()
) -> Iterator[Result]:
    suspects = [one for one in accounts if one.key not in allowed and _suspect(one, keys)]
    results = [_told(one) for one in suspects if may_enter(one) is not False]
    yield from bounded(results)
    unsure = next((one for one in accounts if isinstance(one.kind, Unknown)), None)
    if unsure is not None and isinstance(unsure.kind, Unknown):
        yield verdict(unsure.kind, "which accounts are people's was not seen", unsure.source)
    elif not results:
        yield verdict(True, "no account that lets people in is named after a task", "/etc/passwd")


def _named(one: Account) -> bool:
    return bool(set(_WORD.findall(one.key.lower())) & GENERIC)


def _suspect(one: Account, keys: int) -> bool:
    """A name of several, or more keys than one person has devices."""
    if not isinstance(one.kind, str) or one.kind not in ("person", "service"):
        return False
    many = one.kind == "person" and isinstance(one.keys, int) and one.keys > keys
    return many or _named(one)


def _told(one: Account) -> Result:
    entered, count = may_enter(one), one.keys if isinstance(one.keys, int) else 0
    facts: dict[str, Figure] = {"account": one.key, "keys": count}
    seen = f"a name of several, {count} keys" if _named(one) else f"{count} keys"
    severity = None if _named(one) else Severity.MEDIUM
    good = entered if isinstance(entered, Unknown) else False
    return verdict(good, seen, one, facts=facts, severity=severity)
