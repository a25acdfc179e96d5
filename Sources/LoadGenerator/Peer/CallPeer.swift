import NIOCore
import NIOPosix
import Quantities
import Signaling

/// One party of a call over real sockets, from description to goodbye: what `voicesim load peer`
/// is.
public struct CallPeer: Sendable {
    private let configuration: CallPeerConfiguration

    /// A party that does as `configuration` says.
    public init(_ configuration: CallPeerConfiguration) { self.configuration = configuration }

    /// Takes the call through. Descriptions are SDP text: `send` gets the own one, `receive` gives
    /// the other's.
    public func call(
        send: ([UInt8]) throws -> Void, receive: () throws -> [UInt8]
    ) async throws -> CallPeerReport {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let result: Result<CallPeerReport, any Error>
        do {
            result = .success(try await call(on: group.next(), send: send, receive: receive))
        } catch {
            result = .failure(error)
        }
        try? await group.shutdownGracefully()
        return try result.get()
    }

    private func call(
        on loop: any EventLoop, send: ([UInt8]) throws -> Void, receive: () throws -> [UInt8]
    ) async throws -> CallPeerReport {
        let configuration = configuration
        let party = try await loop.submit {
            do throws(BoundSocket.Refusal) {
                return NIOLoopBound(try CallParty(configuration, on: loop), eventLoop: loop)
            } catch {
                throw CallPeerFailure.noSocket(reason: error.text)
            }
        }.get()
        let result: Result<Void, any Error>
        do {
            result = .success(try await converse(party, on: loop, send: send, receive: receive))
        } catch {
            result = .failure(error)
        }
        let report = try await hangUp(party, on: loop)
        try result.get()
        return report
    }

    private func converse(
        _ party: NIOLoopBound<CallParty>, on loop: any EventLoop, send: ([UInt8]) throws -> Void,
        receive: () throws -> [UInt8]
    ) async throws {
        // Who answers needs the offer first: its codec number and its `mid` are in the answer.
        var offer: SessionDescription?
        if !configuration.offers { offer = try parse(try receive()) }
        let patience = Int64(configuration.patience.seconds)
        loop.scheduleTask(in: .seconds(patience)) {
            party.value.fail(.patienceOver("\(patience) s"))
        }
        try await loop.flatSubmit {
            party.value.gather()
            return party.value.gathered.futureResult
        }.get()
        if let offer {
            try send(try await loop.submit { [offer] in party.value.answer(offer) }.get())
        } else {
            try send(try await loop.submit { party.value.description.text }.get())
            let answer = try parse(try receive())
            try await loop.submit { party.value.take(answer) }.get()
        }
        try await loop.flatSubmit { party.value.heard.futureResult }.get()
        let duration = configuration.duration
        try await loop.scheduleTask(in: .nanoseconds(duration.nanoseconds)) {}.futureResult.get()
        let needed = configuration.neededFrames
        for _ in 0..<patience * 10
        where try await loop.submit({ party.value.framesOfTone < needed }).get() {
            try await loop.scheduleTask(in: .milliseconds(100)) {}.futureResult.get()
        }
    }

    /// Ends the call; waits a moment for an allocation to be given back.
    private func hangUp(
        _ party: NIOLoopBound<CallParty>, on loop: any EventLoop
    ) async throws -> CallPeerReport {
        try await loop.submit { party.value.hangUp() }.get()
        for _ in 0..<40 where try await !loop.submit({ party.value.isDone }).get() {
            try await loop.scheduleTask(in: .milliseconds(50)) {}.futureResult.get()
        }
        return try await loop.submit {
            party.value.closeSockets()
            return party.value.report
        }.get()
    }

    private func parse(_ text: [UInt8]) throws(CallPeerFailure) -> SessionDescription {
        do throws(DescriptionError) {
            return try SessionDescription(text: text)
        } catch {
            throw .description(line: error.line, "\(error.fault)")
        }
    }
}
