import FlatStorage
import Quantities

/// Records of devices in flat arrays, each a list of reports; a device without a report has none.
///
/// The scorer keeps two: of reported devices, with the reports against them; and of reporters, with
/// the reports they filed.
///
/// Reports hang on two lists: their record's, and one of all reports by age, whose head lapses next.
/// Records hang on the list of the key epoch under which they are named.
struct RecordStore: Sendable {
    static let none: Int32 = -1

    /// A report, and the calls that the device had from it on until the next report.
    struct Report: BitwiseCopyable {
        var time: SimTime
        /// Stands for the other device within this record only: for who reported, or was reported.
        var other: UInt64
        /// What the report weighs by itself, 0…1.
        var weight = 1.0
        /// The part of a full call that the reported call came to, 0…1; 0 where it was counted apart.
        var share = 0.0
        /// Sum of the weights of calls since, as of `time`: a call later by t counts 2^(t/halfLife).
        var exposure = 0.0
        var record: Int32 = RecordStore.none
        /// The next younger report of the record.
        var next: Int32 = RecordStore.none
        /// Neighbours on the list of all reports.
        var younger: Int32 = RecordStore.none
        var older: Int32 = RecordStore.none
    }

    /// What is kept of a reported device.
    struct Record: BitwiseCopyable {
        var device: DeviceIdentifier
        /// Mixed into the names of other devices.
        var salt: UInt64
        /// How many more devices are expected to go by the same name.
        var lookAlikes = 0.0
        var first: Int32 = RecordStore.none
        var last: Int32 = RecordStore.none
        var count: Int32 = 0
        /// Neighbours on the list of the epoch.
        var next: Int32 = RecordStore.none
        var previous: Int32 = RecordStore.none
    }

    private(set) var index = FlatTable<DeviceIdentifier, Int32>(blank: RecordStore.none)
    private(set) var records: [Record] = []
    private(set) var reports: [Report] = []
    private var freeRecords: [Int32] = []
    private var freeReports: [Int32] = []
    /// The oldest and youngest of all reports.
    private(set) var oldest = RecordStore.none
    private var youngest = RecordStore.none
    /// Heads of the lists of records of even and odd epochs.
    private var epochHeads = [RecordStore.none, RecordStore.none]

    var reportCount: Int { reports.count - freeReports.count }

    /// Memory of the tables.
    var byteCount: Int {
        records.capacity * MemoryLayout<Record>.stride
            + reports.capacity * MemoryLayout<Report>.stride
            + (freeRecords.capacity + freeReports.capacity) * MemoryLayout<Int32>.stride
            + index.byteCount
    }

    @inline(__always)
    subscript(record: Int32) -> Record { records[Int(record)] }

    @inline(__always)
    func report(_ report: Int32) -> Report { reports[Int(report)] }

    /// The time of the oldest report, if there is one.
    @inline(__always)
    var oldestTime: SimTime? { oldest < 0 ? nil : reports[Int(oldest)].time }

    /// Asks the processor to bring the record of a device near; its place in the index is near.
    @inline(__always)
    func fetchRecord(of device: DeviceIdentifier) {
        if let record = index[device] { records.fetch(Int(record)) }
    }

    /// Asks for the first and the last report of a device whose record is near.
    @inline(__always)
    func fetchReports(of device: DeviceIdentifier) {
        guard let record = index[device] else { return }
        reports.fetch(Int(records[Int(record)].first))
        reports.fetch(Int(records[Int(record)].last))
    }

    mutating func setLookAlikes(_ record: Int32, _ number: Double) {
        records[Int(record)].lookAlikes = number
    }

    mutating func setSalt(_ record: Int32, _ salt: UInt64) {
        records[Int(record)].salt = salt
    }

    mutating func addExposure(_ report: Int32, _ weight: Double) {
        reports[Int(report)].exposure += weight
    }

    // MARK: Records

    mutating func makeRecord(_ device: DeviceIdentifier, salt: UInt64) -> Int32 {
        let fresh = Record(device: device, salt: salt)
        let record: Int32
        if let reused = freeRecords.popLast() {
            record = reused
            records[Int(record)] = fresh
        } else {
            record = Int32(records.count)
            records.appendGrowing(fresh)
        }
        index.set(device, to: record)
        joinEpoch(record)
        return record
    }

    /// Names a record anew, under the key of another epoch; the old name is gone.
    mutating func rename(_ record: Int32, to device: DeviceIdentifier) {
        index.remove(records[Int(record)].device)
        leaveEpoch(record)
        records[Int(record)].device = device
        index.set(device, to: record)
        joinEpoch(record)
    }

    /// Drops a record with all its reports, and overwrites it.
    mutating func drop(_ record: Int32) {
        while records[Int(record)].first >= 0 { removeFirstReport(of: record) }
        index.remove(records[Int(record)].device)
        leaveEpoch(record)
        records[Int(record)] = Record(
            device: DeviceIdentifier(high: 0, low: 0, epoch: 0), salt: 0)
        freeRecords.append(record)
    }

