"""Holds VoiceSim's protocol machines against peers that it did not write.

    conformance.py VOICESIM [--python PYTHON-WITH-AIORTC] [--only WORD]

Each check prints one line that says what was verified; when one fails, the end of its log follows
and the exit code is 1. Everything stays on 127.0.0.0/8. Only processes started here are ended.
"""

import argparse
import base64
import contextlib
import hashlib
import hmac
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

SECRET = "conformance"
USER, PASSWORD = "bob", "builder"
HERE = os.path.dirname(os.path.abspath(__file__))
# Relayed ports of the two servers, and their listening ports, apart from each other.
OUR_RELAYED, THEIR_RELAYED = (50000, 54999), (55000, 59999)


class Failure(Exception):
    """A check did not hold; `log` is what its processes said."""

    def __init__(self, reason, log=""):
        super().__init__(reason)
        self.log = log


def free_port():
    """A port that is free for UDP and TCP now."""
    for _ in range(100):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
            stream.bind(("127.0.0.1", 0))
            port = stream.getsockname()[1]
            if 20000 <= port < 50000:
                with contextlib.suppress(OSError):
                    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
                        datagrams.bind(("127.0.0.1", port))
                        return port
    raise Failure("no port is free for UDP and TCP")


def require(condition, reason, log=""):
    if not condition:
        raise Failure(reason, log)


class Stalls:
    """How long this host let a process wait that only wanted to wake every few milliseconds.

    Calls are judged by time: what is late is concealed. Where the host itself stood still, frames say
    nothing of the protocols.
    """

    PAUSE, TOLERANCE = 0.005, 0.010
    # Packets of one direction in a second.
    RATE = 50

    def __enter__(self):
        self.seconds = 0.0
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()
        return self

    def watch(self):
        before = time.monotonic()
        while not self.ends.wait(self.PAUSE):
            now = time.monotonic()
            late = now - before - self.PAUSE
            if late > self.TOLERANCE:
                self.seconds += late
            before = now

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()

    @property
    def packets(self):
        """How many of a call's packets, or frames, fell into that time."""
        return self.seconds * self.RATE


class Server:
    """A server in a process of its own, from start to stop."""

    def __init__(self, directory, name, command):
        self.path = os.path.join(directory, f"{name}.log")
        self.output = os.path.join(directory, f"{name}.out")
        with open(self.path, "wb") as log, open(self.output, "wb") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=log, cwd=directory
            )

    @property
    def log(self):
        text = ""
        for path in (self.output, self.path):
            with open(path, encoding="utf-8", errors="replace") as file:
                text += file.read()
        return text

    def await_port(self, port):
        """Returns once it takes connections."""
        for _ in range(200):
            require(self.process.poll() is None, "the server ended at once", self.log)
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                return self
            time.sleep(0.05)
        raise Failure("the server does not listen", self.log)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode


