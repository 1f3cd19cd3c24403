# SPDX-License-Identifier: GPL-2.0-or-later
"""As much of QEMU's guest agent as libvirt needs to shut a guest down or start it again: QEMU's qemu-ga-ref."""

import json

from lab.guests import init

PORT = "org.qemu.guest_agent.0"
_MODES = {"powerdown": init.POWER_OFF, "halt": init.POWER_OFF, "reboot": init.RESTART}
_KNOWN = ("guest-sync", "guest-sync-delimited", "guest-ping", "guest-info", "guest-shutdown")


def answer(line: bytes) -> tuple[bytes, int | None]:
    """What to say to a request, a line that may have a mark before it, and what to have reboot(2) do then, if anything."""
    try:
        request = json.loads(line.strip(b"\xff\r\n "))
        name, arguments = request["execute"], request.get("arguments", {})
    except (ValueError, KeyError, TypeError):
        return _said(error={"class": "GenericError", "desc": "not a request"}), None
    if name == "guest-shutdown":  # it is not answered when it is done
        mode = arguments.get("mode", "powerdown")
        if mode in _MODES:
            return b"", _MODES[mode]
        return _said(error={"class": "GenericError", "desc": f"no mode {mode}"}), None
    if name not in _KNOWN:
        return _said(error={"class": "CommandNotFound", "desc": f"The command {name} has not been found"}), None
    value = {"guest-info": _info()}.get(name, arguments.get("id", {}))
    return (b"\xff" if name == "guest-sync-delimited" else b"") + _said(**{"return": value}), None


def _info() -> dict:
    commands = [{"name": name, "enabled": True, "success-response": name != "guest-shutdown"} for name in _KNOWN]
    return {"version": "7.2.0", "supported_commands": commands}


def _said(**message) -> bytes:
    return json.dumps(message).encode() + b"\n"
