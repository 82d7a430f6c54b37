from rempart.check import Figure, Result, all_of, notapplicable, verdict
from rempart.observations.columns import TableReaders
from rempart.observations.identifiers.catalogue import BY_NAME


def check(table: TableReaders, *, max_accounts: int = 10) -> Result:
    if not table.identities:
        return notapplicable("no identifier of a person is proven in it", table)
    closed = all_of(table.everyone == False, table.accounts <= max_accounts)  # noqa: E712
    facts: dict[str, Figure] = {
        "identifiers": ", ".join(BY_NAME[one].label for one in table.identities),
        "everyone": table.everyone if isinstance(table.everyone, bool) else None,
        "accounts": table.accounts if isinstance(table.accounts, int) else None,
        "administrators": table.administrators if isinstance(table.administrators, int) else None,
        "most": max_accounts,
    }
    seen = "readable by every account" if table.everyone is True else f"{table.accounts} accounts"
    return verdict(closed, seen, table, facts=facts)
