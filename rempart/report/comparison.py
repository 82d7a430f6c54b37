"""Two runs compared, told as text for a terminal and as Markdown for a ticket.

What audited systems answered is hostile: it is shown, never obeyed.
"""

from rempart.history import Change, Difference, Item, Side
from rempart.plain import line

MEANING = {
    Change.NEW: "not known before",
    Change.REGRESSED: "was good or accepted, is not any more",
    Change.CHECK_CHANGED: "the check is new, or judges or is set otherwise",
    Change.NOT_SEEN: "was open and could not be looked at: not repaired",
    Change.OPEN: "was open and is",
    Change.ACCEPTED: "was open, a waiver or a reviewer covers it now",
    Change.FIXED: "was open, seen to be good or gone",
}


def text(found: Difference) -> str:
    """The difference for a terminal, harmless whatever audited systems answered."""
    lines = [
        f"{line(found.old.organisation)}: {_when(found.old)} -> {_when(found.new)}",
        *map(line, found.remarks),
        "  ".join(f"{change}: {found.counts[change]}" for change in Change),
    ]
    for change in Change:
        items = found.of(change)
        if items:
            lines += ["", f"{change.upper()} ({len(items)}): {MEANING[change]}"]
            lines += [f"  {_sentence(item)}" for item in items]
    return "\n".join(lines) + "\n"


def _sentence(item: Item) -> str:
    place = f"{item.subject} {item.instance}".strip()
    why = f" ({item.reason})" if item.reason else ""
    return "  ".join(
        [f"{item.severity:<8}", line(place), item.check, line(item.title), line(item.seen) + why]
    )


def markdown(found: Difference) -> str:
    """The difference as Markdown, for a ticket or a merge request."""
    lines = [
        f"# {_escaped(found.old.organisation)}: {_when(found.old)} → {_when(found.new)}",
        "",
        *(f"> {_escaped(remark)}" for remark in found.remarks),
        *([""] if found.remarks else []),
        "| " + " | ".join(Change) + " |",
        "|" + " ---: |" * len(Change),
        "| " + " | ".join(str(found.counts[change]) for change in Change) + " |",
    ]
    for change in Change:
        items = found.of(change)
        if items:
            lines += ["", f"## {change.capitalize()}: {MEANING[change]}", ""]
            lines += ["| severity | subject | check | seen |", "| --- | --- | --- | --- |"]
            lines += [_row(item) for item in items]
    return "\n".join(lines) + "\n"


def _row(item: Item) -> str:
    why = f" ({item.reason})" if item.reason else ""
    cells = (
        item.severity,
        f"{item.subject} {item.instance}".strip(),
        f"{item.title} ({item.check})",
        item.seen + why,
    )
    return "| " + " | ".join(_escaped(cell) for cell in cells) + " |"


def _escaped(value: str) -> str:
    """Text that Markdown shows as it is: no link, no image, no HTML, no cell border."""
    shown = line(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"\\{char}" if char in "\\`*_[]()#|!~" else char for char in shown)


def _when(side: Side) -> str:
    return f"{side.started:%Y-%m-%d %H:%M}"
