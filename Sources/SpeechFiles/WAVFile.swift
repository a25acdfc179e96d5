/// Why bytes are no WAV file of 16-bit mono sound; positions are byte offsets.
public enum WAVError: Error, Equatable, Sendable {
    /// The file does not begin with a RIFF header of form WAVE.
    case notRIFF
    /// The chunk at `offset` announces more bytes than the file has.
    case truncated(offset: Int)
    /// There is no format chunk before the sound.
    case missingFormat
    /// There is no sound.
    case missingData
    /// The sound is no integer PCM: `format` is its tag.
    case unsupportedEncoding(format: UInt16)
    /// The sound has other than 16 bits a sample or one channel.
    case unsupportedLayout(bits: UInt16, channels: UInt16)
    /// The sampling rate is 0 or above ``WAVFile/maximumRate``.
    case unsupportedRate(UInt32)
}

/// A WAV file (Microsoft Multimedia Programming Interface 1.0, RIFF WAVE) of 16-bit mono PCM.
public struct WAVFile: Equatable, Sendable {
    /// The highest sampling rate that is read, in Hz.
    public static var maximumRate: UInt32 { 192_000 }

    /// Samples per second.
    public let sampleRate: Int
    /// The samples.
    public let samples: [Int16]

    /// Reads the bytes of a file.
    ///
    /// - Throws: ``WAVError``. An odd last byte of sound is dropped.
    public init(_ bytes: [UInt8]) throws(WAVError) {
        func number(_ offset: Int, _ count: Int) -> UInt32 {
            (0..<count).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
        }
        func isTag(_ text: String, at offset: Int) -> Bool {
            bytes[offset..<offset + 4].elementsEqual(text.utf8)
        }
        guard bytes.count >= 12, isTag("RIFF", at: 0), isTag("WAVE", at: 8) else {
            throw .notRIFF
        }
        var rate: Int?
        var offset = 12
        while offset + 8 <= bytes.count {
            let size = Int(number(offset + 4, 4))
            let start = offset + 8
            guard size <= bytes.count - start else { throw .truncated(offset: offset) }
            if isTag("fmt ", at: offset) {
                guard size >= 16 else { throw .truncated(offset: offset) }
                let format = UInt16(number(start, 2))
                guard format == 1 else { throw .unsupportedEncoding(format: format) }
                let (channels, bits) = (UInt16(number(start + 2, 2)), UInt16(number(start + 14, 2)))
                guard channels == 1, bits == 16 else {
                    throw .unsupportedLayout(bits: bits, channels: channels)
                }
                let value = number(start + 4, 4)
                guard value > 0, value <= Self.maximumRate else { throw .unsupportedRate(value) }
                rate = Int(value)
            } else if isTag("data", at: offset) {
                guard let rate else { throw .missingFormat }
                sampleRate = rate
                samples = Self.samples(bytes[start..<start + size])
                return
            }
            // Chunks are padded to an even length.
            offset = start + size + size % 2
        }
        throw rate == nil ? .missingFormat : .missingData
    }

    /// A file of these samples.
    ///
    /// - Precondition: 1…``maximumRate`` samples a second, fewer than 2^30 samples.
    public init(sampleRate: Int, samples: [Int16]) {
        precondition(1...Int(Self.maximumRate) ~= sampleRate, "a rate that is read again")
        precondition(samples.count < 1 << 30, "sizes have 32 bits")
        self.sampleRate = sampleRate
        self.samples = samples
    }

    /// The bytes of the file: a header of 44 bytes and the samples.
    public var bytes: [UInt8] {
        let soundBytes = 2 * samples.count
        var bytes: [UInt8] = []
        bytes.reserveCapacity(44 + soundBytes)
        func append(_ value: Int, _ count: Int) {
            for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
        }
        bytes += Array("RIFF".utf8)
        append(36 + soundBytes, 4)
        bytes += Array("WAVEfmt ".utf8)
        // PCM in one channel: rate, bytes a second, bytes and bits a sample.
        for (value, count) in [(16, 4), (1, 2), (1, 2), (sampleRate, 4), (2 * sampleRate, 4)] {
            append(value, count)
        }
        append(2, 2)
        append(16, 2)
        bytes += Array("data".utf8)
        append(soundBytes, 4)
        for sample in samples { append(Int(sample), 2) }
        return bytes
    }

    /// Samples of headerless little-endian 16-bit PCM; an odd last byte is dropped.
    static func samples(_ bytes: ArraySlice<UInt8>) -> [Int16] {
        let start = bytes.startIndex
        return (0..<bytes.count / 2).map { index in
            let low = UInt16(bytes[start + 2 * index])
            return Int16(bitPattern: UInt16(bytes[start + 2 * index + 1]) << 8 | low)
        }
    }
}
