/// What libopus refused, by its error code (opus_defines.h `OPUS_BAD_ARG` …).
public enum OpusError: Error, Hashable, Sendable {
    /// An argument is outside its range (−1).
    case badArgument
    /// The output is too small for the frame (−2).
    case bufferTooSmall
    /// The library found itself inconsistent (−3).
    case internalError
    /// The bytes are not an Opus packet (−4).
    case invalidPacket
    /// The request is not known to this version of the library (−5).
    case unimplemented
    /// The encoder or decoder is not in a state to do this (−6).
    case invalidState
    /// Memory could not be had (−7).
    case allocationFailed
    /// A code that libopus does not document.
    case unknown(code: Int32)

    init(code: Int32) {
        switch code {
        case -1: self = .badArgument
        case -2: self = .bufferTooSmall
        case -3: self = .internalError
        case -4: self = .invalidPacket
        case -5: self = .unimplemented
        case -6: self = .invalidState
        case -7: self = .allocationFailed
        default: self = .unknown(code: code)
        }
    }

    /// Throws what `result` says, or returns it if it is no error.
    @discardableResult
    static func check(_ result: Int32) throws(OpusError) -> Int {
        guard result >= 0 else { throw OpusError(code: result) }
        return Int(result)
    }
}
