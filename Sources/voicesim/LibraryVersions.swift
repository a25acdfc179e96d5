import COpenSSL
import COpus
import CSRTP
import Results

/// The versions of the libraries that results depend on, as they say themselves.
enum LibraryVersions {
    static var all: [RunDocument.Library] {
        [
            RunDocument.Library(
                name: "libopus", version: String(cString: opus_get_version_string())),
            RunDocument.Library(
                name: "libsrtp", version: String(cString: srtp_get_version_string())),
            RunDocument.Library(name: "openssl", version: String(cString: OpenSSL_version(0))),
        ]
    }
}
