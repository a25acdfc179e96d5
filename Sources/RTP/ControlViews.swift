/// The blocks of a report, read in place (RFC 3550 §6.4.1).
public struct ReportBlocks: RandomAccessCollection {
    let bytes: UnsafeRawBufferPointer
    /// How many there are, 0…31.
    public let count: Int
    /// 0.
    public var startIndex: Int { 0 }
    /// ``count``.
    public var endIndex: Int { count }

    /// The block at `position`.
    public subscript(position: Int) -> ReportBlock {
        precondition(position >= 0 && position < count, "no block \(position) of \(count)")
        let at = ReportBlock.byteCount * position
        let loss = bytes.loadBigEndian(UInt32.self, at: at + 4)
        return ReportBlock(
            source: bytes.loadBigEndian(UInt32.self, at: at),
            fractionLost: UInt8(loss >> 24),
            cumulativeLost: Int32(bitPattern: loss << 8) >> 8,
            extendedHighest: bytes.loadBigEndian(UInt32.self, at: at + 8),
            jitter: bytes.loadBigEndian(UInt32.self, at: at + 12),
            lastSenderReport: bytes.loadBigEndian(UInt32.self, at: at + 16),
            delaySinceLastSenderReport: bytes.loadBigEndian(UInt32.self, at: at + 20))
    }
}

/// Sources in a goodbye, read in place (RFC 3550 §6.6).
public struct SourceList: RandomAccessCollection {
    let bytes: UnsafeRawBufferPointer
    /// How many there are, 0…31.
    public let count: Int
    /// 0.
    public var startIndex: Int { 0 }
    /// ``count``.
    public var endIndex: Int { count }

    /// The source at `position`.
    public subscript(position: Int) -> UInt32 {
        precondition(position >= 0 && position < count, "no source \(position) of \(count)")
        return bytes.loadBigEndian(UInt32.self, at: 4 * position)
    }
}

/// Types of items in source descriptions (RFC 3550 §12.2).
public enum DescriptionType {
    /// Canonical name, the only item that must be sent.
    public static var canonicalName: UInt8 { 1 }
    /// The end of a source's items.
    public static var end: UInt8 { 0 }
}

/// One item of a source's description (RFC 3550 §6.5).
public struct DescriptionItem {
    /// The source described.
    public let source: UInt32
    /// What the item is, by ``DescriptionType``.
    public let type: UInt8
    /// Its text in UTF-8, up to 255 bytes.
    public let text: UnsafeRawBufferPointer
}

/// The items of a source description packet in order, read in place (RFC 3550 §6.5).
public struct DescriptionItems: Sequence {
    private let bytes: UnsafeRawBufferPointer
    private let chunkCount: Int

    /// Checks that each of the chunks of `frame` ends, and within its packet.
    init(checking frame: ControlPart.Frame) throws(ControlError) {
        bytes = frame.rest(from: 0)
        chunkCount = frame.count
        var iterator = makeIterator()
        while iterator.next() != nil {}
        if let chunk = iterator.malformedChunk {
            guard bytes.count - chunk >= 4 else { throw .truncated(offset: frame.start) }
            throw .malformedDescription(offset: frame.body.lowerBound + chunk)
        }
    }

    /// An iterator over the items of all sources.
    public func makeIterator() -> Iterator { Iterator(bytes: bytes, chunksLeft: chunkCount) }

    /// Walks over the items.
    public struct Iterator: IteratorProtocol {
        let bytes: UnsafeRawBufferPointer
        var chunksLeft: Int
        private var chunk = 0
        /// The next item of the chunk; nil before the chunk was entered.
        private var offset: Int?
        /// Where the chunk begins that ends nowhere.
        private(set) var malformedChunk: Int?

        init(bytes: UnsafeRawBufferPointer, chunksLeft: Int) {
            self.bytes = bytes
            self.chunksLeft = chunksLeft
        }

        /// The next item; nil after the last.
        public mutating func next() -> DescriptionItem? {
            while chunksLeft > 0 {
                guard bytes.count - chunk >= 4 else { return stop() }
                let at = offset ?? chunk + 4
                guard at < bytes.count else { return stop() }
                let type = bytes[at]
                if type == DescriptionType.end {
                    // At least one zero ends the chunk, which fills its last word (§6.5).
                    chunk += (at - chunk) / 4 * 4 + 4
                    offset = nil
                    chunksLeft -= 1
                    continue
                }
                guard bytes.count - at >= 2, bytes.count - at - 2 >= Int(bytes[at + 1]) else {
                    return stop()
                }
                let text = at + 2..<at + 2 + Int(bytes[at + 1])
                offset = text.upperBound
                return DescriptionItem(
                    source: bytes.loadBigEndian(UInt32.self, at: chunk), type: type,
                    text: UnsafeRawBufferPointer(rebasing: bytes[text]))
            }
            return nil
        }

        private mutating func stop() -> DescriptionItem? {
            malformedChunk = chunk
            chunksLeft = 0
            return nil
        }
    }
}

/// Formats of feedback messages that are interpreted.
public enum FeedbackFormat {
    /// Generic NACK, of type 205 (RFC 4585 §6.2.1).
    public static var negativeAcknowledgement: UInt8 { 1 }
}

/// One entry of a generic NACK: packets that did not come (RFC 4585 §6.2.1).
public struct NegativeAcknowledgement: Hashable, Sendable, BitwiseCopyable {
    /// The number of the first packet (PID).
    public var sequenceNumber: UInt16
    /// Which of the 16 after it are missing as well, the next one in the lowest bit (BLP).
    public var following: UInt16

    /// The loss of `sequenceNumber` and of those in `following`.
    public init(sequenceNumber: UInt16, following: UInt16 = 0) {
        self.sequenceNumber = sequenceNumber
        self.following = following
    }
}

/// A feedback message, read in place (RFC 4585 §6.1).
public struct Feedback {
    /// 205 for the transport layer, 206 for the payload.
    public let type: UInt8
    /// The format within the type, 0…31.
    public let format: UInt8
    /// Who sent the message.
    public let sender: UInt32
    /// The source that it is about.
    public let media: UInt32
    /// The control information, whose layout depends on type and format.
    public let information: UnsafeRawBufferPointer

    /// Entries of a generic NACK; 0 in messages of any other kind.
    public var negativeAcknowledgementCount: Int {
        type == ControlType.transportFeedback && format == FeedbackFormat.negativeAcknowledgement
            ? information.count / 4 : 0
    }

    /// The entry `index` of a generic NACK.
    ///
    /// - Precondition: `index` < ``negativeAcknowledgementCount``.
    public func negativeAcknowledgement(_ index: Int) -> NegativeAcknowledgement {
        precondition(index >= 0 && index < negativeAcknowledgementCount, "no entry \(index)")
        return NegativeAcknowledgement(
            sequenceNumber: information.loadBigEndian(UInt16.self, at: 4 * index),
            following: information.loadBigEndian(UInt16.self, at: 4 * index + 2))
    }
}
