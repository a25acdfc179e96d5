/// A part of a text, to be matched against words without making strings of either.
public struct Spelling {
    @usableFromInline let bytes: ArraySlice<UInt8>

    /// The spelling of `bytes`.
    @inlinable public init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// Whether it is spelt like `word`, byte by byte.
    @inlinable public static func ~= (word: StaticString, spelling: Spelling) -> Bool {
        spelling.equals(word) { $0 }
    }

    /// Whether it is spelt like `word`, which is in lower case, but for the case of letters A to Z.
    @inlinable public func equalsIgnoringCase(_ word: StaticString) -> Bool {
        equals(word) { (65...90).contains($0) ? $0 | 0x20 : $0 }
    }

    @inlinable @inline(__always)
    func equals(_ word: StaticString, _ fold: (UInt8) -> UInt8) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { wanted in
            for (index, byte) in wanted.enumerated()
            where fold(bytes[bytes.startIndex + index]) != byte {
                return false
            }
            return true
        }
    }
}
