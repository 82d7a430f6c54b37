from rempart.check import Result, notapplicable, verdict
from rempart.observations.volumes import Volume


def check(volume: Volume, *, exempt: tuple[str, ...] = ("/boot", "/boot/efi", "/efi")) -> Result:
    if volume.key in exempt:
        return notapplicable(f"{volume.key} starts the machine and holds no data", volume)
    cipher = volume.cipher if isinstance(volume.cipher, str) else ""
    seen = f"encrypted {cipher}".strip() if volume.encrypted is True else "not encrypted"
    return verdict(volume.encrypted, seen, volume, facts={"cipher": cipher or None})
