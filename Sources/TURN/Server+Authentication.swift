import Quantities
import STUN

extension Server {
    /// A request whose sender knows the password.
    struct Authenticated {
        let request: MessageView
        let client: FiveTuple
        let key: IntegrityKey
        let username: [UInt8]
        /// The allocation of the 5-tuple, whoever made it.
        let slot: Int?
    }

    /// Long-term authentication, the checks in the order of RFC 8489 §9.2.4; nil when the answer
    /// is queued already.
    mutating func authenticate(
        _ request: MessageView, from client: FiveTuple, at now: SimTime
    ) -> Authenticated? {
        guard request.has(.messageIntegrity) else {
            counters.challenges += 1
            challenge(.unauthenticated, request, client, at: now)
            return nil
        }
        guard let username = request.value(of: .username),
            let realm = request.value(of: .realm), let nonce = request.value(of: .nonce)
        else {
            counters.otherErrors += 1
            var answer = MessageBuilder(.error, answering: request)
            answer.add(.badRequest)
            send(answer.finish(fingerprint: request.has(.fingerprint)), to: client)
            return nil
        }
        let slot = clients[client]
        guard realm.elementsEqual(self.realm),
            let key = integrityKey(of: username, allocation: slot, at: now),
            request.isAuthentic(under: key)
        else {
            counters.challenges += 1
            challenge(.unauthenticated, request, client, at: now)
            return nil
        }
        guard nonces.accepts(nonce, of: client, at: now) else {
            counters.staleNonces += 1
            challenge(.staleNonce, request, client, at: now)
            return nil
        }
        counters.authenticated += 1
        return Authenticated(
            request: request, client: client, key: key, username: Array(username), slot: slot)
    }

    /// The allocation's own key as long as its user calls; it outlives the credentials' expiry.
    private func integrityKey(
        of username: ArraySlice<UInt8>, allocation slot: Int?, at now: SimTime
    ) -> IntegrityKey? {
        if let slot, slots[slot].username.elementsEqual(username) { return slots[slot].key }
        for user in configuration.users where user.username.utf8.elementsEqual(username) {
            return IntegrityKey(
                longTermUsername: username, realm: realm, password: user.password.utf8)
        }
        return configuration.secret.integrityKey(of: username, realm: realm, at: now)
    }

    private mutating func challenge(
        _ error: ErrorCode, _ request: MessageView, _ client: FiveTuple, at now: SimTime
    ) {
        var answer = MessageBuilder(.error, answering: request)
        answer.add(error)
        answer.add(.realm, realm)
        answer.add(.nonce, nonces.nonce(for: client, at: now))
        send(answer.finish(fingerprint: request.has(.fingerprint)), to: client)
    }

    /// An error answer that proves to come from the server.
    mutating func refuse(_ asked: Authenticated, with error: ErrorCode) {
        counters.otherErrors += 1
        answer(asked, with: error)
    }

    /// The same, counted by the caller.
    mutating func answer(_ asked: Authenticated, with error: ErrorCode) {
        var answer = MessageBuilder(.error, answering: asked.request)
        answer.add(error)
        if error == .unknownAttribute { answer.add(unknownAttributesOf: asked.request) }
        finish(answer, for: asked)
    }

    /// Queues `answer` with MESSAGE-INTEGRITY, and with FINGERPRINT when the request had one.
    mutating func finish(_ answer: consuming MessageBuilder, for asked: Authenticated) {
        let hasFingerprint = asked.request.has(.fingerprint)
        send(answer.finish(integrity: asked.key, fingerprint: hasFingerprint), to: asked.client)
    }
}
