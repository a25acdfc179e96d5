import MediaSecurity
import OpusCodec
import Quantities
import RTP

extension MediaEndpoint {
    /// Captures, encodes, protects and queues the frame that is complete at `now`.
    ///
    /// In silence the first empty packet is sent, so that the listener knows, and the others are
    /// withheld (RFC 7587 §3.1.3).
    func sendFrame(at now: SimTime) {
        let ticks = configuration.codec.frame.ticks
        let isTalking = spoken.withUnsafeMutableBufferPointer { talker.nextFrame(into: $0) }
        if isTalking { report.framesSpoken += 1 }
        let count = encodeFrame()
        let isSilent = count <= OpusPayload.silenceByteCount
        if isSilent, isWithholding || count == 0 {
            numbering.skip(ticks: ticks)
            report.framesWithheld += 1
            return
        }
        isWithholding = isSilent
        let header = numbering.send(ticks: ticks)
        if let datagram = packet(header, payloadCount: count, at: now) {
            report.mediaSent.add(datagram.count)
            report.payloadBytesSent += Int64(count)
            control.countSent(payloadBytes: count)
            sending.append(datagram)
        }
    }

    /// Encodes ``spoken`` into `encoded`; the length in bytes, 0 without a codec.
    private func encodeFrame() -> Int {
        do {
            return try spoken.withUnsafeBufferPointer { samples throws(OpusError) in
                try encoded.withUnsafeMutableBufferPointer { output throws(OpusError) in
                    try encoder?.encode(samples, into: UnsafeMutableRawBufferPointer(output)) ?? 0
                }
            }
        } catch {
            preconditionFailure("a whole frame with room for any packet encodes, but \(error)")
        }
    }

    /// The SRTP packet that carries the first `payloadCount` bytes of `encoded`.
    private func packet(_ header: PacketHeader, payloadCount: Int, at now: SimTime) -> [UInt8]? {
        let level = spoken.withUnsafeBufferPointer { AudioLevel.decibelsBelowFullScale($0) }
        let audio = AudioHeaderExtension(
            level: level, hasVoice: payloadCount > OpusPayload.silenceByteCount,
            sendTime: NTPTimestamp(now).absoluteSendTime, transportSequence: transportSequence)
        transportSequence &+= 1
        let start = PacketHeader.byteCount + AudioHeaderExtension.byteCount
        let plain = start + payloadCount
        let overhead = srtp?.profile.overhead ?? 0
        return [UInt8](unsafeUninitializedCapacity: plain + overhead) { buffer, initialized in
            let output = UnsafeMutableRawBufferPointer(buffer)
            do {
                try header.write(to: output, hasExtension: true)
                try audio.write(to: output, at: PacketHeader.byteCount)
            } catch {
                preconditionFailure("there is room for the header")
            }
            encoded.withUnsafeBytes { payload in
                UnsafeMutableRawBufferPointer(rebasing: output[start..<plain])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: payload[..<payloadCount]))
            }
            initialized = (try? srtp?.protect(output, count: plain)) ?? 0
        }
    }
}
