/// Finds where a key is given again.
///
/// The parser tells the first of two equal keys; an error is more useful at the second.
enum DuplicateKey {
    /// The flaw at the second `key`, the first being at `line` and `column`.
    static func flaw(key: String, line: Int, column: Int, in source: SourceText) -> Flaw {
        let lines = source.text.split(separator: "\n", omittingEmptySubsequences: false)
        let problem = Problem.duplicateKey(key, firstLine: line)
        for number in line...Swift.max(line, lines.count) where number <= lines.count {
            let text = Array(lines[number - 1].unicodeScalars)
            // In block style equal keys stand in the same column, in flow style anywhere after.
            let sameColumn = number > line && begins(key, text, at: column - 1)
            if sameColumn {
                return Flaw(source.location(line: number, column: column), problem)
            }
            let from = number == line ? column + key.unicodeScalars.count : 0
            if isFlow(lines[line - 1], before: column),
                let found = (from..<Swift.max(from, text.count)).first(where: {
                    begins(key, text, at: $0)
                        && ($0 == 0 || " {,\t".unicodeScalars.contains(text[$0 - 1]))
                })
            {
                return Flaw(source.location(line: number, column: found + 1), problem)
            }
        }
        return Flaw(source.location(line: line, column: column), problem)
    }

    /// Whether `key`, plain or quoted, and its colon begin at `start`.
    private static func begins(_ key: String, _ text: [Unicode.Scalar], at start: Int) -> Bool {
        guard start < text.count else { return false }
        let rest = text[start...]
        return ["\(key)", "\"\(key)\"", "'\(key)'"].contains { written in
            guard rest.starts(with: written.unicodeScalars) else { return false }
            return rest.dropFirst(written.unicodeScalars.count).first { $0 != " " } == ":"
        }
    }

    /// Whether what stands in a line before `column` opens a map in braces.
    private static func isFlow(_ line: Substring, before column: Int) -> Bool {
        line.unicodeScalars.prefix(column - 1).contains("{")
    }
}
