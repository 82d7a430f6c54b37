from rempart.check import Result, all_of, verdict
from rempart.observations.windows import WindowsSignIn


def check(windows: WindowsSignIn, *, lan_manager: int = 5) -> Result:
    facts = {
        "level": windows.lan_manager if isinstance(windows.lan_manager, int) else None,
        "smb1": windows.smb1 if isinstance(windows.smb1, bool) else None,
        "signing": windows.smb_signing if isinstance(windows.smb_signing, bool) else None,
    }
    sound = all_of(
        windows.lan_manager >= lan_manager,
        windows.smb1 == False,  # noqa: E712  (three-valued)
        windows.smb_signing == True,  # noqa: E712  (three-valued)
    )
    seen = (
        f"LmCompatibilityLevel {facts['level']}, SMB 1 {facts['smb1']}, signing {facts['signing']}"
    )
    return verdict(sound, seen, windows, facts=facts)
