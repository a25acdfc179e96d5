#ifndef CMEDIASHIM_PACKET_CIPHERS_H
#define CMEDIASHIM_PACKET_CIPHERS_H

#include <stdint.h>

/// Initialises libsrtp2 and replaces its AES-CM, AES-GCM and HMAC-SHA1 by OpenSSL's, which makes
/// packets several times cheaper and sessions small; the bytes are the same. Acts once per
/// process, any number of threads may call. Returns srtp_err_status_ok (0) or what went wrong.
int32_t media_srtp_initialize(void);

#endif
