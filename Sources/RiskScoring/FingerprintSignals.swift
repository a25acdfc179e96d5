/// What a browser shows of the device it runs on: the signals that a device identifier is derived from.
///
/// They leave the peer only to be hashed under a rotating key; nothing stores them.
public struct FingerprintSignals: Hashable, Sendable, BitwiseCopyable {
    /// Browser family (upper six bits) and major version (lower ten).
    public var browser: UInt16
    /// Operating system and its major version.
    public var platform: UInt16
    /// The browser's preferred languages, a number.
    public var languages: UInt16
    /// Minutes that local time is ahead of UTC.
    public var timeZone: Int16
    /// Screen width in CSS pixels.
    public var screenWidth: UInt16
    /// Screen height in CSS pixels.
    public var screenHeight: UInt16
    /// Device pixels per CSS pixel, in hundredths.
    public var pixelRatio: UInt16
    /// Logical processors as reported.
    public var processors: UInt8
    /// Simultaneous touch points.
    public var touchPoints: UInt8
    /// Digest of a rendered two-dimensional canvas.
    public var canvas: UInt64
    /// Digest of the WebGL renderer and its limits.
    public var graphics: UInt64
    /// Digest of an audio graph's output.
    public var audio: UInt64
    /// Digest of the measured fonts.
    public var fonts: UInt64

    /// Signals with the given values.
    public init(
        browser: UInt16, platform: UInt16, languages: UInt16, timeZone: Int16, screenWidth: UInt16,
        screenHeight: UInt16, pixelRatio: UInt16, processors: UInt8, touchPoints: UInt8,
        canvas: UInt64, graphics: UInt64, audio: UInt64, fonts: UInt64
    ) {
        self.browser = browser
        self.platform = platform
        self.languages = languages
        self.timeZone = timeZone
        self.screenWidth = screenWidth
        self.screenHeight = screenHeight
        self.pixelRatio = pixelRatio
        self.processors = processors
        self.touchPoints = touchPoints
        self.canvas = canvas
        self.graphics = graphics
        self.audio = audio
        self.fonts = fonts
    }

    /// Length of ``canonicalBytes``: with the hash's own padding it fills one block of SHA-256.
    public static var byteCount: Int { 49 }

    /// The one way to write these signals as bytes: a version octet, then every field in order of
    /// declaration, big-endian and of fixed width, so that different signals never give the same bytes.
    public var canonicalBytes: [UInt8] { withCanonicalBytes { Array($0) } }

    /// What `body` makes of the ``canonicalBytes``, which lie on the stack while it runs.
    func withCanonicalBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        var words = (UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        return withUnsafeMutableBytes(of: &words) { bytes in
            bytes[0] = 1
            bytes.put(browser, at: 1)
            bytes.put(platform, at: 3)
            bytes.put(languages, at: 5)
            bytes.put(UInt16(bitPattern: timeZone), at: 7)
            bytes.put(screenWidth, at: 9)
            bytes.put(screenHeight, at: 11)
            bytes.put(pixelRatio, at: 13)
            bytes[15] = processors
            bytes[16] = touchPoints
            bytes.put(canvas, at: 17)
            bytes.put(graphics, at: 25)
            bytes.put(audio, at: 33)
            bytes.put(fonts, at: 41)
            return body(UnsafeRawBufferPointer(rebasing: bytes[..<Self.byteCount]))
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Writes `value` big-endian.
    fileprivate func put(_ value: UInt16, at offset: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
    }

    /// Writes `value` big-endian.
    fileprivate func put(_ value: UInt64, at offset: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt64.self)
    }
}
