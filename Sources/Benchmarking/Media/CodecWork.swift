import OpusCodec

/// What a contender that is ours does in a round.
protocol MediaWork {
    /// Does about `operations` operations; the CPU time of one, ns.
    func round(_ operations: Int) -> Double
}

/// Opus alone, on the benchmark's speech.
final class CodecWork: MediaWork {
    private let material: MediaMaterial
    private let decodes: Bool
    private var encoder: OpusEncoder
    private var decoder: OpusDecoder
    private let packet: UnsafeMutableRawBufferPointer
    private let heard: UnsafeMutableBufferPointer<Int16>
    private var next = 0

    /// What is timed is the encoder or the decoder.
    init(_ material: MediaMaterial, decodes: Bool) {
        self.material = material
        self.decodes = decodes
        do {
            encoder = try OpusEncoder(settings: material.codec.settings)
            decoder = try OpusDecoder()
        } catch {
            preconditionFailure("libopus takes the settings, but \(error)")
        }
        packet = .allocate(byteCount: 1275, alignment: 16)
        heard = .allocate(capacity: MediaMaterial.frameSamples)
        heard.initialize(repeating: 0)
    }

    deinit {
        packet.deallocate()
        heard.deallocate()
    }

    func round(_ operations: Int) -> Double {
        do {
            return decodes ? try decode(operations) : try encode(operations)
        } catch {
            preconditionFailure("libopus takes whole frames, but \(error)")
        }
    }

    private func encode(_ operations: Int) throws(OpusError) -> Double {
        let frame = MediaMaterial.frameSamples
        return try material.samples.withUnsafeBufferPointer { samples throws(OpusError) in
            let start = ThreadClock.nanoseconds
            for _ in 0..<operations {
                _ = try encoder.encode(
                    UnsafeBufferPointer(rebasing: samples[next * frame..<(next + 1) * frame]),
                    into: packet)
                next = next + 1 == material.encoded.count ? 0 : next + 1
            }
            return (ThreadClock.nanoseconds - start) / Double(operations)
        }
    }

    private func decode(_ operations: Int) throws(OpusError) -> Double {
        let start = ThreadClock.nanoseconds
        for _ in 0..<operations {
            _ = try material.encoded[next].withUnsafeBufferPointer { bytes throws(OpusError) in
                try decoder.decode(UnsafeRawBufferPointer(bytes), into: heard)
            }
            next = next + 1 == material.encoded.count ? 0 : next + 1
        }
        return (ThreadClock.nanoseconds - start) / Double(operations)
    }
}
