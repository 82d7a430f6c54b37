from rempart.check import Result, all_of, notapplicable, spoken, verdict
from rempart.observations.dns import MailTransport


def check(mail: MailTransport) -> Result:
    if mail.receives is False:
        return notapplicable("no mail exchanger", mail)
    good = all_of(mail.receives == True, mail.tls_reports == True)  # noqa: E712  (three-valued)
    return verdict(good, f"TLS reports: {spoken(mail.tls_reports)}", mail)
