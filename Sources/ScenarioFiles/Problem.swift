/// What can be wrong with a scenario or a profile; each case carries the offending value and what is accepted.
public enum Problem: Error, Hashable, Sendable {
    /// The file cannot be read.
    case unreadable(ReadFailure)
    /// The file is larger than the limit, both in bytes.
    case tooLarge(bytes: Int64, limit: Int64)
    /// The file says nothing.
    case empty
    /// A profile's file says nothing.
    case emptyProfile
    /// The file is not text: a byte that cannot stand in UTF-8 text.
    case notText(byte: UInt8)
    /// libyaml cannot read it; its own words.
    case notYAML(String)
    /// A part of YAML that scenario files do without.
    case yamlFeature(YAMLFeature)
    /// Lists and maps within each other beyond the limit.
    case tooDeep(limit: Int)
    /// More values than the limit.
    case tooManyValues(limit: Int)

    /// A key that the format does not know.
    case unknownKey(String, in: String, nearest: String?, valid: [String])
    /// A key given twice.
    case duplicateKey(String, firstLine: Int)
    /// A key that must be there.
    case missingKey(String, in: String)
    /// Not exactly one of the keys that exclude each other.
    case notExactlyOne(found: [String], of: [String], in: String)
    /// A list where a map is needed and the like.
    case wrongKind(found: String, expected: String)
    /// A word outside an enumeration.
    case notAChoice(String, nearest: String?, valid: [String])
    /// A word that YAML reads as something other than text.
    case ambiguousWord(String, readAs: String)
    /// Not a name.
    case notAName(String)
    /// A text that is empty or longer than the limit in characters.
    case textLength(Int, limit: Int)
    /// Not a number, or one with a unit.
    case notANumber(String, expected: String)
    /// Not a quantity of the needed dimension.
    case notAQuantity(String, expected: String)
    /// A number without its unit.
    case missingUnit(String, examples: String)
    /// A unit of another dimension, or none.
    case wrongUnit(String, unit: String, accepted: [String])
    /// A value out of range.
    case outOfRange(String, accepted: String)
    /// Shares that do not sum to 1.
    case sharesSum(Double)
    /// More or fewer entries than accepted.
    case wrongCount(found: Int, accepted: String)
    /// Something that cannot be run yet.
    case notSupported(Unsupported)

    /// A name that nothing is called.
    case unknownName(String, kind: NameKind, nearest: String?, valid: [String])
    /// Two values that do not go together.
    case contradiction(Contradiction)
    /// A metric has no such statistic.
    case wrongStatistic(metric: String, statistic: String?, valid: [String])
    /// A file of times cannot be used.
    case inputFile(String, InputFailure)
    /// What a file of times holds cannot be used.
    case inputTable(InputTableFlaw)
    /// So many of the times are not before the end; a warning.
    case lateArrivals(Int, of: Int, stopTime: String)
    /// An override's key leads nowhere.
    case badPath(PathFailure)
    /// Something defined that nothing uses; a warning.
    case unused(String, kind: NameKind)
}

/// Why a file cannot be read.
public enum ReadFailure: Hashable, Sendable {
    /// Nothing is there.
    case missing
    /// It is a directory.
    case directory
    /// It is a device, socket or pipe.
    case notAFile
    /// Access is not permitted.
    case notPermitted
    /// The system's error number.
    case system(code: Int32)
}

/// Parts of YAML that scenario files do without.
public enum YAMLFeature: Hashable, Sendable {
    /// `&name`
    case anchor
    /// `*name`
    case alias
    /// `!tag`
    case tag
    /// `<<: …`
    case mergeKey
    /// `? key`
    case complexKey
    /// `%DIRECTIVE`
    case directive
    /// A second document after `---` or `...`.
    case secondDocument
    /// A tab where indentation belongs.
    case tab
    /// `> 5 s` without quotes, which begins a folded text.
    case comparison
}

