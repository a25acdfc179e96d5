/// Every metric there is, in the order of result files.
public enum MetricCatalogue {
    /// The descriptions, indexed by the metrics' numbers.
    public static let all: [MetricDescription] =
        matching + fairness + connecting + relaying + recovering + calling + media + risk
        + privacy

    /// The metric called `name`; nil if there is none.
    ///
    /// - Complexity: O(number of metrics).
    public static func metric(named name: String) -> Metric? {
        all.first { $0.name == name }?.metric
    }

    private static let everyDimension: [LabelDimension] = [
        .language, .interest, .persona, .access, .tier, .cell,
    ]

    private static let matching: [MetricDescription] = [
        .init(
            .arrivals, "arrivals", .count, by: [.language, .persona, .access],
            "People who opened the app."),
        .init(.peersPresent, "peers.present", .level, "People who have the app open."),
        .init(
            .tickets, "tickets", .count, by: [.persona, .tier],
            "Tickets created: arrivals and people who queued again."),
        .init(
            .ticketsUnfinished, "tickets.unfinished", .count,
            "Tickets still waiting at the end; they count in no ratio."),
        .init(.matches, "matches", .count, "Pairs made."),
        .init(
            .matchLatency, "match.latency", .distribution, in: .second, per: 1e9,
            by: everyDimension,
            "From joining the queue to being paired, one observation per paired ticket."),
        .init(
            .abandoned, "abandoned", .ratio, by: everyDimension,
            "Finished tickets whose owner left before being paired."),
        .init(.queueLength, "queue.length", .level, "Tickets waiting."),
        .init(
            .matchAgeInversions, "match.age_inversions", .ratio, by: everyDimension,
            "Pairings in which an older compatible ticket was passed over, of paired tickets."),
    ]

    /// How the queue treats its tickets, and groups of them.
    private static let fairness: [MetricDescription] = [
        .init(
            .matchPassedOver, "match.passed_over", .ratio, by: everyDimension,
            "Finished tickets that were the oldest to whom a pairing gave a younger one preference."
        ),
        .init(
            .matchPassedOverLeft, "match.passed_over_left", .ratio, by: everyDimension,
            "Of the tickets passed over, those that were not paired later either."),
        .init(
            .matchSlips, "match.slips", .distribution, by: everyDimension,
            "Younger tickets, compatible or not, that were paired while a paired ticket waited."),
        .init(
            .matchSkips, "match.skips", .distribution, by: everyDimension,
            "Older tickets, compatible or not, that still waited when a ticket was paired."),
        .init(
            .matchStarved, "match.starved", .ratio, by: everyDimension,
            "Finished tickets that waited `matchmaking.starvation` or longer, paired or not."),
        .init(
            .matchExpired, "match.expired", .ratio, by: everyDimension,
            "Finished tickets that the service gave up at `matchmaking.expiry`."),
        .init(
            .matchExpansionStep, "match.expansion_step", .distribution, by: everyDimension,
            "The step of `matchmaking.expansion`, from 0, on which a ticket was paired."),
        .init(
            .matchRematches, "match.rematches", .ratio, by: everyDimension,
            "Paired tickets whose owner had met the partner before in the same session."),
        .init(
            .matchPartnerDiversity, "match.partner_diversity", .ratio, by: everyDimension,
            "Different partners per pairing of those who were paired twice or more, by the tier of "
                + "the last ticket."),
        .init(
            .matchHindsight, "match.hindsight", .ratio, by: everyDimension,
            "Tickets paired, of those that can be paired by whoever knows when each will leave; in "
                + "a group by whoever pairs as many of its tickets as can be, whatever it costs others."
        ),
        .init(
            .matchFairnessJain, "match.fairness.jain", .index,
            "Jain's index over languages of service: share paired ÷ (1 s + mean match latency)."),
        .init(
            .matchFairnessJainInterest, "match.fairness.jain_interest", .index,
            "Jain's index over interests of the same service."),
        .init(
            .matchFairnessJainPersona, "match.fairness.jain_persona", .index,
            "Jain's index over personas of the same service."),
        .init(
            .matchFairnessJainAccess, "match.fairness.jain_access", .index,
            "Jain's index over access networks of the same service."),
        .init(
            .matchFairnessJainTier, "match.fairness.jain_tier", .index,
            "Jain's index over tiers of the same service."),
        .init(
            .matchFairnessJainCell, "match.fairness.jain_cell", .index,
            "Jain's index over cells of 30 finished tickets and more of the same service."),
        .init(
            .matchFairnessJainTickets, "match.fairness.jain_tickets", .index, by: everyDimension,
            "Jain's index over finished tickets of service: 1 s ÷ (1 s + match latency), 0 if unpaired; "
                + "0.91 in the single-class queue with an arrival a second and nobody leaving."),
        .init(
            .matchFairnessGini, "match.fairness.gini", .index, by: everyDimension,
            "Gini's coefficient of match latency; 1/2 where it is exponential, 3/4 in the "
                + "single-class queue, half of whose tickets do not wait."),
        .init(
            .matchFairnessMaxMin, "match.fairness.max_min", .index, by: everyDimension,
            "Mean match latency ÷ the least of the same dimension; all: the greatest of these."),
        .init(
            .matchFairnessImpactRatio, "match.fairness.impact_ratio", .index, by: everyDimension,
            "Share of finished tickets paired ÷ the greatest of the same dimension; all: the "
                + "least of these. Below 0.8 it breaks the four-fifths rule (29 CFR 1607.4(D))."),
        .init(
            .matchFairnessImpactP, "match.fairness.impact_p", .index, by: everyDimension,
            "How likely chance alone parts the shares so far: two-proportion z test against the "
                + "best of the dimension, Holm's correction over its groups; all: over all groups."),
    ]

