from rempart.check import Result, notapplicable, verdict
from rempart.observations.windows import WindowsSignIn


def check(windows: WindowsSignIn) -> Result:
    if windows.remote_desktop is False:
        return notapplicable("remote desktop is off", windows)
    asks = "asked for first" if windows.first_sign_in is True else "a desktop is shown to anybody"
    return verdict(windows.first_sign_in == True, asks, windows)  # noqa: E712  (three-valued)
