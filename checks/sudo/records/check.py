from rempart.check import Result, all_of, any_of, verdict
from rempart.observations.accounts import SudoSettings


def check(settings: SudoSettings, *, system_log_suffices: bool = False) -> Result:
    terminal = settings.own_terminal == True  # noqa: E712  (three-valued)
    kept = any_of(
        settings.log_file != "",
        settings.log_io == True,  # noqa: E712  (three-valued)
        all_of(system_log_suffices, settings.syslog == True),  # noqa: E712  (three-valued)
    )
    facts = {
        "terminal": "use_pty" if terminal is True else "no use_pty",
        "log": settings.log_file
        if isinstance(settings.log_file, str) and settings.log_file
        else "-",
    }
    seen = f"{facts['terminal']}, logfile {facts['log']}"
    return verdict(all_of(terminal, kept), seen, settings, facts=facts)
