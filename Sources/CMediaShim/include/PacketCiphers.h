#ifndef CMEDIASHIM_PACKET_CIPHERS_H
#define CMEDIASHIM_PACKET_CIPHERS_H

#include <stddef.h>
#include <stdint.h>

/// Initialises libsrtp2 with the ciphers it came with. Acts once per process, as it must, because
/// libsrtp2 refuses a second time. Returns srtp_err_status_ok (0) or what went wrong.
int32_t media_srtp_initialize_library(void);

/// Initialises libsrtp2 and replaces its AES-CM, AES-GCM and HMAC-SHA1 by OpenSSL's, which makes
/// packets several times cheaper and sessions small; the bytes are the same. Acts once per
/// process, any number of threads may call. Returns srtp_err_status_ok (0) or what went wrong.
int32_t media_srtp_initialize(void);

/// Is told of a key of AES that a session uses; what it keeps it must disguise.
typedef void (*media_srtp_key_witness)(const uint8_t *key, size_t count);

/// For tests that look for keys in the memory of calls that have ended: has `told` hear of every
/// key from now on, or nobody if it is null. Returns 1 in a debug build; any other has no
/// witnesses, and returns 0.
int32_t media_srtp_set_key_witness(media_srtp_key_witness told);

struct srtp_cipher_type_t;
struct srtp_auth_type_t;

/// The AES-CM that replaces the library's own; usable after initialisation.
const struct srtp_cipher_type_t *media_srtp_counter_cipher(void);
/// The AES-GCM that replaces the library's own; usable after initialisation.
const struct srtp_cipher_type_t *media_srtp_galois_cipher(void);
/// The HMAC-SHA1 that replaces the library's own.
const struct srtp_auth_type_t *media_srtp_authenticator(void);

#endif
