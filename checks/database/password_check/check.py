from rempart.check import Result, unseen, verdict
from rempart.observations.database_accounts import DatabaseServer

# password_reuse_check alone refuses old passwords, not weak ones.
LOOK = {
    *("passwordcheck", "credcheck", "simple_password_check", "cracklib_password_check"),
    *("validate_password", "verify_function", "windows_policy"),
}


def check(server: DatabaseServer) -> Result:
    checkers = server.checkers
    if unseen(checkers):
        return verdict(checkers == (), "modules not seen", server)
    assert isinstance(checkers, tuple)  # noqa: S101  (what `unseen` leaves)
    named = ", ".join(checkers) or "none"
    facts = {"checkers": named}
    return verdict(bool(LOOK.intersection(checkers)), f"checked by: {named}", server, facts=facts)
