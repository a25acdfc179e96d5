import MediaPipeline
import MediaSecurity
import OpusCodec
import Quantities
import RTP

/// What a process that counts its allocations finds out about the media core.
public struct MediaProbe: Codable, Sendable {
    /// Allocations per operation, by workload.
    var allocations: [String: Double] = [:]
    /// Bytes of a peer at `full`, with the packets that wait for it.
    var fullPeer = 0.0
    /// Bytes of what it cannot do without: the codec's own, SRTP, the jitter buffer with its packets.
    var fullParts = 0.0
    /// Bytes of a peer at `sealed` without its jitter buffer and the packets in it.
    var sealedPeer = 0.0
    /// Bytes of a jitter buffer with the packets in it, at `sealed`.
    var sealedBuffer = 0.0

    /// Measures in this process, which was started with the interposer; nil without it.
    public init?(stages: Set<MediaStage>, codec: MediaCodec) {
        guard let counter = AllocationCounter() else { return nil }
        let material = MediaMaterial(framesPerParty: 250, codec: codec)
        for item in MediaPlan(stages: stages, calls: Self.calls).cases {
            allocations[item.workload.name] = Self.allocations(
                of: item.workload, material, counter)
        }
        if stages.contains(.memory) { measureMemory(material, counter) }
    }

    /// Two-way calls that allocations are counted with.
    static let calls = 50
    static let fullName = "memory of a full peer"
    static let sealedName = "memory of a sealed peer, without its jitter buffer"
    static let bufferName = "memory of a sealed peer's jitter buffer with its packets"
    static let partsName = "codec, SRTP and jitter buffer"

    /// What an operation of `workload` allocates, as tables and targets call it.
    static func name(_ workload: String) -> String { "allocations: " + workload }

    /// Puts the figures into `report`, in the order of the plan.
    func add(to report: inout BenchmarkReport, memory: Bool) {
        func add(
            _ name: String, _ value: Double, _ unit: BenchmarkReport.Unit, _ who: String? = nil
        ) {
            report.add(
                .init(
                    workload: name, contender: who ?? BenchmarkReport.ours, unit: unit,
                    samples: Samples([value])))
        }
        for (workload, count) in allocations.sorted(by: { $0.key < $1.key }) {
            add(Self.name(workload), count, .allocations)
        }
        guard memory else { return }
        add(Self.fullName, fullPeer, .bytes)
        add(Self.fullName, fullParts, .bytes, Self.partsName)
        add(Self.sealedName, sealedPeer, .bytes)
        add(Self.bufferName, sealedBuffer, .bytes)
    }

    /// Allocations of an operation once everything is warm.
    private static func allocations(
        of workload: MediaWorkload, _ material: MediaMaterial, _ counter: AllocationCounter
    ) -> Double {
        let operations = workload == .handshake ? 20 : 500
        // A call of the full pipeline goes on; in rounds it would begin anew.
        let work =
            workload == .full ? PacketPathWork(live: material) : workload.work(material)
        for _ in 0..<20 { _ = work.round(operations) }
        let rounds = workload == .handshake ? 1 : 10
        let count = counter.allocations {
            for _ in 0..<rounds { _ = work.round(operations) }
        }
        return Double(count) / Double(rounds * operations)
    }

    private mutating func measureMemory(_ material: MediaMaterial, _ counter: AllocationCounter) {
        let peers = 200
        _ = SmallParts(material)
        let buffer = SmallParts.bytes(counter, peers) { JitterBufferBox(material) }
        let protection = SmallParts.bytes(counter, peers) { ProtectionBox() } / 2
        let codec = SmallParts.bytes(counter, peers) { CodecBox(material) }

        let sealed = Self.memory(peers, counter) {
            PacketPathWork(material, .aeadAES128GCM, peers: peers, burst: 1)
        }
        sealedPeer = sealed.perPeer - buffer
        sealedBuffer = buffer + sealed.packets
        let full = Self.memory(2, counter) { PacketPathWork(live: material) }
        fullPeer = full.perPeer + full.packets
        fullParts = codec + protection + buffer + full.packets
    }

    /// Bytes of each of `peers` after two seconds, and of the packets that wait for it.
    private static func memory(
        _ peers: Int, _ counter: AllocationCounter, _ make: () -> PacketPathWork
    ) -> (perPeer: Double, packets: Double) {
        var packets = 0.0
        let all = counter.growth {
            let work = make()
            _ = work.round(100 * peers)
            packets = Double(work.packetByteCount)
            return work
        }
        return ((all - packets) / Double(peers), packets / Double(peers))
    }
}

/// The parts of a peer by themselves, each as a box on the heap.
private struct SmallParts {
    /// Lets libraries allocate what they keep.
    init(_ material: MediaMaterial) {
        _ = (JitterBufferBox(material), ProtectionBox(), CodecBox(material))
    }

    /// Bytes of one of `count` boxes.
    static func bytes<Box: AnyObject>(
        _ counter: AllocationCounter, _ count: Int, _ make: () -> Box
    ) -> Double {
        counter.growth { (0..<count).map { _ in make() } } / Double(count)
    }
}

private final class JitterBufferBox {
    private let buffer: JitterBuffer
    init(_ material: MediaMaterial) {
        buffer = JitterBuffer(
            settings: MediaConfiguration(codec: material.codec.settings).jitterBuffer)
    }
}

/// Two sessions that have had a packet from each other, which the library keeps more for.
private final class ProtectionBox {
    private var first = ProtectionWork.session(.aeadAES128GCM, local: 0, remote: 1)
    private var second = ProtectionWork.session(.aeadAES128GCM, local: 1, remote: 0)

    init() {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 16) { packet in
            do {
                for source in [UInt32(1), 2] {
                    packet.initializeMemory(as: UInt8.self, repeating: 0)
                    try PacketHeader(
                        payloadType: 111, sequenceNumber: 1, timestamp: 1, source: source
                    ).write(to: packet)
                    if source == 1 {
                        let count = try first.protect(packet, count: 20)
                        _ = try second.unprotect(packet, count: count)
                    } else {
                        let count = try second.protect(packet, count: 20)
                        _ = try first.unprotect(packet, count: count)
                    }
                }
            } catch {
                preconditionFailure("two sessions accept each other's packets, but \(error)")
            }
        }
    }
}

private final class CodecBox {
    private let encoder: OpusEncoder
    private let decoder: OpusDecoder
    init(_ material: MediaMaterial) {
        do {
            encoder = try OpusEncoder(settings: material.codec.settings)
            decoder = try OpusDecoder()
        } catch {
            preconditionFailure("libopus takes the settings, but \(error)")
        }
    }
}