/// What a name in a scenario names.
public enum NameKind: String, Hashable, Sendable {
    /// An access network.
    case access = "access network"
    /// A region.
    case region
    /// A relay server.
    case relay = "relay server"
    /// A metric.
    case metric
    /// A document that a profile rests on.
    case document
}

/// What the format knows and this version cannot run.
public enum Unsupported: Hashable, Sendable {
    /// The key itself.
    case key(String)
    /// This value of the key.
    case value(String, accepted: String)
}

/// Values that do not go together.
public enum Contradiction: Hashable, Sendable {
    /// The warm-up does not end before the run.
    case warmUp(String, stopTime: String)
    /// The step is longer than the measured time.
    case seriesStep(String, measured: String)
    /// A time series of that many rows.
    case seriesRows(Int, limit: Int)
    /// Lower and upper bound of a uniform distribution.
    case bounds(min: String, max: String)
    /// A delay of that name above the longest.
    case aboveMaximum(String, String, maximum: String)
    /// No Gilbert channel has that loss and burst.
    case gilbert(loss: String, meanBurst: String)
    /// A key that only some behaviours have.
    case onlyForAbusers(key: String, behaviour: String)
    /// A key of a brigade is set for somebody else.
    case onlyForBombers(key: String, behaviour: String)
    /// The class's entropy is above that of all devices.
    case commonEntropy(String, entropy: String)
    /// A time between decisions for a policy that decides at once, or none for one that does not.
    case interval(String, policy: String)
    /// A notice is to be given in set-ups of this kind, which send nothing.
    case noticeWithoutPackets(String)
    /// A key that a cell of a profile does not have when it says so, and those that it has then.
    case notOfCell(key: String, known: String, accepted: [String])
    /// An observer or item that a profile says is not there, and tells of all the same.
    case absentAndThere(String)
    /// More groups crossed than there may be.
    case cells(Int, greatest: Int)
    /// Times that do not ascend.
    case order(String, after: String)
    /// A name given twice in a list.
    case repeated(String)
    /// Two regions without a delay between them.
    case noDelay(String, String)
    /// Two different delays between the same regions.
    case twoDelays(String, String)
    /// A peak of so many arrivals.
    case peakRate(String, limit: String)
    /// No arrival before the end.
    case nobodyArrives(stopTime: String)
    /// A fault that begins when the run is over.
    case faultAfterEnd(String, stopTime: String)
    /// Two faults of that server at one time.
    case faultsOverlap(String)
    /// Two errors of the stores' clock at one time.
    case skewsOverlap
    /// A fault of that kind does not last.
    case instantaneous(String)
    /// A fault of that kind befalls stores that are not filled.
    case storesNotFilled(String)
    /// There is nothing to restore from.
    case noBackups
    /// So many arrivals on average before the end.
    case tooManyArrivals(String, stopTime: String, limit: String)
}

/// Why a file of times cannot be used.
public enum InputFailure: Hashable, Sendable {
    /// It cannot be read.
    case unreadable(ReadFailure)
    /// It is larger than the limit, both in bytes.
    case tooLarge(bytes: Int64, limit: Int64)
}

/// What can be wrong with a file of times.
public enum InputTableFlaw: Hashable, Sendable {
    /// It holds no time.
    case noTimes
    /// No time weighs anything.
    case noWeight
    /// It holds more times than the limit.
    case tooMany(limit: Int)
    /// A column that no such file has.
    case unknownColumn(String, nearest: String?, valid: [String])
    /// A line with more or fewer columns than the first.
    case fieldCount(Int, expected: Int)
    /// Not a time; without a unit it would be in `unit`.
    case notATime(String, unit: String)
    /// A time before the one above it.
    case descending(String, before: String)
}

/// Why an override's key leads nowhere.
public enum PathFailure: Hashable, Sendable {
    /// No `=`, or nothing before it.
    case noKey(String)
    /// An empty part of the key.
    case emptyPart(String)
    /// A list has no entry of that number.
    case noEntry(String, list: String, count: Int)
    /// A value with nothing inside.
    case notAContainer(String)
    /// A key longer than the limit in parts.
    case tooLong(limit: Int)
}
