import Foundation
import Results
import Synchronization
import Talks

/// A batch of talks in progress: threads take some of them at a time until none is left.
final class MediaJob: Sendable {
    /// Talks taken at once: about a millisecond's work, so that threads end together and rarely
    /// meet at the counter.
    private static let portion = 16

    private let batch: TalkBatch
    private let next = Atomic<Int>(0)
    private let done = Atomic<Int>(0)
    private let sent = Atomic<Int64>(0)
    private let helpNanoseconds = Atomic<Int64>(0)

    init(_ batch: TalkBatch) { self.batch = batch }

    private var count: Int { batch.talks.count }
    /// Whether every talk has been taken.
    var isTaken: Bool { next.load(ordering: .relaxed) >= count }
    /// Whether every talk has been performed, seen by whoever asks.
    var isDone: Bool { done.load(ordering: .acquiring) == count }
    /// Packets sent so far.
    var packets: Int64 { sent.load(ordering: .relaxed) }
    /// Time that threads of others spent on it, in seconds.
    var helpSeconds: Double { Double(helpNanoseconds.load(ordering: .relaxed)) / 1e9 }

    /// Performs talks until all are taken.
    func perform() {
        while true {
            let first = next.add(Self.portion, ordering: .relaxed).oldValue
            guard first < count else { return }
            let places = first..<min(first + Self.portion, count)
            sent.add(batch.perform(places), ordering: .relaxed)
            done.add(places.count, ordering: .acquiringAndReleasing)
        }
    }

    /// As ``perform()``, on a thread of another's.
    func help() {
        let began = HostFacts.threadSeconds()
        perform()
        let spent = HostFacts.threadSeconds() - began
        helpNanoseconds.add(Int64(spent * 1e9), ordering: .relaxed)
    }
}

/// Where threads that have no replication of their own find media work of those that have.
///
/// A class, because the threads of a run share it.
final class MediaPool: @unchecked Sendable {
    private let condition = NSCondition()
    private var jobs: [MediaJob] = []
    /// Threads that may still have replications.
    private var busy = 0

    /// The calling thread begins to take replications.
    func enter() {
        condition.lock()
        busy += 1
        condition.unlock()
    }

    /// The calling thread finds no replication any more: it helps until no thread has any.
    func leaveAndHelp() {
        condition.lock()
        busy -= 1
        if busy == 0 { condition.broadcast() }
        while busy > 0 {
            guard let job = jobs.first(where: { !$0.isTaken }) else {
                condition.wait()
                continue
            }
            condition.unlock()
            job.help()
            condition.lock()
            // Its owner may be waiting for the portion that was performed here.
            condition.broadcast()
        }
        condition.unlock()
    }

    func post(_ job: MediaJob) {
        condition.lock()
        jobs.append(job)
        condition.broadcast()
        condition.unlock()
    }

    /// Returns when all of `job` is performed, here or elsewhere.
    func complete(_ job: MediaJob) {
        job.perform()
        condition.lock()
        while !job.isDone { condition.wait() }
        jobs.removeAll { $0 === job }
        condition.unlock()
    }
}

/// The crew of one replication: its own thread, and whoever helps in the pool.
final class PooledCrew: TalkCrew {
    private let pool: MediaPool
    private var job: MediaJob?
    /// Packets that talks have sent in what is finished.
    private(set) var packets: Int64 = 0
    /// Time that other threads spent on what is finished, in seconds.
    private(set) var helpSeconds = 0.0

    init(_ pool: MediaPool) { self.pool = pool }

    func begin(_ batch: TalkBatch) {
        precondition(job == nil, "a crew finishes what it has begun")
        guard !batch.talks.isEmpty else { return }
        let job = MediaJob(batch)
        self.job = job
        pool.post(job)
    }

    func finish() {
        guard let job = job.take() else { return }
        pool.complete(job)
        packets += job.packets
        helpSeconds += job.helpSeconds
    }
}
