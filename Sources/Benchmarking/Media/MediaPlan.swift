import MediaSecurity

/// What the media core is measured by, and beside whom.
struct MediaPlan {
    /// A workload and who does it.
    struct Case {
        var workload: MediaWorkload
        var rivals: [String]
    }

    /// In the order of the table.
    var cases: [Case]

    /// The peers that stages are measured with unless told otherwise.
    static let defaultPeers = 1000
    /// Frames that a call has in a turn where calls are done in windows of time, as in a run.
    static let window = 50

    /// The plan of `stages`; two-way `calls`, where given, replace the numbers of the targets.
    init(stages: Set<MediaStage>, calls: Int?) {
        let both = [Rival.evpName, Rival.libraryName]
        let all = both + [Rival.debianName]
        let peers = calls.map { 2 * $0 } ?? Self.defaultPeers
        let (gcm, cm) = (SRTPProfile.aeadAES128GCM, SRTPProfile.aes128CMSHA1)
        let plain = [Rival.evpName]
        var cases = [
            Case(workload: .encode, rivals: plain),
            Case(workload: .packetise(peers: peers), rivals: plain),
        ]
        for sessions in calls.map({ [2 * $0] }) ?? [100, 1000, 4000, 8000] {
            cases.append(Case(workload: .protect(gcm, sessions: sessions), rivals: all))
        }
        cases += [
            Case(workload: .protect(cm, sessions: calls.map { 2 * $0 } ?? 100), rivals: all),
            Case(workload: .forward(peers: peers), rivals: plain),
            Case(workload: .unprotect(gcm, sessions: peers), rivals: both),
            Case(workload: .jitterBuffer(peers: peers), rivals: plain),
            Case(workload: .decode, rivals: plain),
            Case(workload: .handshake, rivals: [Rival.opensslName]),
        ]
        for number in calls.map({ [2 * $0] }) ?? [1000, 4000] {
            cases.append(Case(workload: .packets(gcm, peers: number, burst: 1), rivals: all))
        }
        let most = calls.map { 2 * $0 } ?? 4000
        cases += [
            Case(workload: .packets(cm, peers: most, burst: 1), rivals: all),
            Case(workload: .packets(gcm, peers: most, burst: Self.window), rivals: both),
            Case(workload: .full, rivals: all + [Rival.gstreamerName, Rival.aiortcName]),
        ]
        self.cases = cases.filter { stages.contains($0.workload.stage) }
    }
}
