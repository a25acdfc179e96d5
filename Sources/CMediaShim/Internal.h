#ifndef CMEDIASHIM_INTERNAL_H
#define CMEDIASHIM_INTERNAL_H

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/time.h>

#include "CMediaShim.h"

/// Installs the random method, once per process.
void media_random_install(void);

/// Makes OpenSSL read P-256 keys the short way, once per process.
void media_elliptic_keys_install(void);
/// A fresh key pair on P-256; null on failure.
EVP_PKEY *media_elliptic_key_new(void);

/// The number of the cipher that is being made for a session: that of RTP is 0, that of RTCP, which
/// has a packet every few seconds, is 1, then comes the one that derives the keys; -1 outside.
int media_places_next_cipher(void);
/// Notes the places of RTP's cipher and of its context.
void media_places_note_cipher(
    const void *cipher, size_t count, const void *context, size_t context_count);
/// Notes the place of an authenticator if it is RTP's, which is the first.
void media_places_note_authenticator(const void *authenticator, size_t count);

struct media_certificate {
    X509 *certificate;
    EVP_PKEY *key;
};

/// A datagram waiting to be sent.
typedef struct media_datagram {
    struct media_datagram *next;
    size_t count;
    uint8_t bytes[];
} media_datagram;

/// Bytes of a cookie and of the secret that makes it (RFC 6347 §4.2.1 allows up to 255).
#define MEDIA_COOKIE_BYTES 32

struct media_dtls {
    SSL *ssl;
    uint8_t peer_fingerprint[MEDIA_FINGERPRINT_BYTES];
    uint32_t first_timeout;
    uint32_t maximum_timeout;
    uint32_t maximum_transmission_unit;

    // The datagram being taken in; borrowed from the caller for the length of one call.
    const uint8_t *incoming;
    size_t incoming_count;

    media_datagram *first_waiting;
    media_datagram *last_waiting;
    size_t waiting;

    // The timer: OpenSSL's own expiry time, how long it was set for, and which setting it is.
    struct timeval *expiry;
    uint32_t timeout;
    uint64_t timer_generation;

    // What cookies are made with, drawn for this association; unused without verification.
    uint8_t cookie_secret[MEDIA_COOKIE_BYTES];

    int fingerprint_mismatch;
    media_dtls_failure failure;
    uint32_t failure_code;
};

/// A BIO that reads the incoming datagram of `dtls` and queues what is written; null when out of
/// memory.
BIO *media_datagram_bio(struct media_dtls *dtls);
/// Makes the type of such BIOs, once per process; 1 on success.
int media_datagram_bio_install(void);

#endif
