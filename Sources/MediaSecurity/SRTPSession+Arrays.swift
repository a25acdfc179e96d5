/// The same on arrays that hold exactly one packet; their storage is reused.
extension SRTPSession {
    /// Protects the RTP `packet`, which grows by `profile.overhead` bytes.
    ///
    /// - Throws: as ``protect(_:count:)``; the packet is then empty.
    public mutating func protect(_ packet: inout [UInt8]) throws(SRTPError) {
        let count = packet.count
        packet.grow(by: profile.overhead)
        var outcome: Result<Int, SRTPError> = .failure(.malformed)
        packet.withUnsafeMutableBytes { buffer in
            do throws(SRTPError) {
                outcome = .success(try protect(buffer, count: count))
            } catch {
                outcome = .failure(error)
            }
        }
        try packet.cut(to: outcome)
    }

    /// Authenticates and decrypts the SRTP `packet`, which shrinks by `profile.overhead` bytes.
    ///
    /// - Throws: as ``unprotect(_:count:)``; the packet is then empty.
    public mutating func unprotect(_ packet: inout [UInt8]) throws(SRTPError) {
        var outcome: Result<Int, SRTPError> = .failure(.malformed)
        packet.withUnsafeMutableBytes { buffer in
            do throws(SRTPError) {
                outcome = .success(try unprotect(buffer, count: buffer.count))
            } catch {
                outcome = .failure(error)
            }
        }
        try packet.cut(to: outcome)
    }

    /// Protects the compound RTCP `packet`, which grows by `profile.controlOverhead` bytes.
    ///
    /// - Throws: as ``protectControl(_:count:)``; the packet is then empty.
    public mutating func protectControl(_ packet: inout [UInt8]) throws(SRTPError) {
        let count = packet.count
        packet.grow(by: profile.controlOverhead)
        var outcome: Result<Int, SRTPError> = .failure(.malformed)
        packet.withUnsafeMutableBytes { buffer in
            do throws(SRTPError) {
                outcome = .success(try protectControl(buffer, count: count))
            } catch {
                outcome = .failure(error)
            }
        }
        try packet.cut(to: outcome)
    }

    /// Authenticates and decrypts the SRTCP `packet`, which shrinks by
    /// `profile.controlOverhead` bytes.
    ///
    /// - Throws: as ``unprotectControl(_:count:)``; the packet is then empty.
    public mutating func unprotectControl(_ packet: inout [UInt8]) throws(SRTPError) {
        var outcome: Result<Int, SRTPError> = .failure(.malformed)
        packet.withUnsafeMutableBytes { buffer in
            do throws(SRTPError) {
                outcome = .success(try unprotectControl(buffer, count: buffer.count))
            } catch {
                outcome = .failure(error)
            }
        }
        try packet.cut(to: outcome)
    }
}

extension [UInt8] {
    fileprivate mutating func grow(by room: Int) {
        append(contentsOf: repeatElement(0, count: room))
    }

    /// Keeps what succeeded.
    fileprivate mutating func cut(to outcome: Result<Int, SRTPError>) throws(SRTPError) {
        switch outcome {
        case .success(let count):
            removeLast(self.count - count)
        case .failure(let error):
            removeAll(keepingCapacity: true)
            throw error
        }
    }
}
