from rempart.check import Fact, Figure, Reason, Result, Unknown, all_of, notapplicable, verdict
from rempart.observations.keys import StoredKey

SERVERS = ("mysql", "mariadb", "postgres", "mongodb", "elasticsearch", "oracle", "mssql")


def check(key: StoredKey) -> Result:
    if key.opens != "database":
        return notapplicable(f"{key.kind}: opens no database", key)
    others: Fact = key.owner not in SERVERS
    if not key.owner:
        others = Unknown(Reason.UNRESOLVED, "whose file it is was not told")
    facts: dict[str, Figure] = {"kind": key.kind, "owner": key.owner}
    seen = f"{key.kind}, {key.owner or 'owner not told'}"
    return verdict(all_of(others, key.readable_by == "owner"), seen, key, facts=facts)
