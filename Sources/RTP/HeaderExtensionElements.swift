/// The elements of a packet's header extension, read in place (RFC 8285 §4.2, §4.3).
///
/// Both layouts are read: one byte before each element, announced by the profile 0xBEDE, and two,
/// by 0x1000 to 0x100F. Elements stand as the ranges of bytes of the packet.
public struct HeaderExtensionElements: Sequence {
    /// One element.
    public struct Element: Hashable, Sendable {
        /// The local identifier, 1…14 in the one-byte layout, 1…255 in the other.
        public let identifier: UInt8
        /// Where its data lie in the packet; 1…16 bytes in the one-byte layout, else 0…255.
        public let data: Range<Int>
    }

    private let packet: UnsafeRawBufferPointer
    private let layout: PacketLayout

    /// The elements of the packet whose parts are `layout`; none if it has no extension, or one
    /// of another profile.
    public init(of packet: UnsafeRawBufferPointer, layout: PacketLayout) {
        self.packet = packet
        self.layout = layout
    }

    /// An iterator over the elements before the first that is malformed.
    public func makeIterator() -> Iterator {
        let profile = layout.extensionProfile ?? 0
        let isKnown =
            profile == HeaderExtension.oneByteProfile
            || profile & HeaderExtension.twoByteProfileMask == HeaderExtension.twoByteProfile
        return Iterator(
            packet: packet, hasTwoBytes: profile != HeaderExtension.oneByteProfile,
            rest: isKnown ? layout.extensionData : 0..<0)
    }

    /// Walks over the elements.
    public struct Iterator: IteratorProtocol {
        let packet: UnsafeRawBufferPointer
        let hasTwoBytes: Bool
        var rest: Range<Int>

        /// The next element; nil after the last or before a malformed one, which ends the
        /// extension (RFC 8285 §4.2).
        public mutating func next() -> Element? {
            while let head = rest.first {
                guard packet[head] != 0 else {
                    rest = head + 1..<rest.upperBound
                    continue
                }
                let start = head + (hasTwoBytes ? 2 : 1)
                guard start <= rest.upperBound else { break }
                let identifier = hasTwoBytes ? packet[head] : packet[head] >> 4
                let count =
                    hasTwoBytes ? Int(packet[head + 1]) : Int(packet[head] & 0x0f) + 1
                let isReserved = !hasTwoBytes && (identifier == 0 || identifier == 15)
                guard !isReserved, count <= rest.upperBound - start else { break }
                rest = start + count..<rest.upperBound
                return Element(identifier: identifier, data: start..<start + count)
            }
            rest = rest.upperBound..<rest.upperBound
            return nil
        }
    }
}

/// A frame's level as its packet announces it (RFC 6464 §3).
public struct AnnouncedLevel: Hashable, Sendable, BitwiseCopyable {
    /// Level below full scale in dB, 0 (loudest) … 127 (silence).
    public var decibelsBelowFullScale: UInt8
    /// Whether the sender believes that the frame holds speech.
    public var hasVoice: Bool

    /// The level in the element that ``HeaderExtension/Identifier/audioLevel`` names; nil without
    /// one. In the two-byte layout any bytes after the first are ignored (RFC 6464 §3).
    public init?(of packet: UnsafeRawBufferPointer, layout: PacketLayout) {
        for element in HeaderExtensionElements(of: packet, layout: layout)
        where element.identifier == HeaderExtension.Identifier.audioLevel.rawValue {
            guard let at = element.data.first else { return nil }
            decibelsBelowFullScale = packet[at] & 0x7f
            hasVoice = packet[at] & 0x80 != 0
            return
        }
        return nil
    }
}
