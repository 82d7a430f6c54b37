from rempart.check import Figure, Result, all_of, any_of, notapplicable, spoken, unseen, verdict
from rempart.observations.dns import MailTransport


def check(mail: MailTransport) -> Result:
    if mail.receives is False:
        return notapplicable("no mail exchanger", mail)
    strict = all_of(mail.sts_mode == "enforce", not mail.fault)
    good = all_of(mail.receives == True, any_of(strict, mail.dane == True))  # noqa: E712
    facts: dict[str, Figure] = {
        "mode": mail.fault or ("-" if unseen(mail.sts_mode) else spoken(mail.sts_mode)),
        "dane": mail.dane if isinstance(mail.dane, bool) else None,
    }
    return verdict(good, f"MTA-STS: {facts['mode']}; DANE: {spoken(mail.dane)}", mail, facts=facts)
