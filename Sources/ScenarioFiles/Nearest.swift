/// Finds what somebody may have meant.
enum Nearest {
    /// The candidate with the fewest edits from `word`, if few enough: a third of its length, at
    /// least one. Ties go to the candidate that begins alike for longer, then to the earlier.
    static func to(_ word: String, among candidates: [String]) -> String? {
        let limit = max(1, word.count / 3)
        let ranked = candidates.map { candidate in
            let alike = zip(word, candidate).prefix { $0 == $1 }.count
            return (candidate, distance(word.lowercased(), candidate.lowercased()), alike)
        }
        guard let best = ranked.min(by: { ($0.1, -$0.2) < ($1.1, -$1.2) }), best.1 <= limit
        else { return nil }
        return best.0
    }

    /// Insertions, deletions, replacements and swaps of neighbours that lead from a to b
    /// (optimal string alignment); O(|a|·|b|), words cut at 64.
    static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a.unicodeScalars.prefix(64))
        let b = Array(b.unicodeScalars.prefix(64))
        var rows = [Array(0...b.count)]
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var cost = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    cost = min(cost, rows[i - 1][j - 1] + 1)
                }
                row.append(cost)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
