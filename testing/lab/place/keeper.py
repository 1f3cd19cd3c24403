# SPDX-License-Identifier: GPL-2.0-or-later
"""PID 1 of a run: holds the switch with its wires, starts the hosts, passes messages, and takes all with it at its end.

It is the same program in namespaces on this machine and inside a guest. Requests are those of hostd.py, with "to"
naming the host, and the keeper's own: start, end-capture, listen, and from `lab shell` and `lab exec` the same over a
unix socket while a run is kept.
"""

import os
import signal
import socket
import subprocess

from lab.place import hostd, rootfs, syscalls, tap
from lab.place.frames import Channel
from lab.place.loop import Loop

_HOST_NAMESPACES = (syscalls.CLONE_NEWNS | syscalls.CLONE_NEWNET | syscalls.CLONE_NEWPID
                    | syscalls.CLONE_NEWUTS | syscalls.CLONE_NEWIPC)
_SHARED = ".shared"  # in the run's folder, where what hosts have in common is mounted
_PATIENCE = 5.0  # seconds, so that a reader who was stopped cannot hold us up


class Keeper:
    """The state of a run."""

    def __init__(self, lab: Channel) -> None:
        self.loop = Loop()
        self.lab = lab
        self.hosts: dict[str, Channel] = {}
        self.tap: Channel | None = None
        self.waiting: dict[int, tuple[Channel, int, str]] = {}  # by our number: who asked, his number, which host
        self.faults: dict[str, str] = {}
        self.count = 0

    def serve(self) -> None:
        """Serve until the lab's end of the channel is closed."""
        self.loop.on_child(_reap)
        self.loop.watch_channel(self.lab, lambda: self.receive(self.lab))
        self.loop.run()

    def receive(self, client: Channel) -> None:
        """Handle what a client has sent; the lab itself going away is the end."""
        messages = client.pump()
        if messages is None:
            if client is self.lab:
                os._exit(0)
            self.drop(client)
            return
        for message in messages:
            if "to" in message:
                self.pass_on(client, message)
            else:
                self.own(client, message)

    def drop(self, client: Channel) -> None:
        """Forget a client of the unix socket, and hang up what it had open."""
        if client.fileno() < 0:
            return
        self.loop.forget(client.fileno())
        client.close()
        for number, (owner, _, name) in list(self.waiting.items()):
            if owner is client:
                del self.waiting[number]
                self.tell(name, {"op": "hangup", "id": 0, "session": number})

    def tell(self, name: str, message: dict) -> None:
        """Send a message to a host; one that is gone will be noticed when its channel is read."""
        try:
            self.hosts[name].send(message)
        except (KeyError, OSError):
            pass

    def give(self, client: Channel, message: dict) -> None:
        """Send a message to a client, or let go of it if it does not take it; without the lab itself this is the end."""
        try:
            client.send(message)
        except OSError:
            if client is self.lab:
                os._exit(0)
            self.drop(client)

    def pass_on(self, client: Channel, message: dict) -> None:
        """Give a request to its host under a number of ours."""
        name = message["to"]
        if name not in self.hosts:
            up = ", ".join(self.hosts)
            self.give(client, {"id": message["id"], "error": f"host {name} is not up in this run; up are {up or 'none'}"})
            return
        if "session" in message:
            self.tell(name, {**message, "session": self._ours(client, message["session"])})
            return
        self.count += 1
        self.waiting[self.count] = (client, message["id"], name)
        self.tell(name, {**message, "id": self.count})

    def _ours(self, client: Channel, theirs: int) -> int:
        pair = (client, theirs)
        return next((number for number, entry in self.waiting.items() if entry[:2] == pair), 0)

    def answered(self, name: str) -> None:
        """Pass a host's answers back to who asked."""
        messages = self.hosts[name].pump()
        if messages is None:
            self.lost(name)
            return
        for message in messages:
            if "fault" in message:
                self.faults[name] = f"{name} ({message['fault']})"
            else:
                self._back(message)

    def _back(self, message: dict) -> None:
        last = "stream" not in message
        entry = self.waiting.pop(message["id"], None) if last else self.waiting.get(message["id"])
        if entry:
            client, theirs, _ = entry
            self.give(client, {**message, "id": theirs})

    def lost(self, name: str) -> None:
        """A host's PID 1 has ended: all of its processes have."""
        self.loop.forget(self.hosts[name].fileno())
        self.hosts.pop(name).close()
        why = f"host {self.faults.get(name, name)}"
        self.give(self.lab, {"id": 0, "lost": why})
        for number, (client, theirs, host) in list(self.waiting.items()):
            if host == name:
                self.waiting.pop(number, None)
                self.give(client, {"id": theirs, "error": f"{why} went away"})

    def own(self, client: Channel, message: dict) -> None:
        """Handle a request for the keeper itself."""
        handler = getattr(self, "do_" + message["op"].replace("-", "_"))
        try:
            answer = handler(message)
        except OSError as error:
            answer = {"error": f"{message['op']}: {error.filename or ''}: {error.strerror}"}
        self.give(client, {**answer, "id": message["id"]})

    def do_start(self, message: dict) -> dict:
        """Bring up the hosts and their wires, captures first."""
        _share(message["hosts"], message["capture"])
        births = [_Birth(spec) for spec in message["hosts"]]  # side by side: new namespaces wait for old ones to go
        _ip(message["bridges"])
        if message["capture"]:
            self.tap = tap.start(message["wires"], message["capture"])
        pids = {}
        for birth in births:
            self.hosts[birth.name] = birth.channel
            pids[birth.name] = birth.pid()
        for name, channel in self.hosts.items():
            hello = _first(channel)
            if "error" in hello:
                return hello
            self.loop.watch_channel(channel, lambda name=name: self.answered(name))
        batch = message["links"]
        for name, pid in pids.items():
            batch = batch.replace(f"@{name}@", str(pid))
        _ip(batch)
        return {"pids": pids}

    def do_end_capture(self, message: dict) -> dict:
        """Stop capturing and answer the counts by wire."""
        if not self.tap:
            return {"wires": {}}
        try:
            self.tap.send({"op": "end"})
        except OSError:
            pass  # it has ended already, and has said why
        answer = _first(self.tap)
        self.tap.close()
        self.tap = None
        return answer if "error" in answer else {"wires": answer}

    def do_listen(self, message: dict) -> dict:
        """Take clients on a unix socket at a path that only this user can reach."""
        server = socket.socket(socket.AF_UNIX)
        folder = os.open(os.path.dirname(message["path"]), os.O_PATH)
        name = f"/proc/self/fd/{folder}/{os.path.basename(message['path'])}"  # the path itself may be too long
        if os.path.lexists(name):
            os.unlink(name)
        server.bind(name)
        os.close(folder)
        server.listen()
        self.loop.watch(server.fileno(), lambda: self._accept(server))
        return {}

    def _accept(self, server: socket.socket) -> None:
        sock, _ = server.accept()
        client = Channel(sock, _PATIENCE)
        self.loop.watch_channel(client, lambda: self.receive(client))

    def do_power_off(self, message: dict) -> dict:
        """End the run at once."""
        os._exit(0)