    private static let connecting: [MetricDescription] = [
        .init(
            .signalingLatency, "signaling.latency", .distribution, in: .second, per: 1e9,
            by: [.access], "One message's way through the signalling service."),
        .init(
            .iceLatency, "ice.latency", .distribution, in: .second, per: 1e9, by: [.access, .nat],
            "From being paired to a selected candidate pair on both sides."),
        .init(
            .dtlsLatency, "dtls.latency", .distribution, in: .second, per: 1e9,
            by: [.access, .nat],
            "From a selected candidate pair to keys on both sides."),
        .init(
            .connectLatency, "connect.latency", .distribution, in: .second, per: 1e9,
            by: [.access, .nat], "From being paired until both can hear."),
        .init(
            .connectFailed, "connect.failed", .ratio, by: [.access, .nat],
            "Pairs whose call could not be set up."),
        .init(
            .signalingReconnections, "signaling.reconnections", .count,
            "Times that a peer's lost connection to the signalling service was made anew."),
        .init(
            .signalingFailed, "signaling.failed", .count,
            "Pairs whose call could not be set up and of which a side had lost that connection."),
    ]

    private static let relaying: [MetricDescription] = [
        .init(
            .relayShare, "relay.share", .ratio, by: [.access, .nat],
            "Connected calls whose first path takes a relay."),
        .init(
            .relayTimeShare, "relay.time_share", .ratio, by: [.access, .nat],
            "Time that calls spent over a relay, of all time of calls that are over."),
        .init(
            .relayMoved, "relay.moved", .count,
            "Calls that went over from a relay to a direct path while they went on."),
        .init(.relayAllocations, "relay.allocations", .level, "Relay allocations held."),
        .init(
            .relayRefused, "relay.refused", .count,
            "Allocation requests refused for want of a port."
        ),
        .init(
            .relayBitrate, "relay.bitrate", .level, in: .bitPerSecond,
            "What all relay servers send, from the IP header on."),
        .init(
            .relayPacketRate, "relay.packet_rate", .level, in: .perSecond,
            "Packets that all relay servers forward each second."),
        .init(
            .relayEgress, "relay.egress", .count, in: .byte,
            "Bytes that all relay servers sent, from the IP header on."),
        .init(
            .relayCost, "relay.cost", .count, in: .currency, per: 1e6,
            "Price of the relayed bytes that `relay.billing` counts."),
        .init(
            .relayChannelMismatches, "relay.channel_mismatches", .count,
            "Frames of media that relay or client dropped as of another channel or length."),
    ]

    private static let recovering: [MetricDescription] = [
        .init(
            .recoveryCalls, "recovery.calls", .count,
            "Calls whose relay crashed while they went on."),
        .init(
            .recoveryFailed, "recovery.failed", .ratio,
            "Calls that lost their relay and found no other path, of those that did not end by "
                + "themselves meanwhile."),
        .init(
            .recoverySilence, "recovery.silence", .distribution, in: .second, per: 1e9,
            "From a relay's crash until a call's media flow again, one observation per call."),
        .init(
            .recoveryHungUp, "recovery.hung_up", .count,
            "Calls that ended by themselves while their relay was gone."),
        .init(
            .recoveryLostTime, "recovery.lost_time", .count, in: .second, per: 1e9,
            "Time that calls were silent for want of their relay, all together."),
    ]

