from rempart.check import Result, notapplicable, unseen, verdict
from rempart.observations.database_accounts import DatabaseAccount, DatabaseServer


def check(server: DatabaseServer, accounts: tuple[DatabaseAccount, ...]) -> Result:
    if server.tls_required is None:
        return notapplicable("nobody on the network is listened to", server)
    if server.tls is False:
        return verdict(False, "no TLS is offered", server)
    if unseen(server.tls) or unseen(server.tls_required):
        unknown = server.tls if unseen(server.tls) else server.tls_required
        return verdict(unknown == True, "not seen", server)  # noqa: E712
    remote = [one for one in accounts if _from_afar(one)]
    each = bool(remote) and all(one.needs_tls is True for one in remote)
    state = "TLS is required" if server.tls_required or each else "TLS is offered, not required"
    return verdict(server.tls_required or each, state, server)


def _from_afar(account: DatabaseAccount) -> bool:
    host = account.key.rpartition("@")[2]
    near = ("localhost", "127.0.0.1", "::1")
    return account.can_sign_in is not False and "@" in account.key and host not in near
