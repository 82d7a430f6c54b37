from collections.abc import Iterator

from rempart.check import Reason, Result, graded, notchecked, unseen, verdict
from rempart.observations.database_accounts import DatabaseAccount, DatabaseServer

FORBID = (
    *("clear", "md5", "mysql_native_password", "mysql_old_password"),
    *("sha1", "10g", "11g", "http", "none"),
)
DISCOURAGE = ("sha512",)  # salted, but one round: SQL Server before 2025
ACCEPT = (
    *("scram-sha-256", "caching_sha2_password", "sha256_password", "ed25519"),
    *("parsec", "pbkdf2", "12c"),
)


def check(
    servers: tuple[DatabaseServer, ...], accounts: tuple[DatabaseAccount, ...]
) -> Iterator[Result]:
    for server in servers:
        yield _judged(server.new_passwords, server, "new passwords")
    for account in accounts:
        if account.scheme is None or account.can_sign_in is False:
            continue
        yield _judged(account.scheme, account, account.key)


def _judged(scheme: object, where: DatabaseServer | DatabaseAccount, who: str) -> Result:
    of = "new passwords" if isinstance(where, DatabaseServer) else where.key
    if unseen(scheme):
        return verdict(scheme == "", "the scheme was not seen", where, of=of)
    word = str(scheme)
    grade = graded(word, forbid=FORBID, discourage=DISCOURAGE, accept=ACCEPT)
    if grade is None:
        return notchecked(Reason.UNRESOLVED, f"{who}: {word} is not known here", where, of=of)
    facts = {"who": who, "scheme": word}
    return verdict(grade, f"{who}: {word}", where, of=of, facts=facts)
