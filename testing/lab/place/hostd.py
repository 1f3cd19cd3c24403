# SPDX-License-Identifier: GPL-2.0-or-later
"""A host's PID 1: makes the host's root and network, reaps, and does what the lab asks by message.

It is forked from the keeper (keeper.py), in new network, mount, PID, UTS and IPC namespaces, and speaks frames.py over
a socket. Requests carry "op" and "id"; each gets one answer with the same id, and attached terminals also a stream.
"""

import os
import resource
import signal
import socket
import subprocess

from lab.place import links, rootfs
from lab.place.attached import Attached
from lab.place.command import Command
from lab.place.console import Console
from lab.place.frames import Channel, pack, unpack
from lab.place.loop import Loop

_CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGTRAP, signal.SIGSYS}
_LARGEST_FILE = 8 * 1024 * 1024
_LARGEST_ANSWER = 32 * 1024 * 1024  # as text this is two thirds of what a message may have
_SYSCTLS = {
    "net/ipv4/conf/all/rp_filter": "0", "net/ipv4/conf/default/rp_filter": "0",  # inherited from the machine's
    "net/ipv4/ping_group_range": "0 0",
}


class Host:
    """The state of one host: its shell, running commands and attached terminals."""

    def __init__(self, spec: dict, channel: Channel, written: int, pattern_at: int) -> None:
        self.spec, self.channel, self.written, self.pattern_at = spec, channel, written, pattern_at
        self.loop = Loop()
        self.console: Console | None = None
        self.typed_at = False  # whether anything was typed at this console
        self.commands: dict[int, Command] = {}
        self.attached: dict[int, tuple[int, Attached]] = {}
        self.crashes: list[str] = []
        self.stopping: int | None = None  # the number of the request to stop
        self.hung: list[str] = []

    def serve(self) -> None:
        """Answer requests until the channel ends; then the process ends and the kernel takes the rest with it."""
        self.loop.on_child(self.reap)
        self.loop.watch_channel(self.channel, self.receive)
        self.loop.run()

    def receive(self) -> None:
        """Handle the requests that have arrived."""
        messages = self.channel.pump()
        if messages is None:
            os._exit(0)
        for message in messages:
            handler = getattr(self, "do_" + message["op"].replace("-", "_"))
            try:
                handler(message)
            except OSError as error:
                self.answer(message, {"error": f"{message['op']}: {error.strerror}: {error.filename or ''}".rstrip(": ")})

    def answer(self, request: dict, answer: dict) -> None:
        """Send the answer to a request."""
        self.channel.send({**answer, "id": request["id"]})

    def do_network(self, request: dict) -> None:
        """Give the interfaces, which are here by now, their addresses; routes; NAT."""
        for name, value in {**_SYSCTLS, **request["sysctls"]}.items():
            _set_sysctl(name, value)
        self._open_console()  # bash begins while the network is made
        _feed(["ip", "-batch", "-"], request["ip_batch"])
        links.wait_running(request["links"])
        if request["nft"]:
            _feed(["nft", "-f", "-"], request["nft"])
        self.answer(request, {})

    def do_type(self, request: dict) -> None:
        """Type a line at the console; at a new one where fresh is asked for, or where the last one's shell has ended."""
        if self.console and self.typed_at and request.get("fresh"):
            self.console.close()
            self.console = None
        if not self.console:
            self._open_console()
        self.typed_at = True
        self.console.type(request["line"], request["limit"], lambda answer: self.typed(request, answer))

    def _open_console(self) -> None:
        self.console = Console(self.loop, self.spec["environment"], self.spec["folder"])
        self.typed_at = False

    def typed(self, request: dict, answer: dict) -> None:
        """Pass the console's answer on; a shell that has ended makes way for a new one."""
        self.answer(request, answer)
        if answer.get("closed"):
            self.console = None

    def do_run(self, request: dict) -> None:
        """Run a command without a terminal."""
        command = Command(self.loop, request, self.spec["environment"], self.spec["folder"],
                          lambda answer: self.answer(request, answer))
        self.commands[command.pid] = command

    def do_attach(self, request: dict) -> None:
        """Run a command on a terminal for a person."""
        session = Attached(self.loop, request, self.spec["environment"], self.spec["folder"],
                           lambda message: self.answer(request, message))
        self.attached[session.pid] = (request["id"], session)

    def _session(self, request: dict) -> Attached | None:
        return next((session for number, session in self.attached.values() if number == request["session"]), None)

    def do_input(self, request: dict) -> None:
        """What a person typed at an attached terminal; no answer."""
        if session := self._session(request):
            session.input(request)

    def do_end_input(self, request: dict) -> None:
        """A person's input at an attached terminal has ended, as a pipe's does; no answer."""
        if session := self._session(request):
            session.end_input()

    def do_resize(self, request: dict) -> None:
        """A person's window has another size; no answer."""
        if session := self._session(request):
            session.resize(request)

    def do_hangup(self, request: dict) -> None:
        """A person has gone; no answer."""
        if session := self._session(request):
            session.close()

    def do_put(self, request: dict) -> None:
        """Write a file."""
        os.makedirs(os.path.dirname(request["path"]), exist_ok=True)
        fd = os.open(request["path"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, request.get("mode", 0o644))
        with os.fdopen(fd, "wb") as file:
            file.write(unpack(request["data"]))
        self.answer(request, {})

    def do_get(self, request: dict) -> None:
        """Read a file."""
        with open(request["path"], "rb") as file:
            self.answer(request, {"data": pack(file.read())})

    def do_collect(self, request: dict) -> None:
        """Read all regular files below some folders; those over the limit are cut to their last part."""
        files = {}
        room = _LARGEST_ANSWER
        for path in _files_below(request["folders"]):
            data = _tail(path, min(room, _LARGEST_FILE))
            room -= len(data)
            files[path] = pack(data)
        self.answer(request, {"files": files})

    def do_stop(self, request: dict) -> None:
        """End all processes: SIGTERM, and past the grace SIGKILL; answers who needed that and who crashed."""
        if self.console:
            self.console.close()
            self.console = None
        for _, session in self.attached.values():
            session.close()
        self.stopping, self.hung = request["id"], []
        self._signal_all(signal.SIGHUP, ("bash", "sh", "dash"))
        self._signal_all(signal.SIGTERM)
        self._signal_all(signal.SIGCONT)
        self.loop.after(request["grace"], self._kill)
        self.reap()

    @staticmethod
    def _signal_all(number: int, names: tuple[str, ...] | None = None) -> None:
        for pid, name in _processes().items():
            if names is None or name in names:
                _signal(pid, number)

    def _kill(self) -> None:
        if self.stopping is None:
            return
        self.hung = sorted(_processes().values())
        self._signal_all(signal.SIGKILL)
        self.loop.after(1.0, self._stopped)  # should one be stuck in the kernel

    def _stopped(self) -> None:
        if self.stopping is not None:
            number, self.stopping = self.stopping, None
            found = _core_files(self.written, self.pattern_at)
            self.channel.send({"id": number, "hung": self.hung, "crashes": self.crashes + found})

    def reap(self) -> None:
        """Collect every child that has ended, the daemons that others left behind among them."""
        while True:
            try:
                found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                found = None
            if not found:
                break
            name = _name(found.si_pid)
            _, status = os.waitpid(found.si_pid, 0)
            self.ended(found.si_pid, name, status)
        if self.stopping is not None and not _processes():
            self._stopped()

    def ended(self, pid: int, name: str, status: int) -> None:
        """Note how a child ended and tell whoever waits for it."""
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) in _CRASHES:
            self.crashes.append(f"{name} was killed by {signal.Signals(os.WTERMSIG(status)).name}")
        code = 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        if self.console and pid == self.console.pid:
            self.console.ended(code)
        if command := self.commands.pop(pid, None):
            command.ended(code)
        if entry := self.attached.pop(pid, None):
            number, session = entry
            session.drain()
            self.channel.send({"id": number, "status": code})


