/// The user fragments that people's agents really have (RFC 8445 §5.3): what an audit looks for.
///
/// A fragment has four characters, 24 bits: among tens of thousands of calls four bytes turn up anywhere by chance. So
/// what is looked for is longer, or stands where nothing else does:
///
/// - both fragments of a call with the colon between them, as USERNAME has them (RFC 8445 §7.2.2), in any bytes. These are
///   nine; random ones are the same with a probability of 2⁻⁷², and a look-up for each colon finds those of all calls;
/// - a fragment behind `ice-ufrag:` (RFC 8839 §5.4) in a text, compared with those of the text's sender in that call alone.
///
/// Eight bytes a call, 32 where agents send checks, and more for those who restart ICE.
struct FragmentBook {
    /// A fragment's four characters.
    typealias Word = UInt32

    /// By the number of a call: the last fragment of each side, 0 before there is one.
    private var last: [BothSides<Word>] = []
    /// The fragments before it, where a side has restarted ICE; only looked up.
    private var earlier: [LegKey: [Word]] = [:]
    /// Of which call the two fragments of a user name are, by both, the recipient's in the upper half; only looked up.
    private var names: [UInt64: UInt32] = [:]
    /// How many fragments there were.
    private(set) var count = 0

    private struct LegKey: Hashable {
        var call: UInt32
        var side: Side
    }

    /// The agent of a side has a fragment, at the beginning or after a restart.
    ///
    /// - Parameter isChecked: whether agents send checks, which name both fragments; else there are texts alone.
    /// - Precondition: it has four characters, as those of our own agents have.
    mutating func note(_ fragment: [UInt8], of side: Side, in call: UInt32, isChecked: Bool) {
        precondition(fragment.count == 4, "our agents' user fragments have four characters")
        let word = fragment.withUnsafeBytes { Self.word($0, 0) }
        while last.count <= Int(call) { last.append(BothSides(0, 0)) }
        let former = last[Int(call)][side]
        guard former != word else { return }
        if former != 0 { earlier[LegKey(call: call, side: side), default: []].append(former) }
        last[Int(call)][side] = word
        count += 1
        guard isChecked else { return }
        // A restart may cross another one: any two may meet in a check.
        for other in fragments(of: side.other, in: call) {
            names[UInt64(word) << 32 | UInt64(other)] = call
            names[UInt64(other) << 32 | UInt64(word)] = call
        }
    }

    /// All fragments of a side, the last one first.
    private func fragments(of side: Side, in call: UInt32) -> [Word] {
        guard Int(call) < last.count, last[Int(call)][side] != 0 else { return [] }
        let former = earlier.isEmpty ? nil : earlier[LegKey(call: call, side: side)]
        return [last[Int(call)][side]] + (former ?? [])
    }

    /// The call of which a user name is in `bytes`; nil where none is.
    ///
    /// - Complexity: O(bytes).
    func callNamed(in bytes: UnsafeRawBufferPointer) -> UInt32? {
        guard !names.isEmpty, bytes.count >= 9 else { return nil }
        for place in 4..<bytes.count - 4 where bytes[place] == UInt8(ascii: ":") {
            let name = UInt64(Self.word(bytes, place - 4)) << 32
            if let call = names[name | UInt64(Self.word(bytes, place + 1))] { return call }
        }
        return nil
    }

    private static let attribute = Array("ice-ufrag".utf8)

    /// Whether a fragment of that side in that call stands in `text` behind its name, as a whole.
    ///
    /// - Complexity: O(bytes of the text).
    func isTold(of side: Side, in call: UInt32, by text: [UInt8]) -> Bool {
        let length = Self.attribute.count
        return text.withUnsafeBytes { text in
            guard text.count >= length + 5 else { return false }
            for place in length..<text.count - 4 where text[place] == UInt8(ascii: ":") {
                guard text[place - length..<place].elementsEqual(Self.attribute),
                    place + 5 == text.count || !Self.isPart(text[place + 5])
                else { continue }
                let word = Self.word(text, place + 1)
                if fragments(of: side, in: call).contains(word) { return true }
            }
            return false
        }
    }

    /// Whether a byte behind it makes the fragment a longer one (ice-char, RFC 8839 §5.1).
    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "+"), UInt8(ascii: "/"): true
        default: false
        }
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Word {
        Word(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: Word.self))
    }
}
