extension SignalingMessage {
    /// Whether `text` is a message and holds nothing but fields of the ``FieldCensus``, each as clients of the platform
    /// write it: whether it is, byte for byte, how the message that it parses to is written.
    public static func holdsListedFieldsOnly(_ text: [UInt8]) -> Bool {
        guard let envelope = try? Envelope(text), let message = try? SignalingMessage(envelope)
        else { return false }
        return text
            == message.text(
                in: envelope.call, number: envelope.number,
                acknowledging: envelope.acknowledged)
    }
}
