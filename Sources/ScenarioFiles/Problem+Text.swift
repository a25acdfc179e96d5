extension Problem: CustomStringConvertible {
    /// What is wrong and what is accepted, in one line.
    public var description: String {
        switch self {
        case .unreadable(let failure): "cannot be read: \(failure)"
        case .tooLarge(let bytes, let limit):
            "\(bytes) bytes are too many for a scenario; at most \(limit) are accepted"
        case .empty: "is empty; a scenario is a map with keys such as title and arrivals"
        case .emptyProfile: "is empty; a profile is a map with keys such as profile and observers"
        case .notText(let byte):
            "not UTF-8 text: byte 0x\(Self.hexadecimal(byte)) cannot stand here"
        case .notYAML(let words): "not YAML: \(words)"
        case .yamlFeature(let feature): "\(feature)"
        case .tooDeep(let limit):
            "lists and maps are nested too deep; at most \(limit) levels are accepted"
        case .tooManyValues(let limit): "too many values; at most \(limit) are accepted"
        case .inputFile(let name, let failure): "file '\(name)' cannot be used: \(failure)"
        case .inputTable(let flaw): "\(flaw)"
        case .lateArrivals(let late, let count, let stopTime):
            "\(late) of \(count) arrivals are at stop_time \(stopTime) or later and left out"
        case .badPath(let failure): "\(failure)"
        case .contradiction(let contradiction): "\(contradiction)"
        default: keyDescription ?? valueDescription
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    /// Problems of keys and names.
    private var keyDescription: String? {
        switch self {
        case .unknownKey(let key, let path, let nearest, let valid):
            "unknown key '\(Self.cut(key))'\(Self.place(path))"
                + Self.choices("valid keys", valid, nearest: nearest)
        case .duplicateKey(let key, let line):
            "key '\(Self.cut(key))' is given twice; the first is in line \(line)"
        case .missingKey(let key, let path): "key '\(key)' is missing\(Self.place(path))"
        case .notExactlyOne(let found, let names, let path):
            (found.isEmpty ? "no key is given" : "keys \(Self.listed(found)) exclude each other")
                + "\(Self.place(path)); exactly one of \(Self.listed(names)) is accepted"
        case .notAName(let name):
            "'\(Self.cut(name))' is not a name; a name is a letter, then letters, digits, "
                + "'-' and '_', at most \(Format.nameLimit)"
        case .unknownName(let name, let kind, let nearest, let valid):
            "unknown \(kind.rawValue) '\(Self.cut(name))'"
                + Self.choices("known", valid, nearest: nearest)
        case .unused(let name, let kind):
            "\(kind.rawValue) '\(Self.cut(name))' is not used by anybody"
        case .wrongStatistic(let metric, let statistic, let valid):
            if valid.isEmpty {
                "metric '\(metric)' is a single figure; write '\(metric)' alone"
            } else if let statistic {
                "metric '\(metric)' has no statistic '\(Self.cut(statistic))'; "
                    + "accepted: \(Self.listed(valid))"
            } else {
                "metric '\(metric)' needs a statistic, such as '\(metric).\(valid[0])'; "
                    + "accepted: \(Self.listed(valid))"
            }
        default: nil
        }
    }

    /// Problems of values.
    private var valueDescription: String {
        switch self {
        case .wrongKind(let found, let expected): "\(Self.cut(found)) found, \(expected) expected"
        case .notAChoice(let word, let nearest, let valid):
            "'\(Self.cut(word))' is not accepted here"
                + Self.choices("accepted", valid, nearest: nearest)
        case .ambiguousWord(let word, let reading):
            word.isEmpty
                ? "nothing found, a text expected"
                : "'\(Self.cut(word))' is read by YAML as \(reading); if text is meant, "
                    + "write \"\(Self.cut(word))\" in quotes"
        case .textLength(let count, let limit):
            count == 0
                ? "a text is needed here"
                : "\(count) characters are too many; at most \(limit) are accepted"
        case .notANumber(let text, let expected):
            "'\(Self.cut(text))' is not a number; \(expected) is expected"
        case .notAQuantity(let text, let expected): "'\(Self.cut(text))' is not \(expected)"
        case .missingUnit(let text, let examples):
            "'\(Self.cut(text))' has no unit; write it as \(examples)"
        case .wrongUnit(let text, let unit, let accepted):
            "'\(Self.cut(text))' has the unit '\(Self.cut(unit))'; accepted: \(Self.listed(accepted))"
        case .outOfRange(let text, let accepted):
            "'\(Self.cut(text))' is out of range; accepted: \(accepted)"
        case .sharesSum(let sum): "shares sum to \(Self.rounded(sum)); they have to sum to 1"
        case .wrongCount(let found, let accepted):
            "\(found) entries found; accepted: \(accepted)"
        case .notSupported(.key(let path)): "'\(Self.cut(path))' is not supported yet"
        case .notSupported(.value(let text, let accepted)):
            "'\(Self.cut(text))' is not supported yet; accepted: \(accepted)"
        default: preconditionFailure("a problem without a text: \(self)")
        }
    }

    /// A sum with as many digits as tell it from 1.
    private static func rounded(_ sum: Double) -> String {
        let coarse = (sum * 1e6).rounded() / 1e6
        return Decimal.text(coarse == 1 ? sum : coarse)
    }

    private static func place(_ path: String) -> String {
        path.isEmpty ? "" : " in \(path)"
    }

    /// What there is to choose from, the likeliest first.
    static func choices(_ noun: String, _ valid: [String], nearest: String?) -> String {
        let list = "\(noun): \(listed(valid))"
        guard let nearest else { return "; \(list)" }
        // A long list behind a good guess hides it.
        return "; did you mean '\(nearest)'?" + (valid.count > 20 ? "" : " (\(list))")
    }

    private static func listed(_ words: [String]) -> String {
        words.map(cut).joined(separator: ", ")
    }

    /// At most 60 characters, nothing that moves a terminal's cursor.
    static func cut(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(60).map { scalar in
            scalar.properties.generalCategory == .control ? "\u{FFFD}" : Character(scalar)
        }
        return String(shown) + (text.unicodeScalars.count > 60 ? "\u{2026}" : "")
    }
}

extension ReadFailure: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .missing: "no such file"
        case .directory: "it is a directory"
        case .notAFile: "it is not a regular file"
        case .notPermitted: "permission denied"
        case .system(let code): "system error \(code)"
        }
    }
}

