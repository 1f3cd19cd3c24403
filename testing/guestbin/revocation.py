#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A CA's server: CRLs by HTTP, and answers by OCSP that openssl makes.

usage: revocation.py FOLDER PORT LOG

FOLDER has the files that are served, and for OCSP ca.pem, ca.key and index.txt as openssl-ca(1) has it. LOG gets a line for
each request. Returns as soon as it listens.
"""

import base64
import subprocess
import sys
import tempfile
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import background

OPENSSL_SECONDS = 20


class Handler(BaseHTTPRequestHandler):
    """A file if there is one of that name; else it is a question by OCSP, RFC 6960, appendix A."""

    def do_GET(self) -> None:
        path = self.server.folder / self.path[1:].replace("/", "_")
        if path.is_file():
            self.server.log(f"GET {self.path}")
            self.send(path.read_bytes())
        else:
            self.server.log("GET by OCSP")
            self.send(self.server.answer(base64.b64decode(urllib.parse.unquote(self.path[1:]))))

    def do_POST(self) -> None:
        self.server.log("POST by OCSP")
        self.send(self.server.answer(self.rfile.read(int(self.headers["Content-Length"]))))

    def send(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_) -> None:
        pass


class Server(ThreadingHTTPServer):
    def __init__(self, folder: Path, port: int, log: Path):
        super().__init__(("", port), Handler)
        self.folder, self.file = folder, log

    def log(self, line: str) -> None:
        with self.file.open("a") as out:
            print(line, file=out)

    def answer(self, question: bytes) -> bytes:
        with tempfile.TemporaryDirectory() as name:
            asked, said = Path(name, "question"), Path(name, "answer")
            asked.write_bytes(question)
            subprocess.run(["openssl", "ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey", "ca.key",
                            "-ndays", "1", "-reqin", asked, "-respout", said], cwd=self.folder, stdin=subprocess.DEVNULL,
                           capture_output=True, check=True, timeout=OPENSSL_SECONDS)
            return said.read_bytes()


def main(words: list[str]) -> None:
    if len(words) != 3:
        sys.exit(__doc__)
    with Server(Path(words[0]).resolve(), int(words[1]), Path(words[2]).resolve()) as server:
        if background.go():
            server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
