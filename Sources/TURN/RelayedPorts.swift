import Addressing
import Quantities
import STUN

/// The relayed ports that one Allocate request gets, and what its answer says of those it does not.
struct RelayedPorts: Sendable {
    var v4: UInt16?
    var v6: UInt16?
    /// Where the next-higher port was reserved (RFC 8656 §7.2).
    var reservationToken: UInt64?
    var missing: MissingFamily?

    mutating func set(_ port: UInt16, in family: IPAddress.Family) {
        if family == .v4 { v4 = port } else { v6 = port }
    }
}

/// Why a request is not carried out.
struct Refusal: Error {
    let code: ErrorCode
}

/// What an Allocate request asks for, the checks in the order of RFC 8656 §7.2.
struct PortWish {
    enum Port {
        case any
        case even
        /// An even one, and the next one for whoever brings the token.
        case pair
        case reserved(token: UInt64)
    }

    private(set) var port = Port.any
    /// One family, or IPv4 and IPv6 of which one is enough.
    private(set) var families: [IPAddress.Family] = [.v4]

    /// The REQUESTED-TRANSPORT that is served: UDP's protocol number.
    private static let udpNumber: UInt8 = 17

    init(_ request: MessageView) throws(Refusal) {
        guard let transport = request.requestedTransport else {
            throw Refusal(code: .badRequest)
        }
        guard transport == Self.udpNumber else {
            throw Refusal(code: .unsupportedTransportProtocol)
        }
        let requested = request.family(in: .requestedAddressFamily)
        let additional = request.family(in: .additionalAddressFamily)
        if request.has(.reservationToken) {
            guard !request.has(.evenPort), requested == nil, additional == nil,
                let token = request.number64(of: .reservationToken)
            else { throw Refusal(code: .badRequest) }
            port = .reserved(token: token)
            return
        }
        guard requested == nil || additional == nil else { throw Refusal(code: .badRequest) }
        if let requested {
            guard let family = IPAddress.Family(rawValue: requested) else {
                throw Refusal(code: .addressFamilyNotSupported)
            }
            families = [family]
        }
        if request.reservesNextPort, additional != nil { throw Refusal(code: .badRequest) }
        if let additional {
            // §7.1: IPv6 alone can be additional.
            guard additional == IPAddress.Family.v6.rawValue else {
                throw Refusal(code: .badRequest)
            }
            families = [.v4, .v6]
        }
        if request.has(.evenPort) { port = request.reservesNextPort ? .pair : .even }
    }
}

extension MessageView {
    /// The family in REQUESTED-ADDRESS-FAMILY or ADDITIONAL-ADDRESS-FAMILY (RFC 8656 §18.6).
    func family(in type: AttributeType) -> UInt8? {
        number32(of: type).map { UInt8($0 >> 24) }
    }

    /// The R bit of EVEN-PORT (RFC 8656 §18.7).
    fileprivate var reservesNextPort: Bool {
        range(of: .evenPort).map { bytes[$0.lowerBound] & 0x80 != 0 } ?? false
    }
}

/// A port that waits for the client that brings its token.
struct Reservation: Sendable, BitwiseCopyable {
    /// RFC 8656 §7.2: at least 30 seconds.
    static let lifetime = SimDuration.seconds(30)
    /// Reservations at once: each takes a port from others without an allocation that a quota
    /// counts, and the search for a token is linear.
    static let maximumCount = 256

    let token: UInt64
    let family: IPAddress.Family
    let port: UInt16
    let expiry: SimTime
}
