from rempart.check import Figure, Result, notapplicable, verdict
from rempart.judge.yardsticks import CertificateKeys
from rempart.observations.tls import Certificate

SHORT = frozenset({"md5", "sha1", "md2"})  # hashes for which two certificates can be made to agree


def check(certificate: Certificate, yardstick: CertificateKeys) -> Result:
    least = {"RSA": yardstick.min_rsa_bits, "DSA": yardstick.min_rsa_bits}.get(
        certificate.key_type, yardstick.min_ec_bits if certificate.key_type == "EC" else None
    )
    weak_hash = (certificate.signature_hash or "") in SHORT
    if least is None and not weak_hash:
        return notapplicable("this authority gives no size for that kind of key", certificate)
    bits = certificate.key_bits or 0
    said = f"{certificate.key_type} {bits}, {certificate.signature_hash or 'no hash of its own'}"
    facts: dict[str, Figure] = {"said": said, "least": least}
    good = not weak_hash and certificate.key_type != "DSA" and (least is None or bits >= least)
    return verdict(good, said, certificate, facts=facts)
