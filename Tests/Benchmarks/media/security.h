// SRTP as the C rivals do it: by hand over OpenSSL (evp.c) or by libsrtp2 (srtp.c).
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef enum { CM_SHA1, GCM } srtp_profile;

// Bytes that protection adds to an RTP packet.
static inline int overhead(srtp_profile profile) { return profile == GCM ? 16 : 10; }

// One direction of one stream.
typedef struct security security;

void security_start(void);
// `key` is a master key of 16 bytes and its salt, 12 bytes (GCM) or 14.
security *security_new(srtp_profile profile, const uint8_t *key, uint32_t source, int sends);
// Both work in place and return the new length, or -1.
int security_protect(security *session, uint8_t *packet, int count);
int security_unprotect(security *session, uint8_t *packet, int count);