def _share(hosts: list[dict], folder: str) -> None:
    """Make the folders that hosts have in common, in memory; they are below `folder`, for this process and the hosts alone."""
    insides = {inside for spec in hosts for inside in spec.get("shared", ())}
    if not insides:
        return
    top = os.path.join(folder, _SHARED)
    os.makedirs(top, exist_ok=True)
    syscalls.mount("tmpfs", top, "tmpfs", 0, "mode=755")
    for inside in insides:
        os.mkdir(os.path.join(top, rootfs.shared_name(inside)))
    for spec in hosts:
        spec["shared_in"] = top


def _first(channel: Channel) -> dict:
    """Wait for one message; a channel that ends without one is an OSError."""
    while True:
        messages = channel.pump()
        if messages is None:
            raise OSError(0, "ended without a word")
        if messages:
            return messages[0]


class _Birth:
    """A host's PID 1 that is being started.

    The process between makes the namespaces and is gone at once, which makes us the parent.
    """

    def __init__(self, spec: dict) -> None:
        self.name = spec["name"]
        ours, theirs = socket.socketpair()
        self._reader, writer = os.pipe()
        self._between = os.fork()
        if self._between == 0:
            _between(spec, theirs, writer)
        os.close(writer)
        theirs.close()
        self.channel = Channel(ours)

    def pid(self) -> int:
        """Wait for the process that it is; OSError with what it said if it could not be made."""
        with os.fdopen(self._reader, "rb") as file:
            said = file.read().decode()
        os.waitpid(self._between, 0)
        if not said.isdigit():
            raise OSError(0, said, f"host {self.name}")
        return int(said)


def _between(spec: dict, sock: socket.socket, writer: int) -> None:
    try:
        syscalls.unshare(_HOST_NAMESPACES)
        pid = os.fork()
    except OSError as error:
        os.write(writer, (error.strerror or "cannot make namespaces").encode())
        os._exit(1)
    if pid:
        os.write(writer, str(pid).encode())
        os._exit(0)
    os.close(writer)
    hostd.start(spec, sock)


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _ip(batch: str) -> None:
    done = subprocess.run(["ip", "-batch", "-"], input=batch.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          timeout=30, check=False)
    if done.returncode:
        raise OSError(0, done.stderr.decode(errors="replace").strip().replace("\n", "; "), "wires")


def start(sock: socket.socket) -> None:
    """Become PID 1 of a run; never returns."""
    signal.signal(signal.SIGTERM, lambda number, frame: os._exit(0))
    syscalls.mount("none", "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    channel = Channel(sock)
    try:
        Keeper(channel).serve()
    except Exception as error:  # said to the lab, which can tell a person; the run is over
        channel.send({"id": 0, "lost": f"the keeper ({type(error).__name__}: {error})"})
    os._exit(0)