class Conformance:
    def __init__(self, options, directory):
        self.voicesim = os.path.abspath(options.voicesim)
        self.python = options.python and os.path.abspath(options.python)
        self.only = options.only
        self.directory = directory
        # What servers are started by; a benchmark gives them a core of their own.
        self.prefix = []
        self.failures = 0
        self.checks = 0

    def check(self, name, action, *arguments):
        if self.only and self.only not in name:
            return
        self.checks += 1
        begun = time.monotonic()
        try:
            detail = action(*arguments)
        except Failure as failure:
            self.failures += 1
            print(f"FAILED {name}: {failure}", flush=True)
            for line in failure.log.splitlines()[-25:]:
                print(f"       | {line}", flush=True)
        else:
            print(f"ok     {name}: {detail} ({time.monotonic() - begun:.1f} s)", flush=True)

    # Servers

    def certificate(self):
        """Files with a key and a certificate for 127.0.0.1 that is its own authority."""
        names = [os.path.join(self.directory, name) for name in ("certificate.pem", "key.pem")]
        if not os.path.exists(names[0]):
            command = ["openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"]
            command += ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=conformance"]
            command += ["-addext", "subjectAltName=IP:127.0.0.1"]
            code, log = self.run([*command, "-out", names[0], "-keyout", names[1]])
            require(code == 0, "openssl made no certificate", log)
        return names

    @contextlib.contextmanager
    def our_relay(self, port, *options):
        server = Server(
            self.directory,
            "voicesim-relay",
            [*self.prefix, self.voicesim, "relay", "--port", str(port), "--secret", SECRET, "--user", USER]
            + ["--password", PASSWORD, "--allow-loopback-peers", "--format", "json"]
            + ["--ports", "{}-{}".format(*OUR_RELAYED), *options],
        )
        try:
            yield server.await_port(port)
        finally:
            server.stop()

    def secure_lines(self, port):
        certificate, key = self.certificate()
        return [f"tls-listening-port={port}", f"cert={certificate}", f"pkey={key}"]

    @contextlib.contextmanager
    def coturn(self, *options, secure=None):
        port = free_port()
        configuration = os.path.join(self.directory, f"turnserver-{port}.conf")
        lines = [
            "listening-ip=127.0.0.1",
            "relay-ip=127.0.0.1",
            f"listening-port={port}",
            "min-port={}".format(THEIR_RELAYED[0]),
            "max-port={}".format(THEIR_RELAYED[1]),
            "realm=conformance.example",
            "allow-loopback-peers",
            *(["no-tls"] if secure is None else self.secure_lines(secure)),
            "no-dtls",
            "no-cli",
            "log-file=stdout",
            "simple-log",
            f"pidfile={self.directory}/turnserver-{port}.pid",
            f"userdb={self.directory}/turndb-{port}",
            *(options or ("use-auth-secret", f"static-auth-secret={SECRET}")),
        ]
        with open(configuration, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        server = Server(self.directory, f"coturn-{port}", [*self.prefix, "turnserver", "-c", configuration])
        server.port = port
        try:
            yield server.await_port(port)
        finally:
            server.stop()

    def run(self, command, limit=60):
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=limit,
                cwd=self.directory,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            text = (late.stdout or b"").decode(errors="replace")
            raise Failure(f"no end after {limit} s: {' '.join(command)}", text) from late
        return done.returncode, done.stdout.decode(errors="replace")

    # coturn's clients at our relay

    def stun_client(self, port):
        code, log = self.run(["turnutils_stunclient", "-p", str(port), "127.0.0.1"])
        found = re.search(r"reflexive addr: 127\.0\.0\.1:(\d+)", log)
        require(code == 0 and found, "no reflexive address", log)
        return f"reflexive address 127.0.0.1:{found[1]}"

    def turn_client(self, options, relay_options=None):
        """One run of turnutils_uclient at a relay of its own; counts of both sides agree."""
        port, clients, messages, size = free_port(), 4, 100, 170
        secure = [] if relay_options is None else ["--tls-port", str(free_port()), *relay_options]
        at = secure[1] if secure else str(port)
        with self.our_relay(port, *secure) as relay:
            command = ["turnutils_uclient", *options, "-y", "-c", "-p", at]
            command += ["-m", str(clients), "-n", str(messages), "-l", str(size), "-z", "2"]
            code, log = self.run([*command, "127.0.0.1"])
            require(code == 0, f"exit code {code}", log)
            status = relay.stop()
        require(status == 0, f"the relay ended with {status}", relay.log)
        summary = self.summary(relay)
        counts = re.findall(r"tot_send_msgs=(\d+), tot_recv_msgs=(\d+)", log)
        lost = re.search(r"Total lost packets (\d+)", log)
        total = clients * messages
        require(
            counts and lost and counts[-1] == (str(total), str(total)) and lost[1] == "0",
            "messages were lost",
            log,
        )
        for way in ("to_peers", "to_clients"):
            require(
                summary[f"{way}_packets"] == total and summary[f"{way}_bytes"] == total * size,
                f"the relay counts {summary[f'{way}_packets']} {way}, not {total}",
                json.dumps(summary, indent=1),
            )
        dropped = self.dropped(relay)
        require(not dropped, f"the relay dropped {dropped}", log)
        return (
            f"{total} messages sent, relayed and received, none lost; "
            f"{summary['allocations_created']} allocations, {summary['challenges']} challenges"
        )

    def wrong_password(self):
        port = free_port()
        with self.our_relay(port) as relay:
            command = ["turnutils_uclient", "-u", USER, "-w", "wrong", "-y", "-c", "-n", "1"]
            code, log = self.run([*command, "-p", str(port), "127.0.0.1"])
            relay.stop()
        require(code != 0 and "Cannot complete Allocation" in log, f"exit code {code}", log)
        summary = self.summary(relay)
        require(summary["allocations_created"] == 0, "it got an allocation", relay.log)
        require(summary["challenges"] >= 2, "it was not challenged twice", relay.log)
        return f"{summary['challenges']} times 401, and no allocation"

    def large_datagrams(self):
        """Datagrams longer than a frame pass whole, alone and in trains, or are counted."""
        port, largest, count = free_port(), 65400, 100
        with self.our_relay(port) as relay:
            server = ["--server", f"127.0.0.1:{port}", "--secret", SECRET]
            command = [self.voicesim, "load", "probe", *server, "--largest", str(largest)]
            code, log = self.run([*command, "--datagrams", str(count), "--oversized"])
            require(code == 0, f"exit code {code}", log)
            sent = 0
            for size in (1473, 9000):
                command = [self.voicesim, "load", "turn", *server, "--bytes", str(size)]
                command += ["--allocations", "4", "--rate", "1000", "--train", "5"]
                code, log = self.run([*command, "--seconds", "1", "--format", "json"])
                require(code == 0, f"exit code {code}", log)
                report = json.loads(log)
                for way in ("toPeers", "toClients"):
                    require(
                        report[way]["received"] == report[way]["sent"] > 0,
                        f"datagrams of {size} bytes were lost",
                        log,
                    )
                    sent += report[way]["sent"]
            relay.stop()
        # A probe also sees to it that strangers, and peers of a released port, are not let through.
        dropped = self.dropped(relay)
        wrong = set(dropped) - {"dropped_no_permission", "dropped_free_port"}
        require(
            wrong == {"dropped_oversized"} and dropped["dropped_oversized"] == 1,
            f"the relay dropped {dropped}",
            log,
        )
        return f"every length to {largest} bytes, {sent} of 1473 and 9000 in trains; 65507 dropped"

    def distrust(self):
        """A client that was given authorities refuses a certificate that none of them has signed."""
        port, secure = free_port(), free_port()
        with self.our_relay(port, "--tls-port", str(secure)) as relay:
            command = [self.voicesim, "load", "probe", "--server", f"127.0.0.1:{secure}"]
            command += ["--secret", SECRET, "--transport", "tls"]
            code, log = self.run([*command, "--authorities", self.certificate()[0]])
            require(code == 65 and "self-signed certificate" in log, f"exit code {code}", log)
            code, log = self.run(command)
            require(code == 0, f"exit code {code} without authorities", log)
            relay.stop()
        failed = self.summary(relay)["security_failed"]
        require(failed == 1, f"the relay counts {failed} failures of TLS", relay.log)
        return "refused where authorities are given, taken where none are"

    @classmethod
    def dropped(cls, relay):
        return {k: v for k, v in cls.summary(relay).items() if k.startswith("dropped") and v}

    @staticmethod
    def summary(relay):
        with open(relay.output, encoding="utf-8") as file:
            return json.load(file)

    # Our client at coturn

    def probe(self, transport, coturn_options, options):
        secure = free_port() if transport == "tls" else None
        with self.coturn(*coturn_options, secure=secure) as server:
            address = f"127.0.0.1:{secure or server.port}"
            command = [self.voicesim, "load", "probe", "--server", address]
            code, log = self.run([*command, "--transport", transport, *options])
            require(code == 0, f"exit code {code}", server.log + log)
        steps = re.findall(r"^ok +([^:]+):", log, re.M)
        return f"{len(steps)} steps: " + ", ".join(steps)

    # aiortc and our peer

    def call(self, aiortc, peer, expected):
        command = [self.python, os.path.join(HERE, "aiortc_call.py"), *aiortc, "--", self.voicesim]
        role = "answer" if "--offers" in aiortc else "offer"
        command += ["load", "peer", "--role", role, "--seconds", "2", "--heard", "0"]
        command += ["--frames", "50", *peer]
        with Stalls() as stalls:
            code, log = self.run(command, limit=120)
        require(code == 0, f"exit code {code}", log)
        result = json.loads(log.splitlines()[-1])
        ours, theirs = result["voicesim"], result["aiortc"]
        text = json.dumps(result, indent=1)
        require(result["status"] == 0, f"the peer ended with {result['status']}", text)
        for name, value in expected.items():
            require(ours[name] == value, f"{name} is {ours[name]}, not {value}", text)
        for name, side in (("voicesim", ours), ("aiortc", theirs)):
            heard, tone = side["framesHeard"], side["framesOfTone"]
            least = max(50, 0.9 * heard - stalls.packets)
            require(tone >= least, f"{name} heard the tone in {tone}/{heard} frames", text)
            require(side["packetsLost"] == 0, f"{name} lost packets", text)
        # What is under way when the peer hangs up is sent and not received.
        for sender, receiver in ((ours, theirs), (theirs, ours)):
            missing = sender["packetsSent"] - receiver["packetsReceived"]
            require(
                abs(missing) <= 15 + stalls.packets,
                f"{missing} packets are missing; the host stood still for {stalls.seconds:.1f} s",
                text,
            )
        # Flights repeated by an impatient timer come when the handshake is over.
        ours["rejections"].pop("untimelyHandshake", None)
        require(not ours["rejections"], f"datagrams were rejected: {ours['rejections']}", text)
        return (
            f"{ours['localCandidate']}–{ours['remoteCandidate']}, {ours['profile']}, "
            f"tone in {ours['framesOfTone']}/{ours['framesHeard']} and "
            f"{theirs['framesOfTone']}/{theirs['framesHeard']} frames, "
            f"{theirs['packetsReceived']}+{ours['packetsReceived']} packets, none lost"
            + (f"; the host stood still for {stalls.seconds:.1f} s" if stalls.packets > 1 else "")
        )

    def calls(self):
        gcm, cm = {"profile": "aeadAES128GCM"}, {"profile": "aes128CMSHA1"}
        self.check("aiortc answers, GCM", self.call, [], ["--profile", "gcm"], gcm)
        self.check("aiortc answers, CM", self.call, [], ["--profile", "cm"], cm)
        self.check("aiortc offers, GCM", self.call, ["--offers"], ["--profile", "gcm"], gcm)
        self.check("aiortc offers, CM", self.call, ["--offers"], ["--profile", "cm"], cm)
        with self.coturn() as server:
            self.relayed_calls("coturn", server.port)
        port = free_port()
        with self.our_relay(port):
            self.relayed_calls("our relay", port)

    def relayed_calls(self, relay, port):
        address = f"127.0.0.1:{port}"
        ours = ["--turn", address, "--secret", SECRET, "--relay-only"]
        username = f"{int(time.time()) + 3600}:aiortc"
        code = hmac.new(SECRET.encode(), username.encode(), hashlib.sha1).digest()
        theirs = ["--turn", address, "--username", username, "--relay-only"]
        theirs += ["--password", base64.b64encode(code).decode()]
        our_tcp, their_tcp = ours + ["--turn-transport", "tcp"], theirs + ["--turn-transport", "tcp"]
        local, remote = {"localCandidate": "relay"}, {"remoteCandidate": "relay"}
        for name, aiortc, peer, expected in (
            ("aiortc answers, our side relayed by", [], ours, local),
            ("aiortc offers, our side relayed over TCP by", ["--offers"], our_tcp, local),
            ("aiortc answers, its side relayed by", theirs, [], remote),
            ("aiortc offers, its side relayed over TCP by", ["--offers", *their_tcp], [], remote),
            ("aiortc offers, both sides relayed by", ["--offers", *theirs], ours, local | remote),
        ):
            self.check(f"{name} {relay}", self.call, aiortc, peer, expected)

    def all(self):
        port = free_port()
        with self.our_relay(port):
            self.check("turnutils_stunclient", self.stun_client, port)
        self.check("turnutils_uclient, wrong password", self.wrong_password)
        secret, user = ["-W", SECRET, "-u", "x"], ["-u", USER, "-w", PASSWORD]
        for name, options in (
            ("UDP, channels, secret", secret),
            ("UDP, Send indications, secret", [*secret, "-s"]),
            ("UDP, channels, password", user),
            ("UDP, Send indications, password", [*user, "-s"]),
            ("TCP, channels, secret", [*secret, "-t"]),
            ("TCP, Send indications, password", [*user, "-t", "-s"]),
        ):
            self.check(f"turnutils_uclient, {name}", self.turn_client, options)
        files = ["--certificate", self.certificate()[0], "--key", self.certificate()[1]]
        for name, options, relay_options in (
            ("TLS, channels, secret", [*secret, "-S", "-t"], []),
            ("TLS, Send indications, own certificate", [*user, "-S", "-t", "-s"], files),
        ):
            name = f"turnutils_uclient, {name}"
            self.check(name, self.turn_client, options, relay_options)
        self.check("a certificate that nobody trusts", self.distrust)
        self.check("datagrams longer than a frame", self.large_datagrams)
        shared = ["use-auth-secret", f"static-auth-secret={SECRET}"]
        static = ["lt-cred-mech", f"user={USER}:{PASSWORD}"]
        by_secret, by_user = ["--secret", SECRET], ["--user", USER, "--password", PASSWORD]
        stale = [*by_secret, "--stale-after", "2"]
        self.check("coturn, UDP, secret", self.probe, "udp", shared, by_secret)
        self.check("coturn, TCP, secret", self.probe, "tcp", shared, by_secret)
        trusting = [*by_secret, "--authorities", self.certificate()[0]]
        self.check("coturn, TLS, secret", self.probe, "tls", shared, by_secret)
        self.check("coturn, TLS, certificate verified", self.probe, "tls", shared, trusting)
        self.check("coturn, UDP, password", self.probe, "udp", static, by_user)
        # coturn cuts datagrams off at 16 kB.
        large = [*by_secret, "--largest", "9000"]
        self.check("coturn, UDP, datagrams longer than a frame", self.probe, "udp", shared, large)
        self.check(
            "coturn, UDP, stale nonce", self.probe, "udp", [*shared, "stale-nonce=1"], stale
        )
        self.check(
            "coturn, TCP, stale nonce", self.probe, "tcp", [*shared, "stale-nonce=1"], stale
        )
        if self.python:
            self.calls()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("voicesim")
    parser.add_argument("--python", help="a Python that has aiortc; without it calls are left out")
    parser.add_argument("--only", help="checks with this word in their name")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="voicesim-conformance-") as directory:
        conformance = Conformance(options, directory)
        begun = time.monotonic()
        conformance.all()
        total = f"{conformance.checks} checks, {conformance.failures} failed"
        print(f"{total}, {time.monotonic() - begun:.0f} s")
        return 1 if conformance.failures or not conformance.checks else 0


if __name__ == "__main__":
    sys.exit(main())
