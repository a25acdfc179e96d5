// SRTP by libsrtp2: as Debian builds it, over NSS, or, with OPENSSL_TYPES, with the project's own
// cipher and authentication types over OpenSSL put in through the library's public interface.
#include "security.h"

#include "common.h"
#include <srtp2/srtp.h>
#ifdef OPENSSL_TYPES
#include "PacketCiphers.h"
#endif

struct security {
    srtp_t session;
};

void security_start(void) {
#ifdef OPENSSL_TYPES
    require(media_srtp_initialize() == 0, "libsrtp2 does not start");
#else
    require(srtp_init() == srtp_err_status_ok, "libsrtp2 does not start");
#endif
}

security *security_new(srtp_profile profile, const uint8_t *key, uint32_t source, int sends) {
    (void)source;
    srtp_policy_t policy = {0};
    if (profile == GCM) {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    } else {
        srtp_crypto_policy_set_rtp_default(&policy.rtp);
        srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
    }
    policy.ssrc.type = sends ? ssrc_any_outbound : ssrc_any_inbound;
    policy.window_size = 128;
    policy.key = (unsigned char *)key;
    security *made = room(1, sizeof *made);
    require(srtp_create(&made->session, &policy) == srtp_err_status_ok, "no session");
    return made;
}

int security_protect(security *s, uint8_t *packet, int count) {
    return srtp_protect(s->session, packet, &count) == srtp_err_status_ok ? count : -1;
}

int security_unprotect(security *s, uint8_t *packet, int count) {
    return srtp_unprotect(s->session, packet, &count) == srtp_err_status_ok ? count : -1;
}
