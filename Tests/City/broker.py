"""A real broker on loopback, a subscriber that knows nothing of how messages are made, and what
the judges in this folder have in common."""

import getpass
import json
import os
import re
import socket
import subprocess
import threading
import time

FAILURES = []


def check(name, holds, detail=""):
    print(f"{'ok  ' if holds else 'FAIL'} {name}{': ' + str(detail) if detail and not holds else ''}",
          flush=True)
    if not holds:
        FAILURES.append(name)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(holds, seconds, pause=0.05):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(pause)
    return False


def memory(pid, name="VmRSS"):
    """Of a process, in bytes."""
    try:
        text = open(f"/proc/{pid}/status").read()
    except OSError:
        return 0
    match = re.search(rf"^{name}:\s+(\d+) kB", text, re.M)
    return int(match.group(1)) << 10 if match else 0


def processor_seconds(pid):
    try:
        fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def make_certificates(folder):
    """An authority, and what it issued to the broker and to all boards."""

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    new = ["req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2"]
    openssl(*new, "-keyout", "authority.key", "-out", "authority.pem", "-subj", "/CN=authority")
    for name in ("broker", "board"):
        openssl(*new, "-CA", "authority.pem", "-CAkey", "authority.key", "-keyout", f"{name}.key",
                "-out", f"{name}.pem", "-subj", f"/CN={name}", "-addext",
                "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:false")


class Broker:
    """mosquitto. It remembers who subscribed when `remember` was called, as a broker with durable
    sessions does, whatever becomes of its process; and nothing else. Boards may be asked for TLS with
    certificates on both sides, on a port of their own."""

    def __init__(self, folder, has_tls=False):
        self.folder = folder
        self.has_tls = has_tls
        self.port = self.boards_port = free_port()
        listener = ""
        if has_tls:
            make_certificates(folder)
            self.boards_port = free_port()
            listener = (
                f"listener {self.boards_port} 127.0.0.1\ncafile {folder}/authority.pem\n"
                f"certfile {folder}/broker.pem\nkeyfile {folder}/broker.key\n"
                "require_certificate true\nallow_anonymous true\n")
        self.config = folder / "mosquitto.conf"
        self.config.write_text(
            f"user {getpass.getuser()}\nlistener {self.port} 127.0.0.1\nallow_anonymous true\n"
            f"{listener}"
            f"persistence true\npersistence_location {folder}/\nautosave_interval 0\n"
            # Nothing that it took may be thrown away because a reader is slow.
            "max_queued_messages 0\nmax_inflight_messages 0\n"
            "log_dest stderr\nlog_type notice\nlog_type error\nconnection_messages true\n")
        self.process = None
        # When it says that a board's connection stands.
        self.connections = []
        self.processor_before = 0.0
        self.resident_max = 0
        # What it takes without any board.
        self.empty = 0

    def start(self):
        self.process = subprocess.Popen(
            ["mosquitto", "-c", str(self.config)], stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True)
        threading.Thread(target=self.listen, args=(self.process.stderr,), daemon=True).start()
        assert wait_for(self.is_open, 20, 0.01), "mosquitto does not start"

    def listen(self, lines):
        for line in lines:
            if "New client connected" in line and "as kuzet-" in line:
                self.connections.append(time.monotonic())

    def is_open(self):
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def remember(self):
        os.kill(self.process.pid, 10)
        assert wait_for(lambda: (self.folder / "mosquitto.db").exists(), 10)
        time.sleep(0.5)

    def look(self):
        """(processor seconds of all its lives, resident bytes)"""
        resident = memory(self.process.pid)
        self.resident_max = max(self.resident_max, resident)
        return self.processor_before + processor_seconds(self.process.pid), resident

    def kill(self):
        self.processor_before, _ = self.look()
        self.process.kill()
        self.process.wait()


class Subscriber:
    """mosquitto_sub with a durable session, started again whenever it ends; a line for each
    message: seconds, topic, payload."""

    def __init__(self, port, path):
        self.port = port
        self.path = path
        self.ends = False
        self.process = None
        self.file = open(path, "a")
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.ends:
            self.process = subprocess.Popen(
                ["mosquitto_sub", "-V", "5", "-h", "127.0.0.1", "-p", str(self.port), "-q", "1",
                 "-i", "centre", "-c", "-x", "86400", "-t", "kuzet/#", "-F", "%U %t %p"],
                stdout=self.file, stderr=subprocess.DEVNULL)
            self.process.wait()
            time.sleep(0.05)

    def size(self):
        return self.path.stat().st_size

    def settle(self, seconds=2):
        """Waits until nothing comes any more."""
        last = -1
        while last != self.size():
            last = self.size()
            time.sleep(seconds)

    def stop(self):
        self.ends = True
        self.process.terminate()
        self.thread.join(10)

    def messages(self):
        """(seconds, device, what it is about, the message), the boards' own states left out."""
        for line in open(self.path):
            at, topic, payload = line.rstrip("\n").split(" ", 2)
            _, device, about = topic.split("/")
            if about != "status":
                yield float(at), device, about, json.loads(payload)


def lane_of(message):
    if message["format"] == "kuzet-incident-1" or message.get("event") in ("siren", "interrupted"):
        return 0
    return 1 if message["format"] == "kuzet-health-1" else 2


def judge_messages(name, messages, expected):
    """`expected` is {device: {sequence: (lane, key or None)}}: what ledgers hold.

    Returns how many messages came again.
    """
    told, order, doubles, liars, strangers = {}, {}, 0, 0, 0
    for _, device, _, message in messages:
        sequence = message["sequence"]
        if sequence not in expected.get(device, {}):
            strangers += 1
            continue
        lane, key = expected[device][sequence]
        if lane_of(message) != lane or (key is not None and message["key"] != key):
            liars += 1
        text = json.dumps(message, sort_keys=True)
        before = told.setdefault(device, {}).setdefault(sequence, text)
        if before is not text:
            doubles += 1
            liars += before != text
        else:
            order.setdefault((device, lane), []).append(sequence)
    missing = sum(len(set(expected[d]) - set(told.get(d, {}))) for d in expected)
    count = sum(len(e) for e in expected.values())
    keys = [(d, m["key"]) for d in told for m in map(json.loads, told[d].values())]
    check(f"{name}: every record of every board arrived ({count})", missing == 0,
          f"{missing} are missing")
    check(f"{name}: nothing arrived that no ledger holds", strangers == 0, strangers)
    check(f"{name}: the same record is always told alike, under its key", liars == 0, liars)
    check(f"{name}: no two records have one key", len(set(keys)) == len(keys),
          len(keys) - len(set(keys)))
    late = sum(s != sorted(s) for s in order.values())
    check(f"{name}: in order within board and lane ({len(order)} lanes)", late == 0, late)
    print(f"     {doubles} of {count + doubles} messages came again, each under its key")
    return doubles
