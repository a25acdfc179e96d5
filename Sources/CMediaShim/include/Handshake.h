#ifndef CMEDIASHIM_HANDSHAKE_H
#define CMEDIASHIM_HANDSHAKE_H

#include <stddef.h>
#include <stdint.h>

// DTLS 1.2 (RFC 6347) with use_srtp (RFC 5764) over OpenSSL, without sockets and without a clock:
// datagrams go in and out by copy, and the retransmission timer is only reported.
//
// Every function here may draw random bytes: call them inside a source that is entered.

/// Bytes of a SHA-256 certificate fingerprint (RFC 8122 §5).
#define MEDIA_FINGERPRINT_BYTES 32

/// A key pair on P-256 with its self-signed certificate.
typedef struct media_certificate media_certificate;

/// A fresh key pair and certificate, its fingerprint written to `fingerprint`; null on failure.
media_certificate *media_certificate_new(uint8_t fingerprint[MEDIA_FINGERPRINT_BYTES]);
/// Frees the certificate and cleanses its private key; associations keep what they use alive.
void media_certificate_free(media_certificate *certificate);

/// One end of a DTLS association.
typedef struct media_dtls media_dtls;

typedef struct {
    /// 1 to open the handshake, 0 to answer it.
    int32_t is_client;
    /// What this end shows; kept alive by the association.
    const media_certificate *certificate;
    /// MEDIA_FINGERPRINT_BYTES that the other end's certificate must hash to; copied.
    const uint8_t *peer_fingerprint;
    /// SRTP protection profiles in order of preference, in OpenSSL's spelling.
    const char *profiles;
    /// Key exchange groups in order of preference, in OpenSSL's spelling.
    const char *groups;
    /// First retransmission timeout, in microseconds; it doubles up to the maximum.
    uint32_t first_timeout;
    /// Longest retransmission timeout, in microseconds.
    uint32_t maximum_timeout;
    /// UDP payload bytes that a datagram may have.
    uint32_t maximum_transmission_unit;
    /// 1 for a server that sends a HelloVerifyRequest first, else 0.
    int32_t verifies_hello;
} media_dtls_settings;

typedef enum {
    MEDIA_DTLS_HANDSHAKING,
    MEDIA_DTLS_CONNECTED,
    MEDIA_DTLS_FAILED,
} media_dtls_progress;

typedef enum {
    MEDIA_DTLS_NO_FAILURE,
    /// The peer's certificate does not hash to the expected fingerprint.
    MEDIA_DTLS_FINGERPRINT_MISMATCH,
    /// The peer sent a fatal alert; the code is its description (RFC 5246 §7.2).
    MEDIA_DTLS_ALERT_RECEIVED,
    /// Every retransmission went unanswered.
    MEDIA_DTLS_TIMED_OUT,
    /// The two ends share no SRTP protection profile.
    MEDIA_DTLS_NO_COMMON_PROFILE,
    /// The peer broke the protocol; the code is OpenSSL's reason.
    MEDIA_DTLS_PROTOCOL_VIOLATION,
} media_dtls_failure;

/// A new end that has not sent anything; null when OpenSSL refuses the settings.
media_dtls *media_dtls_new(const media_dtls_settings *settings);
/// Frees everything and cleanses the keys.
void media_dtls_free(media_dtls *dtls);

/// Opens the handshake, or waits for it to be opened.
media_dtls_progress media_dtls_start(media_dtls *dtls);
/// Takes in one datagram from the peer.
media_dtls_progress media_dtls_receive(media_dtls *dtls, const uint8_t *bytes, size_t count);
/// The retransmission timer has fired.
media_dtls_progress media_dtls_expire(media_dtls *dtls);

/// Why the association failed, and the code that goes with the reason.
media_dtls_failure media_dtls_get_failure(const media_dtls *dtls, uint32_t *code);
/// The microseconds after which the timer last set fires, 0 when none is set. `generation`
/// changes whenever the timer is set or stopped.
uint32_t media_dtls_get_timeout(const media_dtls *dtls, uint64_t *generation);
/// Bytes of the oldest datagram waiting to be sent, 0 when there is none.
size_t media_dtls_waiting_bytes(const media_dtls *dtls);
/// Moves the oldest waiting datagram into `buffer`, which holds at least its bytes.
void media_dtls_take_waiting(media_dtls *dtls, uint8_t *buffer);
/// The number of the negotiated SRTP protection profile (RFC 5764 §4.1.2), 0 when there is none.
uint32_t media_dtls_get_profile(const media_dtls *dtls);
/// Writes `count` bytes of SRTP keying material (RFC 5764 §4.2); 1 on success.
int32_t media_dtls_export_keys(media_dtls *dtls, uint8_t *material, size_t count);

#endif
