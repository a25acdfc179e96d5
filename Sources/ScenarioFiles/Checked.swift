import Quantities
import ScenarioModel

/// A value of a scenario that is known to have the shape its place asks for.
///
/// Every key of every map is there, in the format's order, given or by default.
struct Checked {
    var value: Value
    var location: Location

    indirect enum Value {
        case text(String)
        /// The name of a file beside the scenario.
        case file(String)
        case boolean(Bool)
        case integer(UInt64)
        case number(Double)
        /// In base units.
        case quantity(Dimension, Double)
        case limit(Threshold, Dimension?)
        case list([Checked])
        case map([Entry])
    }

    struct Entry {
        var key: String
        var keyLocation: Location
        var value: Checked
    }

    init(_ value: Value, at location: Location) {
        self.value = value
        self.location = location
    }
}

/// Reading what the checks have vouched for; a mismatch is a mistake in the tables of keys.
extension Checked {
    /// The value of a key that is known to be there.
    subscript(key: String) -> Checked {
        guard let found = find(key) else { preconditionFailure("no key \(key) in the tables") }
        return found
    }

    /// The value of a key that may be missing.
    func find(_ key: String) -> Checked? {
        entries.first { $0.key == key }?.value
    }

    var entries: [Entry] {
        guard case .map(let entries) = value else { preconditionFailure("not a map: \(self)") }
        return entries
    }

    var elements: [Checked] {
        guard case .list(let elements) = value else { preconditionFailure("not a list: \(self)") }
        return elements
    }

    var text: String {
        switch value {
        case .text(let text), .file(let text): return text
        default: preconditionFailure("not a text: \(self)")
        }
    }

    var boolean: Bool {
        guard case .boolean(let truth) = value else { preconditionFailure("no truth: \(self)") }
        return truth
    }

    var integer: Int {
        guard case .integer(let number) = value else { preconditionFailure("no integer: \(self)") }
        return Int(number)
    }

    /// A number, or a quantity in base units.
    var number: Double {
        switch value {
        case .number(let number), .quantity(_, let number): return number
        default: preconditionFailure("no number: \(self)")
        }
    }

    var duration: SimDuration { SimDuration(seconds: number) }

    /// The case of an enumeration whose raw values are the format's words.
    func choice<Word: RawRepresentable<String>>(_: Word.Type = Word.self) -> Word {
        guard let word = Word(rawValue: text) else {
            preconditionFailure("\(text) is in the tables and not in \(Word.self)")
        }
        return word
    }

    /// Replaces the value of a key, or adds it.
    mutating func set(_ key: String, to new: Checked) {
        var entries = self.entries
        if let index = entries.firstIndex(where: { $0.key == key }) {
            entries[index].value = new
        } else {
            entries.append(Entry(key: key, keyLocation: new.location, value: new))
        }
        value = .map(entries)
    }

    /// The value as a file would write it.
    var written: String {
        switch value {
        case .text(let text), .file(let text): text
        case .boolean(let truth): "\(truth)"
        case .integer(let number): "\(number)"
        case .number(let number): Decimal.text(number)
        case .quantity(let dimension, let number): dimension.text(number)
        case .limit(let threshold, let dimension):
            threshold.comparison.rawValue + " "
                + (dimension?.text(threshold.limit) ?? Decimal.text(threshold.limit))
        case .list: "a list"
        case .map: "a map"
        }
    }
}