extension YAMLFeature: CustomStringConvertible {
    /// What is not accepted and what to write instead.
    public var description: String {
        switch self {
        case .anchor: "YAML anchors (&name) are not accepted; write the value where it is used"
        case .alias: "YAML aliases (*name) are not accepted; write the value out"
        case .tag: "YAML tags (!name) are not accepted; quote a text that begins with '!'"
        case .mergeKey: "YAML merge keys (<<) are not accepted; write the keys out"
        case .complexKey: "only texts are accepted as keys"
        case .directive: "YAML directives (%) are not accepted"
        case .secondDocument: "a second YAML document begins; a scenario is one document"
        case .tab: "a tab indents this line; YAML is indented by spaces"
        case .comparison: "YAML reads a text behind '>' or '|'; put the value in quotes"
        }
    }
}

extension Contradiction: CustomStringConvertible {
    /// Which values do not go together.
    public var description: String {
        switch self {
        case .warmUp(let warmUp, let stopTime):
            "warm_up \(warmUp) has to be less than stop_time \(stopTime)"
        case .seriesStep(let step, let measured):
            "series_step \(step) has to be at most the measured time, \(measured)"
        case .seriesRows(let rows, let limit):
            "series_step makes \(rows) rows; at most \(limit) are accepted"
        case .bounds(let min, let max): "max \(max) has to be at least min \(min)"
        case .aboveMaximum(let name, let value, let maximum):
            "\(name) \(value) has to be at most maximum \(maximum)"
        case .gilbert(let loss, let burst):
            "no channel loses \(loss) of its packets in bursts of \(burst); "
                + "loss has to be at most mean_burst / (1 + mean_burst)"
        case .onlyForAbusers(let key, let behaviour):
            "\(key) is for harasser, spammer and device_hopper; behaviour is \(behaviour)"
        case .onlyForBombers(let key, let behaviour):
            "\(key) is for report_bomber; behaviour is \(behaviour)"
        case .commonEntropy(let common, let entropy):
            "common_entropy \(common) has to be at most entropy \(entropy)"
        case .order(let value, let previous): "\(value) has to be more than the \(previous) before"
        case .repeated(let name): "'\(name)' is given twice"
        case .notOfCell(let key, let known, let accepted):
            "\(key) does not go with `known: \(known)`; with it go "
                + accepted.joined(separator: ", ")
        case .absentAndThere(let name):
            "'\(name)' is in absent, and is told of here; take one of the two out"
        case .cells(let count, let greatest):
            "crossed_groups makes \(count) cells of language, interest, tier, persona and access; "
                + "\(greatest) are the most"
        case .noticeWithoutPackets(let setup):
            "no notice is given with ice.setup \(setup), which sends no messages; "
                + "use `ice.setup: packets`"
        case .interval(let interval, let policy):
            "interval \(interval) does not go with policy \(policy); `batch` and `blossom` take "
                + "a time above 0 s, the others 0 s"
        case .faultAfterEnd, .faultsOverlap, .skewsOverlap, .instantaneous, .storesNotFilled,
            .noBackups:
            faultDescription
        case .noDelay(let a, let b):
            "the delay between regions \(a) and \(b) is missing; add [\(a), \(b), 45 ms] or such "
                + "to regions.delay"
        case .twoDelays(let a, let b): "the delay between \(a) and \(b) is given twice"
        case .peakRate(let peak, let limit):
            "a peak of \(peak) is too high; at most \(limit) is accepted"
        case .nobodyArrives(let stopTime): "nobody arrives before stop_time \(stopTime)"
        case .tooManyArrivals(let mean, let stopTime, let limit):
            "about \(mean) people would arrive before stop_time \(stopTime); "
                + "at most \(limit) are accepted"
        }
    }
}

