import ICE

extension SessionDescription {
    /// The description as SDP text, lines ended by CRLF (RFC 8866 §5).
    public var text: [UInt8] {
        var writer = TextWriter(capacity: 512 + 96 * candidates.count)
        write(to: &writer)
        return writer.bytes
    }

    func write(to writer: inout TextWriter) {
        writeSession(to: &writer)
        writer.text("m=audio 9 UDP/TLS/RTP/SAVPF ")
        writer.number(format.payloadType)
        writer.endLine()
        writer.line("c=IN IP4 0.0.0.0")
        writer.line("a=rtcp:9 IN IP4 0.0.0.0")
        for candidate in candidates {
            writer.text("a=")
            candidate.appendText(to: &writer.bytes)
            writer.endLine()
        }
        if hasAllCandidates { writer.line("a=end-of-candidates") }
        writer.text("a=ice-ufrag:")
        writer.text(credentials.usernameFragment)
        writer.endLine()
        writer.text("a=ice-pwd:")
        writer.text(credentials.password)
        writer.endLine()
        if trickles { writer.line("a=ice-options:trickle") }
        writeSecurity(to: &writer)
        writer.text("a=mid:")
        writer.text(mid.utf8)
        writer.endLine()
        writer.line("a=sendrecv")
        writer.line("a=rtcp-mux")
        writeFormat(to: &writer)
    }

    private func writeSession(to writer: inout TextWriter) {
        writer.line("v=0")
        writer.text("o=- ")
        writer.number(sessionID)
        writer.text(" ")
        writer.number(version)
        writer.line(" IN IP4 127.0.0.1")
        writer.line("s=-")
        writer.line("t=0 0")
        writer.text("a=group:BUNDLE ")
        writer.text(mid.utf8)
        writer.endLine()
        if isLite { writer.line("a=ice-lite") }
        if let pacing {
            writer.text("a=ice-pacing:")
            writer.number(pacing)
            writer.endLine()
        }
    }

    private func writeSecurity(to writer: inout TextWriter) {
        writer.text("a=fingerprint:sha-256 ")
        for (index, byte) in fingerprint.enumerated() {
            if index > 0 { writer.text(":") }
            writer.hexadecimal(byte)
        }
        writer.endLine()
        writer.text("a=setup:")
        writer.text(setup.token)
        writer.endLine()
    }

    private func writeFormat(to writer: inout TextWriter) {
        writer.text("a=rtpmap:")
        writer.number(format.payloadType)
        writer.line(" opus/48000/2")
        writer.text("a=fmtp:")
        writer.number(format.payloadType)
        writer.text(" minptime=10;useinbandfec=")
        writer.text(format.usesInBandFEC ? "1" : "0")
        if format.usesDTX { writer.text(";usedtx=1") }
        if let bitrate = format.maximumAverageBitrate {
            writer.text(";maxaveragebitrate=")
            writer.number(bitrate)
        }
        writer.endLine()
        writer.text("a=ptime:")
        writer.number(format.packetTime)
        writer.endLine()
    }
}
