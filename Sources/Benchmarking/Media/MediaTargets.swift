import MediaSecurity

extension SpeedTarget {
    private static func packets(_ profile: SRTPProfile) -> String {
        MediaWorkload.packets(profile, peers: 4000, burst: 1).name
    }

    private static func protect(_ sessions: Int) -> String {
        MediaWorkload.protect(.aeadAES128GCM, sessions: sessions).name
    }

    /// What the media core is to reach.
    public static let media: [SpeedTarget] =
        pipeline + packetPath + protection + TalkBenchmark.targets + peers

    private static let full = MediaWorkload.full.name

    private static let pipeline = [
        SpeedTarget(
            "full pipeline at 48 kHz, against the C loop",
            .speed(workload: full, against: [Rival.evpName]), .atLeast(0.95),
            why: "the codec takes the time, what is around it next to none"),
        SpeedTarget(
            "full pipeline at 48 kHz, against GStreamer",
            .speed(workload: full, against: [Rival.gstreamerName]), .atLeast(1.5),
            why: "one machine per voice instead of a pipeline of elements and threads"),
        SpeedTarget(
            "full pipeline at 48 kHz, against aiortc's parts",
            .speed(workload: full, against: [Rival.aiortcName]), .atLeast(1.25),
            why: "what people measure WebRTC with today, without its event loop"),
    ]

    private static let packetPath = [SRTPProfile.aeadAES128GCM, .aes128CMSHA1].flatMap { profile in
        [
            SpeedTarget(
                "packet path at 4,000 peers (\(profile.word)), against C over libsrtp2",
                .speed(workload: packets(profile), against: [Rival.libraryName]), .atLeast(0.9),
                why: "the same library with the same ciphers: the rest is ours"),
            SpeedTarget(
                "packet path at 4,000 peers (\(profile.word)), against C over EVP",
                .speed(workload: packets(profile), against: [Rival.evpName]), .atLeast(0.5),
                why: "the machine's limit: RFC 3711 and RFC 7714 by hand"),
            SpeedTarget(
                "packet path at 4,000 peers (\(profile.word)), against Debian's libsrtp2",
                .speed(workload: packets(profile), against: [Rival.debianName]), .atLeast(20),
                why: "its ciphers take longer the more sessions there are"),
        ]
    }

    private static let protection = [
        SpeedTarget(
            "SRTP protect of 100 bytes, against the same library from C",
            .speed(workload: protect(100), against: [Rival.libraryName]), .atLeast(1 / 1.05),
            why: "the language costs next to nothing"),
        SpeedTarget(
            "SRTP protect of 100 bytes at 8,000 sessions, against 100",
            .speedOfWorkload(protect(8000), againstWorkload: protect(100)), .atLeast(1 / 1.5),
            why: "sessions are small, and cost does not grow with their number"),
        SpeedTarget(
            "DTLS handshake of both sides, against C over OpenSSL",
            .speed(workload: MediaWorkload.handshake.name, against: [Rival.opensslName]),
            .atLeast(1 / 1.10), why: "virtual time and own randomness cost next to nothing"),
    ]

    private static let peers = [
        SpeedTarget(
            "allocations per packet on the packet path",
            .ours(
                workload: MediaProbe.name(
                    MediaWorkload.packets(
                        .aeadAES128GCM, peers: 2 * MediaProbe.calls, burst: 1
                    ).name), factor: 1),
            .atMost(0), unit: "", why: "slots come from arenas and go back to them"),
        SpeedTarget(
            "memory of a full peer, against codec, SRTP and jitter buffer alone",
            .speed(workload: MediaProbe.fullName, against: [MediaProbe.partsName]),
            .atLeast(1 / 1.25), why: "what a side holds besides is small"),
        SpeedTarget(
            "memory of a sealed peer without its jitter buffer",
            .ours(workload: MediaProbe.sealedName, factor: 1), .atMost(8_000), unit: "B",
            why: "twenty thousand peers in the memory of a laptop"),
        SpeedTarget(
            "no SSL object alive once both sides have authenticated a first SRTP packet",
            .check(LiveHandshakes.checkName), .holds, unit: "",
            why: "a handshake holds 75 kB and has nothing more to do"),
        SpeedTarget(
            "rivals do the same work", .check(MediaBenchmark.digestName), .holds, unit: "",
            why: "a comparison needs equals"),
    ]
}