    private static let calling: [MetricDescription] = [
        .init(
            .calls, "calls", .count, by: [.language, .access],
            "Calls in which both could hear each other."),
        .init(
            .callsUnfinished, "calls.unfinished", .count,
            "Pairs still being set up or in a call at the end; what they come to is not observed."),
        .init(
            .callsLost, "calls.lost", .count,
            "Calls that ended because one side no longer answered the other's checks for consent "
                + "(RFC 7675)."),
        .init(
            .callsFull, "calls.full", .count,
            "Calls that ran their media packet by packet, codec included."),
        .init(
            .callsFullRelayed, "calls.full_relayed", .count,
            "Calls among those whose packets took a relay."),
        .init(
            .callsSealed, "calls.sealed", .count,
            "Calls that ran their media packet by packet, with speech encoded beforehand."),
        .init(
            .callsSealedRelayed, "calls.sealed_relayed", .count,
            "Calls among those whose packets took a relay."),
        .init(
            .callDuration, "call.duration", .distribution, in: .second, per: 1e9,
            by: [.language, .persona], "From when both can hear to the end of the call."),
        .init(.callsActive, "calls.active", .level, "Calls going on."),
        .init(.callsRelayed, "calls.relayed", .level, "Calls going on over a relay."),
    ]

    private static let media: [MetricDescription] = [
        .init(.mediaPackets, "media.packets", .count, "Media packets sent by all peers."),
        .init(
            .mediaLoss, "media.loss", .ratio, by: [.access, .nat],
            "Media packets that never arrived, of those sent."),
        .init(
            .mediaLate, "media.late", .ratio, by: [.access],
            "Media packets that arrived too late to be played, of those sent."),
        .init(
            .mediaConcealed, "media.concealed", .ratio, by: [.access],
            "Frames played that the decoder had to make up."),
        .init(
            .mediaMouthToEar, "media.mouth_to_ear", .distribution, in: .second, per: 1e9,
            by: [.access, .nat], "Mean delay from mouth to ear, one observation per direction."),
        .init(
            .mediaRFactor, "media.r_factor", .distribution, per: 1000, by: [.access, .nat],
            "Transmission rating R of the E-model (ITU-T G.107), one observation per direction."),
        .init(
            .mediaMOS, "media.mos", .distribution, per: 1000, by: [.access, .nat],
            "Mean opinion score 1…5 estimated from R, one observation per direction."),
        .init(
            .mediaRejected, "media.rejected", .count,
            "Packets that a listener dropped for any reason, one before it had keys included."),
        .init(
            .mediaAuthenticationFailures, "media.authentication_failures", .count,
            "Packets whose tag was wrong, in all calls, whenever begun and whether over; 0 without a bug."
        ),
    ]

