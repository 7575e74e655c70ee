"""What people call the program that a User-Agent header names."""

import re

# Each calls itself by the names of those below it, so the order counts.
_PROGRAMS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chromium": "Chromium",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def program(agent: str) -> str:
    """Such as "Firefox on Linux"; the first word of what is no browser's, as of "curl/8.5"."""
    name = next((name for mark, name in _PROGRAMS.items() if re.search(rf"\b{mark}\w*/\d", agent)), "")
    system = next((system for mark, system in _SYSTEMS.items() if mark in agent), "")
    if not name:
        return agent.split(" ", 1)[0][:40] or "Unknown program"
    return f"{name} on {system}" if system else name