    /// Drops every record named under the key of `epoch`.
    mutating func dropAll(ofEpoch epoch: UInt32) {
        while epochHeads[Int(epoch & 1)] >= 0 {
            let record = epochHeads[Int(epoch & 1)]
            precondition(
                records[Int(record)].device.epoch == epoch, "a record of a third epoch is live")
            drop(record)
        }
    }

    private mutating func joinEpoch(_ record: Int32) {
        let list = Int(records[Int(record)].device.epoch & 1)
        let head = epochHeads[list]
        records[Int(record)].next = head
        records[Int(record)].previous = Self.none
        if head >= 0 { records[Int(head)].previous = record }
        epochHeads[list] = record
    }

    private mutating func leaveEpoch(_ record: Int32) {
        let entry = records[Int(record)]
        if entry.previous >= 0 {
            records[Int(entry.previous)].next = entry.next
        } else {
            epochHeads[Int(entry.device.epoch & 1)] = entry.next
        }
        if entry.next >= 0 { records[Int(entry.next)].previous = entry.previous }
    }

    // MARK: Reports

    /// Adds a report, younger than all others, to a record.
    mutating func append(_ report: Report, to record: Int32) {
        var node = report
        node.record = record
        node.older = youngest
        let slot: Int32
        if let reused = freeReports.popLast() {
            slot = reused
            reports[Int(slot)] = node
        } else {
            slot = Int32(reports.count)
            reports.appendGrowing(node)
        }
        if youngest >= 0 { reports[Int(youngest)].younger = slot } else { oldest = slot }
        youngest = slot
        let last = records[Int(record)].last
        if last >= 0 { reports[Int(last)].next = slot } else { records[Int(record)].first = slot }
        records[Int(record)].last = slot
        records[Int(record)].count += 1
    }

    /// Asks the processor to bring near what removing the oldest report will take, and what will be
    /// read of the two behind it when this is asked again.
    func fetchOldest() {
        guard oldest >= 0 else { return }
        let first = reports[Int(oldest)]
        let record = records[Int(first.record)]
        index.fetch(record.device)
        if record.previous >= 0 { records.fetch(Int(record.previous)) }
        if record.next >= 0 { records.fetch(Int(record.next)) }
        guard first.younger >= 0 else { return }
        let second = reports[Int(first.younger)]
        records.fetch(Int(second.record))
        if second.younger >= 0 { reports.fetch(Int(second.younger)) }
    }

    /// Removes the oldest of all reports, or one of its record that is as old, and with its last
    /// report the record.
    mutating func removeOldestReport() {
        let record = reports[Int(oldest)].record
        removeFirstReport(of: record)
        if records[Int(record)].count == 0 { drop(record) }
    }

    /// Sees to it that a device whose name was `former` is found under `device`: its record is named
    /// anew, or joins the one that it has under that name already.
    mutating func carryOver(from former: DeviceIdentifier, to device: DeviceIdentifier, limit: Int)
    {
        guard let record = index[former] else { return }
        guard let present = index[device] else {
            rename(record, to: device)
            return
        }
        merge(record, into: present)
        trim(present, to: limit)
    }

    /// Removes a record's oldest reports until there are at most `limit`.
    mutating func trim(_ record: Int32, to limit: Int) {
        while records[Int(record)].count > limit { removeFirstReport(of: record) }
    }

    /// Removes a record's oldest report and overwrites it.
    mutating func removeFirstReport(of record: Int32) {
        let slot = records[Int(record)].first
        let node = reports[Int(slot)]
        records[Int(record)].first = node.next
        if node.next < 0 { records[Int(record)].last = Self.none }
        records[Int(record)].count -= 1
        if node.older >= 0 {
            reports[Int(node.older)].younger = node.younger
        } else {
            oldest = node.younger
        }
        if node.younger >= 0 {
            reports[Int(node.younger)].older = node.older
        } else {
            youngest = node.older
        }
        reports[Int(slot)] = Report(time: .zero, other: 0)
        freeReports.append(slot)
    }

    /// Moves all reports of `source` into `target`, in order of time, and drops `source`.
    mutating func merge(_ source: Int32, into target: Int32) {
        var (a, b) = (records[Int(target)].first, records[Int(source)].first)
        var last = Self.none
        while a >= 0 || b >= 0 {
            let takesA =
                b < 0 || a >= 0 && reports[Int(a)].time <= reports[Int(b)].time
            let slot = takesA ? a : b
            if takesA { a = reports[Int(a)].next } else { b = reports[Int(b)].next }
            reports[Int(slot)].record = target
            reports[Int(slot)].next = Self.none
            if last >= 0 {
                reports[Int(last)].next = slot
            } else {
                records[Int(target)].first = slot
            }
            last = slot
        }
        records[Int(target)].last = last
        records[Int(target)].count += records[Int(source)].count
        records[Int(source)].first = Self.none
        records[Int(source)].last = Self.none
        records[Int(source)].count = 0
        drop(source)
    }
}