    private static let risk: [MetricDescription] = [
        .init(
            .riskReports, "risk.reports", .count, by: [.persona],
            "Reports filed, by the persona reported."),
        .init(
            .riskReportsIgnored, "risk.reports_ignored", .count, by: [.persona],
            "Reports that did not count, as reporter and reported look alike, by the persona reported."
        ),
        .init(
            .riskExposure, "risk.exposure", .ratio, in: .perThousand, per: 1e-3,
            by: [.language, .tier],
            "Time honest people spent with abusers, per 1,000 of what they spent with each other."),
        .init(
            .riskVictims, "risk.victims", .ratio, by: [.language, .persona],
            "Honest people who have left and talked with an abuser at least once."),
        .init(
            .riskAbusivePartner, "risk.abusive_partner", .ratio, by: [.persona, .tier],
            "Calls with an abusive partner, one case per side of a call."),
        .init(
            .riskContainmentCalls, "risk.containment_calls", .distribution, by: [.persona],
            "Calls an abuser has before being contained, of those who were."),
        .init(
            .riskSeparationCalls, "risk.separation_calls", .survival, by: [.persona],
            "Calls an abuser has until being contained; censored where one leaves or the run ends before."
        ),
        .init(
            .riskSeparationTime, "risk.separation_time", .survival, in: .second, by: [.persona],
            "Time an abuser talks until being contained, in whole seconds; censored likewise."),
        .init(
            .riskFalseContainment, "risk.false_containment", .ratio, by: [.language, .persona],
            "Honest people who were contained."),
        .init(
            .riskFramed, "risk.framed", .ratio, by: [.language, .persona],
            "Honest people aimed at by a brigade of report bombers who were contained."),
        .init(
            .riskFramingCalls, "risk.framing_calls", .ratio, in: .perDevice,
            "Calls that report bombers made, per device aimed at that was contained."),
        .init(
            .riskFramingTime, "risk.framing_time", .ratio, in: .second, per: 1e9,
            "Time that report bombers talked, per device aimed at that was contained."),
        .init(
            .riskNewcomerPenalty, "risk.newcomer_penalty", .contrast, in: .second, per: 1e9,
            "Mean match latency of honest people's first tickets less that of their later ones."),
        .init(
            .riskNewcomerLatency, "risk.newcomer_latency", .distribution, in: .second, per: 1e9,
            "Match latency of honest people's first tickets."),
        .init(
            .riskLeakWaits, "risk.leak_waits", .index,
            "Chance that of two paired tickets, one of tier clear and one not, the latter waited longer; 0.5 tells nothing."
        ),
        .init(
            .riskLeakPartners, "risk.leak_partners", .index,
            "Chance that of two calls, one in tier clear and one not, the latter has the abusive partner, ties by halves; 0.5 tells nothing."
        ),
    ]

    private static let privacy: [MetricDescription] = [
        .init(
            .privacyReportsHeld, "privacy.reports_held", .distribution,
            "Reports in the platform's stores when a sweep comes and at the end, where `privacy.stores` fills them."
        ),
        .init(
            .privacyMessagesHeld, "privacy.messages_held", .distribution,
            "Likewise signalling messages."),
        .init(
            .privacyRelayLogHeld, "privacy.relay_log_held", .distribution,
            "Likewise entries of the relay log."),
        .init(
            .privacyDeletionLag, "privacy.deletion_lag", .distribution, in: .second, per: 1e9,
            "From the end of a stored record's lifetime to its deletion."),
        .init(
            .privacyViolations, "privacy.violations", .count,
            "Sweeps of the stores that left a kind of record older than the platform promises (reports 30 days, messages 24 hours, relay log 7 days); 0 without a bug."
        ),
        .init(
            .privacyNotices, "privacy.notices", .count,
            "People who were told that the list of processors had changed (`privacy.notice`)."),
        .init(
            .privacyNoticeDelay, "privacy.notice_delay", .distribution, in: .second, per: 1e9,
            "From the change of the list to a person's being told."),
    ]

    /// A page in Markdown that lists every metric.
    public static func referencePage() -> String {
        var page = """
            # Metrics

            Every figure of `summary.json` is in the unit given here. A distribution has `count`,
            `mean`, `min`, `p50`, `p90`, `p95`, `p99`, `p999`, `max`, and 95 % intervals of its mean
            and its 95th percentile (`mean_ci95`, `p95_ci95`) over the replications' own figures. A
            count has `value`, its mean per replication, `ci95`, and, unless it is money, `total` over
            all replications. A ratio has `value`, `ci95`, `numerator` and `denominator` over all
            replications (of times in nanoseconds). An index or contrast has `value` and `ci95`; a
            level has `time_mean`, `peak` and `ci95` (of `time_mean`). A survival has `subjects`, `events`,
            the first time by which it has happened to 10 to 90 % (`p10`, `p25`, `p50`, `p75`, `p90`; null where the
            observations do not reach so far) and `p50_ci95`. Quantiles are within 0.1 % of the observation of their rank. Only what was
            created inside the measured window is observed; levels are measured over that window.

            Intervals are mean ± t·s/√n (Student t) over the figures of those replications that observed anything;
            null where fewer than two did. `cell` is language, interest, tier, persona and access together, where
            `matchmaking.crossed_groups` asks for it. Those of shares and indexes are cut at 0 and 1. The figure itself is
            of all observations together, in which a replication with many of them weighs more.

            | metric | kind | unit | grouped by | meaning |
            |---|---|---|---|---|

            """
        for entry in all {
            let groups = entry.dimensions.map(\.name).joined(separator: ", ")
            page +=
                "| `\(entry.name)` | \(entry.kind.rawValue) | \(entry.unit.rawValue) | \(groups) "
                + "| \(entry.meaning) |\n"
        }
        return page
    }
}
