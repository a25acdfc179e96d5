"""aiortc's parts as a rival of the media core, for `voicesim bench media`: Opus by PyAV, SRTP by
pylibsrtp, RTP packets and the jitter buffer by aiortc, in a plain loop without its event loop.

usage: aiortc_rival.py full SPEECH BITRATE COMPLEXITY BANDWIDTH
Prints `ready`, then for each line with a number of frames the CPU ns per frame.
"""
import fractions
import sys

import av
from aiortc.jitterbuffer import JitterBuffer
from aiortc.rtp import HeaderExtensionsMap, RtpPacket
from pylibsrtp import Policy, Session

from rounds import serve

SAMPLES = 960  # 20 ms at 48 kHz
TIME_BASE = fractions.Fraction(1, 48000)
KEY = bytes(range(28))


def session(direction):
    return Session(Policy(
        key=KEY, ssrc_type=direction, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM))


def codec(mode, bitrate=0, complexity=0, bandwidth=0):
    """As aiortc's own Opus codecs, but mono and with the settings of the others."""
    context = av.CodecContext.create("libopus", mode)
    context.format = "s16"
    context.layout = "mono"
    context.sample_rate = 48000
    if mode == "w":
        context.bit_rate = bitrate
        context.time_base = TIME_BASE
        context.options = {
            "application": "voip", "compression_level": str(complexity), "vbr": "constrained",
            "frame_duration": "20", "cutoff": str(bandwidth)}
    return context


def speech(path):
    """Frames of 20 ms, again and again."""
    with open(path, "rb") as file:
        samples = file.read()
    frames = [samples[at:at + 2 * SAMPLES] for at in range(0, len(samples), 2 * SAMPLES)]
    while True:
        yield from (frame for frame in frames if len(frame) == 2 * SAMPLES)


def full(path, *settings):
    encoder, decoder = codec("w", *settings), codec("r")
    outbound = session(Policy.SSRC_ANY_OUTBOUND)
    inbound = session(Policy.SSRC_ANY_INBOUND)
    waiting = JitterBuffer(capacity=16, prefetch=4)
    extensions = HeaderExtensionsMap()
    frames = speech(path)
    spoken = heard = 0

    def hear(data):
        nonlocal heard
        packet = RtpPacket.parse(inbound.unprotect(data), extensions)
        packet._data = packet.payload  # Opus needs no depacketising
        _, frame = waiting.add(packet)
        if frame is not None:
            coded = av.Packet(frame.data)
            coded.pts = frame.timestamp
            coded.time_base = TIME_BASE
            heard += sum(sound.samples for sound in decoder.decode(coded))

    def go(count):
        nonlocal spoken
        for _ in range(count):
            sound = av.AudioFrame(format="s16", layout="mono", samples=SAMPLES)
            sound.planes[0].update(next(frames))
            sound.sample_rate = 48000
            sound.time_base = TIME_BASE
            sound.pts = spoken * SAMPLES
            for coded in encoder.encode(sound):
                packet = RtpPacket(
                    payload_type=111, sequence_number=spoken & 0xFFFF,
                    timestamp=spoken * SAMPLES & 0xFFFFFFFF, ssrc=1, payload=bytes(coded))
                packet.marker = 0
                spoken += 1
                hear(outbound.protect(packet.serialize(extensions)))

    go(100)
    if heard < 90 * SAMPLES:
        sys.exit("frames got lost")
    serve(go)


full(sys.argv[2], *map(int, sys.argv[3:]))