def _files_below(folders: list[str]) -> list[str]:
    paths = [os.path.join(folder, name) for top in folders for folder, _, names in os.walk(top) for name in names]
    return [path for path in paths if os.path.isfile(path) and not os.path.islink(path)]


def _tail(path: str, size: int) -> bytes:
    with open(path, "rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - size))
        return file.read(size)


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def _name(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return "?"


def _processes() -> dict[int, str]:
    """All processes of this host but this one, zombies left out."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid() and not _is_zombie(entry):
            found[int(entry)] = _name(int(entry))
    return found


def _is_zombie(pid: str) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] in ("Z", "X")
    except OSError:
        return True


def _core_files(written: int, pattern_at: int) -> list[str]:
    """Core dumps that the kernel wrote into this host's own files: core(5), for patterns that name a file.

    written: a descriptor of the host's writable layer, so that not the machine's whole tree need be searched. pattern_at: one
    of the kernel's own setting, of which the host may have a copy.
    """
    pattern = os.pread(pattern_at, 4096, 0).decode(errors="replace").strip()
    if pattern.startswith("|"):
        return []
    name = os.path.basename(pattern).partition("%")[0]
    layer = f"/proc/self/fd/{written}"
    found = [os.path.join(folder, file) for top in (layer, "/run", "/tmp", "/var", "/root") for folder, _, files in os.walk(top)
             for file in files if file.startswith(name) and _is_core(os.path.join(folder, file))]
    return [f"core dump {path.removeprefix(layer)}" for path in sorted(found)]


def _core_limit() -> tuple[int, int]:
    """As much as this process may allow itself, so that a crash leaves a core dump."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    return hard, hard


def _is_core(path: str) -> bool:
    """Whether a file is an ELF core: e_type (the half word at 16) is ET_CORE, 4; elf(5)."""
    try:
        with open(path, "rb") as file:
            head = file.read(18)
    except OSError:
        return False
    return head[:4] == b"\x7fELF" and head[16:18] == b"\x04\x00"


def _set_sysctl(name: str, value: str) -> None:
    try:
        with open(f"/proc/sys/{name}", "w", encoding="ascii") as file:
            file.write(value)
    except FileNotFoundError:
        pass  # a kernel without IPv6, say; a test that needs it will show it


def _feed(argv: list[str], text: str) -> None:
    done = subprocess.run(argv, input=text.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=30,
                          check=False)
    if done.returncode:
        raise OSError(0, done.stderr.decode(errors="replace").strip().replace("\n", "; "), argv[0])


def _plain_signals() -> None:
    """Ignore and block nothing: all that is started here would do so too, whatever nohup(1) or the lab itself did."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def start(spec: dict, sock: socket.socket) -> None:
    """Become the host: called as PID 1 in new namespaces; never returns."""
    _plain_signals()
    channel = Channel(sock)
    written = pattern_at = -1
    try:
        socket.sethostname(spec["name"])
        pattern_at = os.open(rootfs.CORE_PATTERN, os.O_RDONLY | os.O_CLOEXEC)
        written = rootfs.build(spec)
        resource.setrlimit(resource.RLIMIT_CORE, _core_limit())
        os.environ.clear()
        os.environ.update(spec["environment"])
        channel.send({"up": True})
    except OSError as error:
        channel.send({"error": f"host {spec['name']}: {error.filename or ''}: {error.strerror}"})
        os._exit(1)
    except Exception as error:  # it must not come back into the keeper, whose copy this process is
        channel.send({"error": f"host {spec['name']} ({type(error).__name__}: {error})"})
        os._exit(1)
    try:
        Host(spec, channel, written, pattern_at).serve()
    except Exception as error:  # said to the lab, which can tell a person; the run is over
        channel.send({"id": 0, "fault": f"{type(error).__name__}: {error}"})
    os._exit(0)
