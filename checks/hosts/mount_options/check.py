from rempart.check import Result, notapplicable, verdict
from rempart.observations.kernel import MountOptions

WANTED = {
    "/tmp": ("nosuid", "nodev", "noexec"),  # noqa: S108
    "/var/tmp": ("nosuid", "nodev", "noexec"),  # noqa: S108
    "/dev/shm": ("nosuid", "nodev", "noexec"),  # noqa: S108
    "/home": ("nosuid", "nodev"),
    "/srv": ("nosuid", "nodev"),
    "/boot": ("nosuid", "nodev"),
    "/boot/efi": ("nosuid", "nodev"),
    "/var/log": ("nosuid", "nodev", "noexec"),
    "/var/log/audit": ("nosuid", "nodev", "noexec"),
}


def check(mount: MountOptions) -> Result:
    wanted = WANTED.get(mount.key)
    if wanted is None:
        return notapplicable("programs and devices belong there", mount)
    missing = [option for option in wanted if option not in mount.options]
    facts = {"missing": ", ".join(missing) or "-"}
    return verdict(not missing, ", ".join(mount.options), mount, facts=facts)
