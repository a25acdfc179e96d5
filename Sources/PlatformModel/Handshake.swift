import MediaSecurity

/// The DTLS association of one side of a call.
///
/// A class, because it has one identity and is itself not to be copied, while the legs that refer
/// to it stand in an array. It lives until the talk shows that the other side has its last flight.
final class Handshake {
    var session: DTLSSession

    init(_ session: consuming DTLSSession) { self.session = session }
}
