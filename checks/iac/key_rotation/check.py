from rempart.check import Result, verdict
from rempart.observations.keys import EncryptionKey


def check(key: EncryptionKey) -> Result:
    rotates = key.rotates == True  # noqa: E712  (three-valued)
    return verdict(rotates, key.setting, key, facts={"setting": key.setting})