extension Contradiction {
    /// Which values of faults do not go together.
    private var faultDescription: String {
        switch self {
        case .faultAfterEnd(let at, let stopTime):
            "\(at) has to be before stop_time \(stopTime)"
        case .faultsOverlap(let relay): "relay \(relay) has another fault at that time"
        case .skewsOverlap: "the clock of the stores has another skew_clock at that time"
        case .instantaneous(let kind): "\(kind) happens at once and takes no 'for'"
        case .storesNotFilled(let kind):
            "\(kind) befalls stores that are not filled; use `privacy.stores: true`"
        case .noBackups:
            "restore_backup needs backups; give privacy.backup_interval, such as 1 d"
        default: preconditionFailure("no contradiction of faults: \(self)")
        }
    }
}

extension InputFailure: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .unreadable(let failure): "\(failure)"
        case .tooLarge(let bytes, let limit): "\(bytes) bytes are more than \(limit)"
        }
    }
}

extension InputTableFlaw: CustomStringConvertible {
    /// What is wrong and what is accepted, in one line.
    public var description: String {
        switch self {
        case .noTimes: "holds no time; one a line is needed, such as 12.5 (in seconds) or 800 ms"
        case .noWeight: "all weights are 0; one has to be more"
        case .tooMany(let limit): "more than \(limit) times; at most so many are accepted"
        case .unknownColumn(let name, let nearest, let valid):
            "unknown column '\(Problem.cut(name))'"
                + Problem.choices("accepted", valid, nearest: nearest)
        case .fieldCount(let found, let expected):
            "\(found) columns found; accepted: \(expected)"
        case .notATime(let text, let unit):
            "'\(Problem.cut(text))' is not a time such as 12.5 (in \(unit)) or '800 ms'"
        case .descending(let text, let before):
            "'\(Problem.cut(text))' is before the time above it, \(before); times have to ascend"
        }
    }
}

extension PathFailure: CustomStringConvertible {
    /// What is wrong with the key.
    public var description: String {
        switch self {
        case .noKey(let text): "'\(Problem.cut(text))' is not KEY=VALUE"
        case .emptyPart(let key):
            "key '\(Problem.cut(key))' has an empty part; write it like population.0.share"
        case .noEntry(let part, let list, let count):
            "\(list) has no entry '\(Problem.cut(part))'; "
                + (count == 0 ? "it is empty" : "it has 0 to \(count - 1)")
        case .notAContainer(let path): "\(path) is a single value and has nothing inside"
        case .tooLong(let limit): "the key has more than \(limit) parts"
        }
    }
}
