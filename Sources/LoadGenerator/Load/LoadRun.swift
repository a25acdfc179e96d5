import Histogram
import Quantities

/// What is counted while datagrams are sent at one rate.
struct LoadRun {
    /// Tells its datagrams from those of another.
    let number: UInt32
    /// From when on datagrams count.
    let measuredFrom: SimTime
    /// Until when datagrams are due.
    let end: SimTime
    /// When the last ones left: the end, or later when the driver was late.
    private(set) var lastSent: SimTime
    /// The next train, and when it is due; nil when all have been sent.
    private(set) var nextTrain: Int64 = 0
    private(set) var nextDue: SimTime?

    private let begin: SimTime
    /// What the driver has not sent by then it gives up.
    private let giveUp: SimTime
    private let schedule: LoadSchedule
    private let relayProcess: Int32?
    private var toPeers = LoadDirection()
    private var toClients = LoadDirection()
    private var unsent: Int64 = 0
    private var latency = Histogram<UInt64>(highestTrackableValue: longestTime)
    private var lateness = Histogram<UInt64>(highestTrackableValue: longestTime)
    private var lateTrains: UInt64 = 0
    private var ownTime = 0.0
    private var relayTime: Double?

    /// Times beyond a minute count as one, in nanoseconds.
    private static let longestTime: UInt64 = 60_000_000_000

    /// Trains as `schedule` says, from `begin` on.
    init(number: UInt32, begin: SimTime, _ load: RelayLoad, _ schedule: LoadSchedule) {
        self.number = number
        self.begin = begin
        self.schedule = schedule
        measuredFrom = begin + RelayLoad.warmUp
        end = measuredFrom + load.duration
        giveUp = end + load.duration
        lastSent = end
        relayProcess = load.relayProcess
        nextDue = begin
    }

    /// No trains: for a drive that is not sending.
    init(idle load: RelayLoad) {
        self.init(
            number: 0, begin: .zero, load,
            LoadSchedule(flows: load.allocations, length: 1, rate: 1))
        nextDue = nil
    }

    /// Whether trains follow each other as closely as they may.
    var isDense: Bool { schedule.length > 1 && nextDue != nil }

    // MARK: Sending

    /// The next train is on its way; `now` is looked at to give up what is far too late.
    @inline(__always)
    mutating func advance(_ now: SimTime) {
        nextTrain += 1
        let due = begin + schedule.due(nextTrain)
        nextDue = due < end && now < giveUp ? due : nil
    }

    /// A datagram was sent.
    @inline(__always)
    mutating func noteSent(fromClient: Bool) {
        if fromClient { toPeers.sent += 1 } else { toClients.sent += 1 }
    }

    /// A train left `late` after its time.
    @inline(__always)
    mutating func noteLateness(_ late: SimDuration) {
        lateness.record(UInt64(clamping: min(late.nanoseconds, Int64(Self.longestTime))))
        if late > RelayLoad.tolerableLateness { lateTrains += 1 }
    }

    // MARK: Receiving

    /// A datagram came out of the relay; `highest` is the highest number that came before it.
    @inline(__always)
    mutating func take(
        _ packet: LoadPacket, fromClient: Bool, _ highest: inout UInt64, _ now: SimTime
    ) {
        guard packet.sequence > 0 else { return }
        let isInOrder = packet.sequence > highest
        if isInOrder { highest = packet.sequence }
        if fromClient {
            toPeers.noteReceived(isInOrder)
        } else {
            toClients.noteReceived(isInOrder)
        }
        let time = (now - packet.intended).nanoseconds
        latency.record(UInt64(clamping: min(time, Int64(Self.longestTime))))
    }

    // MARK: The end

    /// The measured time begins.
    mutating func startClocks() {
        ownTime = ProcessorTime().seconds ?? 0
        relayTime = relayProcess.flatMap { ProcessorTime(of: $0).seconds }
    }

    /// The last datagrams have left.
    mutating func stopClocks(_ now: SimTime) {
        lastSent = max(now, end)
        unsent = (schedule.count(before: end - begin) - nextTrain) * Int64(schedule.length)
        ownTime = (ProcessorTime().seconds ?? 0) - ownTime
        if let process = relayProcess, let before = relayTime {
            relayTime = ProcessorTime(of: process).seconds.map { $0 - before }
        }
    }

    /// What it showed; `refused` are the datagrams that the driver's host refused or dropped.
    func report(refused: Int64) -> RelayLoadReport {
        let seconds = (lastSent - measuredFrom).seconds
        var report = RelayLoadReport(
            latency: LoadDistribution(latency), lateness: LoadDistribution(lateness))
        report.allocations = schedule.flows
        report.train = schedule.length
        report.wantedRate = Double(schedule.rate)
        report.toPeers = toPeers
        report.toClients = toClients
        report.unsent = unsent
        report.sentRate = Double(report.sent) / seconds
        report.relayedRate = Double(report.received) / seconds
        report.lossRatio =
            report.sent == 0 ? 0 : Double(report.sent - report.received) / Double(report.sent)
        report.droppedAtDriver = refused
        let trains = lateness.totalCount
        report.lateRatio = trains == 0 ? 0 : Double(lateTrains) / Double(trains)
        report.driverCPU = ownTime / seconds
        if report.sent > 0 { report.driverCPUPerPacket = ownTime / Double(report.sent) }
        if let relayTime {
            report.relayCPU = relayTime / seconds
            if report.received > 0 {
                report.relayCPUPerPacket = relayTime / Double(report.received)
            }
        }
        report.judge()
        return report
    }
}
