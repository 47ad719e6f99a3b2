"""A real broker on loopback, ways to it that break, and certificates that lie."""

import asyncio
import getpass
import socket
import subprocess
import threading
import time

# Whatever goes wrong, nothing is left running: whoever starts a process adds it here.
STARTED = []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    """mosquitto on loopback; a plain listener for the subscriber, and the one under test."""

    def __init__(self, folder, extra=""):
        self.folder = folder
        self.port = free_port()
        self.plain = free_port()
        self.config = folder / "mosquitto.conf"
        self.config.write_text(
            # Started as root it would give up the right to read the certificates.
            f"user {getpass.getuser()}\nper_listener_settings true\nlistener {self.plain} 127.0.0.1\nallow_anonymous true\n"
            f"listener {self.port} 127.0.0.1\n{extra or 'allow_anonymous true'}\n")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            ["mosquitto", "-c", str(self.config)], stdout=subprocess.DEVNULL,
            stderr=open(self.folder / "mosquitto.log", "a"))
        STARTED.append(self.process)
        wait_for(lambda: is_open(self.plain), 10)

    def kill(self):
        self.process.kill()
        self.process.wait()


def is_open(port):
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(holds, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.02)
    return False


class Cutter:
    """A way to the broker that ends in the middle of a packet, after some bytes each time."""

    def __init__(self, target, cuts):
        self.target = target
        self.cuts = list(cuts)
        self.port = free_port()
        self.count = 0
        ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.run, args=(ready,), daemon=True).start()
        ready.wait()

    def run(self, ready):
        asyncio.set_event_loop(self.loop)

        async def serve():
            await asyncio.start_server(self.handle, "127.0.0.1", self.port)
            ready.set()

        self.loop.create_task(serve())
        self.loop.run_forever()

    async def handle(self, reader, writer):
        self.count += 1
        left = self.cuts.pop(0) if self.cuts else None
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return

        async def pump(source, sink, counts):
            nonlocal left
            try:
                while data := await source.read(4096):
                    if counts and left is not None:
                        data, left = data[:left], left - len(data[:left])
                    sink.write(data)
                    await sink.drain()
                    if counts and left == 0:
                        break
            except OSError:
                pass
            for end in (sink, writer, there_writer):
                end.close()

        await asyncio.gather(
            pump(reader, there_writer, True), pump(there_reader, writer, False))


def certificates(folder):
    """Two authorities; for the broker: right, over, not yet begun, of another host, of another
    authority; for the appliance: one."""
    def run(*arguments):
        subprocess.run(arguments, check=True, capture_output=True, cwd=folder)

    for authority in ("good", "bad"):
        run("openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout",
            f"{authority}.key", "-out", f"{authority}.pem", "-days", "30", "-subj",
            f"/CN={authority} authority")

    def issue(name, authority, host, start, end):
        run("openssl", "req", "-newkey", "ed25519", "-nodes", "-keyout", f"{name}.key", "-out",
            f"{name}.csr", "-subj", f"/CN={host}")
        (folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{host}\n")
        (folder / "index").write_text("")
        (folder / "serial").write_text("01\n")
        (folder / "ca.conf").write_text(
            "[ca]\ndefault_ca=a\n[a]\ndatabase=index\nserial=serial\nnew_certs_dir=.\n"
            "default_md=default\npolicy=p\n[p]\ncommonName=supplied\n")
        run("openssl", "ca", "-batch", "-config", "ca.conf", "-cert", f"{authority}.pem",
            "-keyfile", f"{authority}.key", "-in", f"{name}.csr", "-out", f"{name}.pem",
            "-extfile", f"{name}.ext", "-startdate", start, "-enddate", end, "-notext",
            "-rand_serial")

    issue("server", "good", "centre.test", "20200101000000Z", "20450101000000Z")
    issue("over", "good", "centre.test", "20200101000000Z", "20210101000000Z")
    issue("early", "good", "centre.test", "20440101000000Z", "20450101000000Z")
    issue("other", "good", "other.test", "20200101000000Z", "20450101000000Z")
    issue("stranger", "bad", "centre.test", "20200101000000Z", "20450101000000Z")
    issue("board", "good", "judge", "20200101000000Z", "20450101000000Z")
