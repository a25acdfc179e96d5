import OpusCodec

/// A decoder and what it plays.
///
/// A class so that the sides of calls without one stay small; a side is its only owner.
final class Listener {
    private var decoder: OpusDecoder
    private let frame: UnsafeMutableBufferPointer<Int16>

    init(sampleRate: OpusSampleRate, frame: OpusFrameDuration) throws(OpusError) {
        decoder = try OpusDecoder(sampleRate: sampleRate)
        self.frame = .allocate(capacity: frame.samples(at: sampleRate))
        self.frame.initialize(repeating: 0)
    }

    deinit {
        frame.deallocate()
    }

    /// The samples played last.
    var samples: UnsafeBufferPointer<Int16> { UnsafeBufferPointer(frame) }

    /// Plays the frame in `payload`; false, with the frame concealed, if libopus refuses it.
    func play(_ payload: UnsafeRawBufferPointer) -> Bool {
        if (try? decoder.decode(payload, into: frame)) != nil { return true }
        conceal()
        return false
    }

    /// Plays the copy of the lost frame before `payload` in it; false, with the frame concealed,
    /// if libopus refuses it.
    func recover(from payload: UnsafeRawBufferPointer) -> Bool {
        if (try? decoder.recover(from: payload, into: frame)) != nil { return true }
        conceal()
        return false
    }

    /// Continues the signal, or the comfort noise between talk spurts.
    func conceal() {
        if (try? decoder.conceal(into: frame)) == nil { frame.update(repeating: 0) }
    }
}
