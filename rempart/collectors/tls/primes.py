"""Published moduli of Diffie-Hellman, known again by digest: what many share, one attack breaks.

Those of RFC 2409 and 3526 were computed from pi as these say, those of RFC 7919 from e, and then
compared with OpenSSL's; those of RFC 5114 are OpenSSL's.
"""

import hashlib
from typing import Final

# The first half of the SHA-256 of the modulus, big-endian.
_PUBLISHED: Final = {
    "b52ba6a3026520a6c49d37e458760180": "RFC 2409 group 1",
    "3f35a3f5f6c4376a744acad409bb22f8": "RFC 2409 group 2",
    "64fcc83ec403930bf18393dbc883ccaa": "RFC 3526 group 5",
    "d66436f79bbd6b2e38c0ffbd079be904": "RFC 3526 group 14",
    "48cf8b092fbce4359d9871abf74f98e2": "RFC 3526 group 15",
    "4ee95187682bcb230ad26a95205f6920": "RFC 3526 group 16",
    "d1bfe6d0925ce7e4da262b62861514a7": "RFC 3526 group 17",
    "39ab4feab950a3128fb71accb9fc3965": "RFC 3526 group 18",
    "9cd3b7f336872f46c09428d1bbc19877": "RFC 7919 ffdhe2048",
    "0eaf67db3a839156d5013494a5318a77": "RFC 7919 ffdhe3072",
    "4648414224ac881b3d0dc59b466f96d0": "RFC 7919 ffdhe4096",
    "227ac9066b3ddd9e193670cda2388fa8": "RFC 7919 ffdhe6144",
    "770b14efaf6f049929c523113b3fa99a": "RFC 7919 ffdhe8192",
    "44c55cfee5c075927cf682da5b681bde": "RFC 5114 group 22",
    "bfe545862ca102ad1eeddb5fbfa5bf85": "RFC 5114 group 23",
    "0b7835722cb619827610c2549fdda558": "RFC 5114 group 24",
}


def known(modulus: int) -> str:
    """The name under which a modulus was published; empty for any other."""
    text = modulus.to_bytes(-(-modulus.bit_length() // 8), "big")
    return _PUBLISHED.get(hashlib.sha256(text).hexdigest()[:32], "")
