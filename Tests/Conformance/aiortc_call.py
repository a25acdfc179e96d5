"""A call between aiortc and `voicesim load peer`, each saying one tone and listening for the other's.

Descriptions pass as lines of JSON over the pipes of the peer's process. Prints one line of JSON:
what each of the two counted and heard.
"""

import argparse
import array
import asyncio
import contextlib
import fractions
import json
import math
import sys

import aioice.ice
import av
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceServer,
    RTCIceTransportPolicy,
    RTCPeerConnection,
    RTCSessionDescription,
)

RATE = 48000
FRAME = RATE // 50
TONE_SHARE = 0.8
AUDIBLE = 100.0**2


class Tone(MediaStreamTrack):
    """A sine in frames of 20 ms, at the pace of a microphone."""

    kind = "audio"

    def __init__(self, frequency):
        super().__init__()
        self.step = 2 * math.pi * frequency / RATE
        self.position = 0
        self.start = None

    async def recv(self):
        loop = asyncio.get_running_loop()
        if self.start is None:
            self.start = loop.time()
        due = self.start + self.position / RATE
        await asyncio.sleep(max(0.0, due - loop.time()))
        samples = array.array(
            "h",
            (
                int(8000 * math.sin(self.step * (self.position + offset)))
                for offset in range(FRAME)
            ),
        )
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate = RATE
        frame.pts = self.position
        frame.time_base = fractions.Fraction(1, RATE)
        self.position += FRAME
        return frame


class Ear:
    """Counts the frames of a track, and those that are mostly the tone hoped for."""

    def __init__(self, frequency):
        self.frequency = frequency
        self.frames = 0
        self.matches = 0

    async def listen(self, track):
        with contextlib.suppress(Exception):
            while True:
                self.hear(await track.recv())

    def hear(self, frame):
        channels = len(frame.layout.channels)
        samples = array.array("h", bytes(frame.planes[0])[: frame.samples * channels * 2])
        mono = samples[::channels]
        energy = float(sum(value * value for value in mono))
        if self.frames == 0 and energy / len(mono) < AUDIBLE:
            return
        self.frames += 1
        if energy / len(mono) < AUDIBLE:
            return
        coefficient = 2 * math.cos(2 * math.pi * self.frequency / frame.sample_rate)
        last = before = 0.0
        for value in mono:
            last, before = value + coefficient * last - before, last
        power = last * last + before * before - coefficient * last * before
        if 2 * power / len(mono) >= TONE_SHARE * energy:
            self.matches += 1


def configuration(options):
    if not options.turn:
        return RTCConfiguration(iceServers=[])
    server = RTCIceServer(
        urls=f"turn:{options.turn}?transport={options.turn_transport}",
        username=options.username,
        credential=options.password,
    )
    policy = RTCIceTransportPolicy.RELAY if options.relay_only else RTCIceTransportPolicy.ALL
    return RTCConfiguration(iceServers=[server], iceTransportPolicy=policy)


def keep_to_loopback():
    """aioice leaves loopback out; here nothing else may be used."""
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


async def statistics(connection):
    figures = {}
    for entry in (await connection.getStats()).values():
        if entry.type == "outbound-rtp":
            figures["packetsSent"] = entry.packetsSent
        elif entry.type == "inbound-rtp":
            figures["packetsReceived"] = entry.packetsReceived
            figures["packetsLost"] = entry.packetsLost
    return figures


async def call(options):
    keep_to_loopback()
    connection = RTCPeerConnection(configuration(options))
    ear = Ear(options.hear)
    ears = []

    @connection.on("track")
    def on_track(track):
        ears.append(asyncio.ensure_future(ear.listen(track)))

    connection.addTrack(Tone(options.say))
    peer = await asyncio.create_subprocess_exec(
        *options.peer, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )

    async def tell(description):
        line = json.dumps({"type": description.type, "sdp": description.sdp}) + "\n"
        peer.stdin.write(line.encode())
        await peer.stdin.drain()

    async def hear():
        line = await peer.stdout.readline()
        if not line:
            raise SystemExit("the peer said nothing")
        return json.loads(line)

    if options.offers:
        await connection.setLocalDescription(await connection.createOffer())
        await tell(connection.localDescription)
        await connection.setRemoteDescription(RTCSessionDescription(**await hear()))
    else:
        await connection.setRemoteDescription(RTCSessionDescription(**await hear()))
        await connection.setLocalDescription(await connection.createAnswer())
        await tell(connection.localDescription)
    figures = {}
    pending = asyncio.ensure_future(hear())
    while not pending.done():
        await asyncio.wait([pending], timeout=0.1)
        # Once the peer has hung up there is no one left to ask.
        figures.update(await statistics(connection))
    status = await peer.wait()
    for listening in ears:
        listening.cancel()
    await connection.close()
    theirs = dict(figures, framesHeard=ear.frames, framesOfTone=ear.matches)
    print(json.dumps({"status": status, "voicesim": pending.result(), "aiortc": theirs}))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offers", action="store_true", help="aiortc makes the offer")
    parser.add_argument("--say", type=float, default=660)
    parser.add_argument("--hear", type=float, default=440)
    parser.add_argument("--turn")
    parser.add_argument("--turn-transport", default="udp")
    parser.add_argument("--username")
    parser.add_argument("--password")
    parser.add_argument("--relay-only", action="store_true")
    parser.add_argument("peer", nargs="+", help="the command of the peer")
    asyncio.run(asyncio.wait_for(call(parser.parse_args()), 110))


if __name__ == "__main__":
    sys.exit(main())
