import COpenSSL

extension UnsafeMutableRawBufferPointer {
    /// Overwrites the bytes with zeros, which no optimiser leaves out because nobody reads them again.
    public func cleanse() { OPENSSL_cleanse(baseAddress, count) }
}
