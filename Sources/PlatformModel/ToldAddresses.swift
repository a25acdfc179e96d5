import Addressing
import STUN

/// Whose addresses a datagram tells whoever can read it, by what it is: for labels, which compare nothing with anybody's
/// addresses.
struct ToldAddresses {
    /// Of the client's peers, as clients and relays name them to each other (XOR-PEER-ADDRESS, RFC 8656 §18.3).
    private(set) var peers: [IPAddress] = []
    /// Of whoever is answered, as whoever answers sees it (XOR-MAPPED-ADDRESS, RFC 8489 §14.2).
    private(set) var mapped: [IPAddress] = []

    /// As many peers as one request of our clients names at most, and some more.
    private static let maximumPeers = 64

    /// Looks into a datagram.
    init(_ datagram: [UInt8]) { look(into: datagram, isWrapped: false) }

    private mutating func look(into datagram: [UInt8], isWrapped: Bool) {
        switch DatagramKind.classify(datagram) {
        case .stun: look(intoMessage: datagram, isWrapped: isWrapped)
        case .turnChannel where !isWrapped:
            guard let data = CheckView.data(ofChannel: datagram) else { return }
            look(into: data, isWrapped: true)
        case .turnChannel, .dtls, .rtp, .zrtp, .unknown: break
        }
    }

    private mutating func look(intoMessage datagram: [UInt8], isWrapped: Bool) {
        guard let message = try? MessageView(datagram) else { return }
        peers += message.addresses(of: .xorPeerAddress, limit: Self.maximumPeers).map(\.ip)
        if message.kind == .success, let address = message.mappedAddress?.ip {
            mapped.append(address)
        }
        guard !isWrapped, message.kind == .indication, let data = message.value(of: .data) else {
            return
        }
        look(into: Array(data), isWrapped: true)
    }
}

/// Places in a datagram where an address may stand in the form that STUN gives it, for canaries: family, port and address
/// (RFC 8489 §14.1), as they are or under the mask of a message (§14.2). No message is parsed for it, so that what stands
/// in any attribute counts, and in what is none.
///
/// The family before it, and that a few addresses are asked for only, keep what is there by chance away: 16 bits and the
/// 32 of an address of IPv4.
enum AddressPlaces {
    private static let (cookie, header) = (Header.magicCookie, Header.byteCount)

    /// Calls `visit` with each address that `bytes` can be read as.
    ///
    /// - Complexity: O(bytes).
    static func forEach(in bytes: UnsafeRawBufferPointer, _ visit: (IPAddress) -> Void) {
        guard bytes.count >= 8 else { return }
        var masks: [Int]?
        for place in 0...(bytes.count - 8) where bytes[place] == 0 {
            switch bytes[place + 1] {
            case 1:
                let bits = word32(bytes, place + 4)
                visit(IPAddress(v4: bits))
                visit(IPAddress(v4: bits ^ cookie))
            case 2 where place + 20 <= bytes.count:
                let (high, low) = (word64(bytes, place + 4), word64(bytes, place + 12))
                visit(IPAddress(v6High: high, low: low))
                if masks == nil { masks = messages(in: bytes) }
                for mask in masks! {
                    visit(
                        IPAddress(
                            v6High: high ^ word64(bytes, mask), low: low ^ word64(bytes, mask + 8)))
                }
            default: break
            }
        }
    }

    /// Where messages have their cookies, which their transaction identifiers follow: one may be in another.
    private static func messages(in bytes: UnsafeRawBufferPointer) -> [Int] {
        guard bytes.count >= header else { return [] }
        return (4...(bytes.count - header + 4)).filter { word32(bytes, $0) == cookie }
    }

    private static func word32(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> UInt32 {
        UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self))
    }

    private static func word64(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> UInt64 {
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
    }
}
