import Signaling
import Testing

/// Texts that say more than the fields of messages.
@Suite struct ListedFieldsTests {
    @Test(arguments: SignalingMessageTests.messages)
    func `what clients write holds listed fields only`(message: SignalingMessage) {
        let call = CallID(rawValue: 17)
        #expect(SignalingMessage.holdsListedFieldsOnly(message.text(in: call)))
        #expect(
            SignalingMessage.holdsListedFieldsOnly(
                message.text(in: call, number: 3, acknowledging: 12)))
    }

    @Test func `a line more in envelope or body is noticed, though parsers pass over it`() throws {
        let text = String(
            decoding: SignalingMessageTests.messages[0].text(in: CallID(rawValue: 17)),
            as: UTF8.self)
        let interest = "a=x-interest:music\r\n"
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
        let body = parts[1] + interest
        let longer =
            "VOICEMEET/1 offer\r\ncall: 17\r\nlength: \(body.utf8.count)\r\n\r\n" + body
        let more = text.replacing("call: 17\r\n", with: "call: 17\r\nuser: 7\r\n")
        for talkative in [longer, more] {
            #expect(throws: Never.self) { try SignalingMessage.parse(Array(talkative.utf8)) }
            #expect(!SignalingMessage.holdsListedFieldsOnly(Array(talkative.utf8)))
        }
        #expect(!SignalingMessage.holdsListedFieldsOnly(Array("hello".utf8)))
    }
}
