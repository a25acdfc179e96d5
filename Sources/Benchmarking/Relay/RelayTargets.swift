extension SpeedTarget {
    private static func forwarding(_ allocations: Int) -> String {
        RelayWorkload.forward(.both, allocations: allocations).name
    }

    /// What the relay is to reach in process.
    public static let relay = [
        SpeedTarget(
            "ChannelData forwarded in process, both directions, at 10,000 allocations",
            .ours(workload: forwarding(10_000), factor: 1), .atMost(150), unit: "ns",
            why: "a small part of what the kernel takes for a packet"),
        SpeedTarget(
            "the same against a plain C loop",
            .speed(workload: forwarding(10_000), against: [Rival.relayLoopName]), .atLeast(0.8),
            why: "the language costs little; what is asked of a packet stays in cache"),
        SpeedTarget(
            "allocations per forwarded packet",
            .ours(
                workload: MediaProbe.name(RelayWorkload.forward(.both, allocations: 1000).name),
                factor: 1), .atMost(0), unit: "",
            why: "packets are forwarded where they lie"),
        SpeedTarget(
            "ICE check built and verified, against C with a reused HMAC context",
            .speed(
                workload: RelayWorkload.check.name,
                against: [Rival.relayLoopName, Rival.reusedContextName]),
            .atLeast(1 / 1.5), why: "consent checks of all calls come every few seconds"),
        SpeedTarget(
            "allocations per ICE check built and verified",
            .ours(workload: MediaProbe.name(RelayWorkload.check.name), factor: 1), .atMost(0),
            unit: "", why: "a message is read where it lies and written where one lay"),
        SpeedTarget(
            "the relay's rivals do the same work", .check(RelayBenchmark.digestName), .holds,
            unit: "", why: "a comparison needs equals"),
    ]
}
