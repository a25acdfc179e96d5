import RandomStreams

/// Makes inputs out of valid ones: bits flipped, pieces cut, doubled and spliced, lengths that lie;
/// and now and then out of nothing.
struct Mutator {
    var stream: RandomStream
    /// Longest input, in bytes: longer than any datagram that is accepted whole.
    static let longestInput = 70_000

    /// A number below `bound`, 0 for 0.
    mutating func below(_ bound: Int) -> Int {
        bound <= 0 ? 0 : Int(stream.nextInteger(below: UInt64(bound)))
    }

    mutating func chance(_ probability: Double) -> Bool {
        stream.nextBool(probability: probability)
    }

    mutating func bytes(_ count: Int) -> [UInt8] { stream.nextBytes(count) }

    /// One of `values`.
    mutating func any<Value>(of values: [Value]) -> Value { values[below(values.count)] }

    /// An input from the valid ones.
    mutating func input(from corpus: [[UInt8]]) -> [UInt8] {
        if corpus.isEmpty || chance(0.03) { return bytes(below(any(of: [4, 40, 400, 4000]))) }
        var input = any(of: corpus)
        if chance(0.02) { return input }
        for _ in 0...below(any(of: [1, 3, 8])) {
            mutate(&input, corpus)
            if input.count > Self.longestInput { input.removeLast(input.count - Self.longestInput) }
        }
        return input
    }

    private mutating func mutate(_ input: inout [UInt8], _ corpus: [[UInt8]]) {
        guard !input.isEmpty else { return input = bytes(1 + below(8)) }
        let start = below(input.count)
        let end = start + 1 + below(min(input.count - start, any(of: [1, 4, 16, 64, 1024])))
        let piece = start..<min(end, input.count)
        switch below(11) {
        case 0: input[start] ^= 1 << UInt8(below(8))
        case 1: input[start] = any(of: [0, 1, 0x7F, 0x80, 0xFE, 0xFF, 0x20, 0x0A])
        case 2: input.removeLast(input.count - start)
        case 3: input.removeSubrange(piece)
        case 4: input.insert(contentsOf: input[piece], at: start)
        case 5: input.replaceSubrange(piece, with: bytes(piece.count))
        case 6: splice(&input, any(of: corpus), at: start)
        case 7: lie(&input, at: start)
        case 8: nudge(&input, at: start)
        case 9: input.append(contentsOf: bytes(below(8)))
        default: repeatPiece(&input, piece)
        }
    }

    /// Goes on with the end of another input.
    private mutating func splice(_ input: inout [UInt8], _ other: [UInt8], at start: Int) {
        input.replaceSubrange(start..., with: other[below(other.count + 1)...])
    }

    /// Writes a length that is not right: zero, the most, one off, or what there is.
    private mutating func lie(_ input: inout [UInt8], at start: Int) {
        guard start + 1 < input.count else { return }
        let length = any(of: [
            0, 1, 3, 4, 0x7FFF, 0x8000, 0xFFFC, 0xFFFF, input.count - start, input.count,
            input.count - start - 2, below(65_536),
        ])
        input[start] = UInt8(truncatingIfNeeded: length >> 8)
        input[start + 1] = UInt8(truncatingIfNeeded: length)
    }

    /// Adds or takes one or two.
    private mutating func nudge(_ input: inout [UInt8], at start: Int) {
        input[start] &+= any(of: [1, 2, 0xFE, 0xFF])
    }

    private mutating func repeatPiece(_ input: inout [UInt8], _ piece: Range<Int>) {
        let copy = Array(input[piece])
        for _ in 0..<1 + below(any(of: [2, 20, 200])) {
            guard input.count + copy.count <= Self.longestInput else { return }
            input.insert(contentsOf: copy, at: piece.lowerBound)
        }
    }
}
