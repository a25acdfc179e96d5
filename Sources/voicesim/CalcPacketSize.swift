import ArgumentParser
import ClosedForms
import Quantities

/// `voicesim calc packet-size`: what a speech packet takes on the wire.
struct CalcPacketSize: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "packet-size",
        abstract: "Bytes of a speech packet from the IP header on, and the bit rate they make.",
        discussion: """
            One direction of one call without silence suppression. TCP is counted with \
            timestamps and one packet a segment, without acknowledgements; a Send indication and \
            TCP with their padding.

            Example: voicesim calc packet-size --bitrate "24 kbit/s" --frame "20 ms" \
            --srtp aes128_cm_sha1_80 --extensions 16 --path channel --ip 4
            """)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The codec's bit rate; 24 kbit/s unless given.", valueName: "RATE"),
        transform: Reading.bitrate)
    var bitrate = Bitrate.kilobitsPerSecond(24)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Speech in a packet; 20 ms unless given.", valueName: "TIME"),
        transform: Reading.duration)
    var frame = SimDuration.milliseconds(20)

    @Option(
        help: "The SRTP profile: aead_aes_128_gcm (unless given) or aes128_cm_sha1_80.",
        transform: { text in
            guard let protection = PacketSize.Protection(name: text) else {
                throw ValidationError("accepted: aead_aes_128_gcm, aes128_cm_sha1_80")
            }
            return protection
        })
    var srtp = PacketSize.Protection.aeadAES128GCM

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "All RTP header extensions with their 4-byte header, 0 without; 16 unless given.",
            valueName: "BYTES"),
        transform: Reading.count("a length of header extensions", 0...extensionLimit))
    var extensions = 16

    @Option(help: "How the packet travels: direct, channel, indication or tcp.")
    var path = PacketSize.Path.direct

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The version of the Internet protocol: 4 (unless given) or 6.", valueName: "VERSION"),
        transform: { text in
            switch text {
            case "4": PacketSize.Family.v4
            case "6": PacketSize.Family.v6
            default: throw ValidationError("accepted: 4, 6")
            }
        })
    var ip = PacketSize.Family.v4

    @OptionGroup var output: CalcOutput

    /// A 4-byte header and as many words as 16 bits count (RFC 3550 §5.3.1).
    private static let extensionLimit = 4 + 4 * 65_535
    /// The total length of an IPv4 packet has 16 bits (RFC 791 §3.1).
    private static let packetLimit = 65_535.0

    func validate() throws {
        guard extensions.isMultiple(of: 4) else {
            throw ValidationError(
                "--extensions takes a multiple of 4, not \(extensions): header extensions are "
                    + "padded to words of 4 bytes")
        }
        guard size.byteCount <= Self.packetLimit else {
            throw ValidationError(
                "a packet of \(Int(min(size.byteCount, 1e18))) bytes does not fit into a "
                    + "datagram of \(Int(Self.packetLimit))")
        }
    }

    private var size: PacketSize {
        PacketSize(
            bitrate: bitrate, frame: frame, protection: srtp, extensionByteCount: extensions,
            path: path, family: ip)
    }

    func run() throws {
        try output.print([
            CalcFigure("bytes", size.byteCount, "bytes from the IP header on"),
            CalcFigure("bitrate", size.bitsPerSecond, "bit/s in one direction"),
        ])
    }
}

extension PacketSize.Path: ExpressibleByArgument {}

extension PacketSize.Protection {
    /// The profile by its name in scenario files or in the registry of RFC 5764 and RFC 7714.
    init?(name: String) {
        switch name.lowercased() {
        case "aes128_cm_sha1_80", "aes_cm_128_hmac_sha1_80", "srtp_aes128_cm_hmac_sha1_80":
            self = .aes128CMSHA1
        case "aead_aes_128_gcm", "srtp_aead_aes_128_gcm": self = .aeadAES128GCM
        default: return nil
        }
    }
}
