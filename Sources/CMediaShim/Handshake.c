#include "Internal.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/srtp.h>
#include <pthread.h>
#include <string.h>

// The timer works by rewriting OpenSSL's own expiry time through the pointer that it hands to the
// BIO. From OpenSSL 3.2 on the BIO gets a copy instead, and handshakes would fall back on the wall
// clock without anybody noticing.
#if OPENSSL_VERSION_NUMBER < 0x30000000L || OPENSSL_VERSION_NUMBER >= 0x30200000L
#error "virtual time in DTLS needs OpenSSL 3.0 or 3.1"
#endif

static pthread_once_t once = PTHREAD_ONCE_INIT;
static SSL_CTX *shared_context;

// RFC 8827 §6.5 requires this suite with P-256; both ends of a call are ours.
static const char cipher_suites[] = "ECDHE-ECDSA-AES128-GCM-SHA256";
static const char signature_algorithms[] = "ECDSA+SHA256";
static const char exporter_label[] = "EXTRACTOR-dtls_srtp";  // RFC 5764 §4.2

// The whole verification: RFC 8827 §6.5 has no certification authority, only the fingerprint.
static int verify_fingerprint(X509_STORE_CTX *store, void *argument) {
    (void)argument;
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct media_dtls *dtls = SSL_get_app_data(ssl);
    X509 *certificate = X509_STORE_CTX_get0_cert(store);
    uint8_t fingerprint[EVP_MAX_MD_SIZE];
    unsigned int count = 0;
    if (certificate != NULL && X509_digest(certificate, EVP_sha256(), fingerprint, &count) == 1
        && count == MEDIA_FINGERPRINT_BYTES
        && CRYPTO_memcmp(fingerprint, dtls->peer_fingerprint, MEDIA_FINGERPRINT_BYTES) == 0) {
        return 1;
    }
    dtls->fingerprint_mismatch = 1;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return 0;
}

static unsigned int next_timeout(SSL *ssl, unsigned int former) {
    struct media_dtls *dtls = SSL_get_app_data(ssl);
    if (former == 0) {
        dtls->timeout = dtls->first_timeout;
    } else if (former > dtls->maximum_timeout / 2) {
        dtls->timeout = dtls->maximum_timeout;
    } else {
        dtls->timeout = 2 * former;
    }
    return dtls->timeout;
}

// A cookie is a code over what is known of the client before it has said anything, so checking it
// needs no memory of the first ClientHello (RFC 6347 §4.2.1). An association serves one address
// already; in the place of the address stands the certificate that is expected there.
static int make_cookie(SSL *ssl, unsigned char *cookie, unsigned int *count) {
    struct media_dtls *dtls = SSL_get_app_data(ssl);
    return HMAC(
               EVP_sha256(), dtls->cookie_secret, sizeof dtls->cookie_secret,
               dtls->peer_fingerprint, sizeof dtls->peer_fingerprint, cookie, count)
        != NULL;
}

static int check_cookie(SSL *ssl, const unsigned char *cookie, unsigned int count) {
    uint8_t expected[EVP_MAX_MD_SIZE];
    unsigned int expected_count = 0;
    return make_cookie(ssl, expected, &expected_count) && count == expected_count
        && CRYPTO_memcmp(cookie, expected, count) == 0;
}

// A context draws keys for session tickets and cookies when it is made. Both are switched off, so
// the draws are given to no connection and a constant will do.
static void fill_with_constant(void *context, uint8_t *bytes, size_t count) {
    (void)context;
    memset(bytes, 0xA5, count);
}

static SSL_CTX *make_context(void) {
    SSL_CTX *context = SSL_CTX_new(DTLS_method());
    if (context == NULL) {
        return NULL;
    }
    SSL_CTX_set_options(
        context, SSL_OP_NO_TICKET | SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(context, verify_fingerprint, NULL);
    SSL_CTX_set_cookie_generate_cb(context, make_cookie);
    SSL_CTX_set_cookie_verify_cb(context, check_cookie);
    if (SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) != 1
        || SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) != 1
        || SSL_CTX_set_cipher_list(context, cipher_suites) != 1
        || SSL_CTX_set1_sigalgs_list(context, signature_algorithms) != 1) {
        SSL_CTX_free(context);
        return NULL;
    }
    return context;
}

static void initialize(void) {
    media_random_install();
    media_elliptic_keys_install();
    media_random_source former =
        media_random_enter((media_random_source){.fill = fill_with_constant});
    if (media_datagram_bio_install()) {
        shared_context = make_context();
    }
    media_random_enter(former);
}

// Of a record's content; OpenSSL takes nothing below. Datagrams are held down by their own limit.
static long longest_fragment(const media_dtls_settings *settings) {
    const long least = 512;
    long limit = (long)settings->maximum_transmission_unit;
    return limit < least ? least : limit;
}

static int configure(struct media_dtls *dtls, const media_dtls_settings *settings) {
    SSL *ssl = dtls->ssl;
    SSL_set_app_data(ssl, dtls);
    DTLS_set_timer_cb(ssl, next_timeout);
    BIO *bio = media_datagram_bio(dtls);
    if (bio == NULL) {
        return 0;
    }
    SSL_set_bio(ssl, bio, bio);
    // SSL_set_tlsext_use_srtp is the one that returns 0 on success.
    if (SSL_use_certificate(ssl, settings->certificate->certificate) != 1
        || SSL_use_PrivateKey(ssl, settings->certificate->key) != 1
        || SSL_set_tlsext_use_srtp(ssl, settings->profiles) != 0
        || SSL_set1_groups_list(ssl, settings->groups) != 1
        || SSL_set_max_send_fragment(ssl, longest_fragment(settings)) != 1) {
        return 0;
    }
    if (settings->verifies_hello) {
        if (RAND_bytes(dtls->cookie_secret, sizeof dtls->cookie_secret) != 1) {
            return 0;
        }
        SSL_set_options(ssl, SSL_OP_COOKIE_EXCHANGE);
    }
    SSL_set_mtu(ssl, settings->maximum_transmission_unit);
    if (settings->is_client) {
        SSL_set_connect_state(ssl);
    } else {
        SSL_set_accept_state(ssl);
    }
    return 1;
}

media_dtls *media_dtls_new(const media_dtls_settings *settings) {
    pthread_once(&once, initialize);
    ERR_clear_error();
    struct media_dtls *dtls = OPENSSL_zalloc(sizeof *dtls);
    if (dtls == NULL) {
        return NULL;
    }
    memcpy(dtls->peer_fingerprint, settings->peer_fingerprint, MEDIA_FINGERPRINT_BYTES);
    dtls->first_timeout = settings->first_timeout;
    dtls->maximum_timeout = settings->maximum_timeout;
    dtls->maximum_transmission_unit = settings->maximum_transmission_unit;
    dtls->ssl = shared_context == NULL ? NULL : SSL_new(shared_context);
    if (dtls->ssl == NULL || !configure(dtls, settings)) {
        media_dtls_free(dtls);
        return NULL;
    }
    return dtls;
}

void media_dtls_free(media_dtls *dtls) {
    if (dtls == NULL) {
        return;
    }
    SSL_free(dtls->ssl);
    while (dtls->first_waiting != NULL) {
        media_datagram *next = dtls->first_waiting->next;
        OPENSSL_free(dtls->first_waiting);
        dtls->first_waiting = next;
    }
    OPENSSL_clear_free(dtls, sizeof *dtls);
}

static media_dtls_progress fail(struct media_dtls *dtls) {
    unsigned long error = ERR_peek_error();
    int reason = ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) : 0;
    if (dtls->fingerprint_mismatch) {
        dtls->failure = MEDIA_DTLS_FINGERPRINT_MISMATCH;
    } else if (reason == SSL_R_READ_TIMEOUT_EXPIRED) {
        dtls->failure = MEDIA_DTLS_TIMED_OUT;
    } else if (reason >= SSL_AD_REASON_OFFSET) {
        dtls->failure = MEDIA_DTLS_ALERT_RECEIVED;
        dtls->failure_code = (uint32_t)(reason - SSL_AD_REASON_OFFSET);
    } else {
        dtls->failure = MEDIA_DTLS_PROTOCOL_VIOLATION;
        dtls->failure_code = (uint32_t)reason;
    }
    ERR_clear_error();
    return MEDIA_DTLS_FAILED;
}

// Once connected, reading serves only to answer a peer that repeats its last flight. Nothing is
// ever said over the association itself, so what is read is dropped.
static void drain(struct media_dtls *dtls) {
    uint8_t ignored[256];
    while (SSL_read(dtls->ssl, ignored, sizeof ignored) > 0) {
    }
    ERR_clear_error();
}

static media_dtls_progress advance(struct media_dtls *dtls) {
    if (dtls->failure != MEDIA_DTLS_NO_FAILURE) {
        return MEDIA_DTLS_FAILED;
    }
    ERR_clear_error();
    int result = SSL_do_handshake(dtls->ssl);
    if (result != 1) {
        if (SSL_get_error(dtls->ssl, result) == SSL_ERROR_WANT_READ) {
            return MEDIA_DTLS_HANDSHAKING;
        }
        return fail(dtls);
    }
    if (SSL_get_selected_srtp_profile(dtls->ssl) == NULL) {
        dtls->failure = MEDIA_DTLS_NO_COMMON_PROFILE;
        return MEDIA_DTLS_FAILED;
    }
    drain(dtls);
    return MEDIA_DTLS_CONNECTED;
}

media_dtls_progress media_dtls_start(media_dtls *dtls) {
    return advance(dtls);
}

media_dtls_progress media_dtls_receive(media_dtls *dtls, const uint8_t *bytes, size_t count) {
    dtls->incoming = bytes;
    dtls->incoming_count = count;
    media_dtls_progress progress = advance(dtls);
    dtls->incoming = NULL;
    dtls->incoming_count = 0;
    return progress;
}

media_dtls_progress media_dtls_expire(media_dtls *dtls) {
    if (dtls->failure != MEDIA_DTLS_NO_FAILURE) {
        return MEDIA_DTLS_FAILED;
    }
    if (dtls->expiry != NULL) {
        // One second into 1970 is past, whatever the wall clock says.
        dtls->expiry->tv_sec = 1;
        dtls->expiry->tv_usec = 0;
        ERR_clear_error();
        if (DTLSv1_handle_timeout(dtls->ssl) < 0) {
            return fail(dtls);
        }
    }
    return SSL_is_init_finished(dtls->ssl) ? MEDIA_DTLS_CONNECTED : MEDIA_DTLS_HANDSHAKING;
}

media_dtls_failure media_dtls_get_failure(const media_dtls *dtls, uint32_t *code) {
    *code = dtls->failure_code;
    return dtls->failure;
}

uint32_t media_dtls_get_timeout(const media_dtls *dtls, uint64_t *generation) {
    *generation = dtls->timer_generation;
    return dtls->expiry == NULL ? 0 : dtls->timeout;
}

size_t media_dtls_waiting_bytes(const media_dtls *dtls) {
    return dtls->first_waiting == NULL ? 0 : dtls->first_waiting->count;
}

void media_dtls_take_waiting(media_dtls *dtls, uint8_t *buffer) {
    media_datagram *datagram = dtls->first_waiting;
    if (datagram == NULL) {
        return;
    }
    memcpy(buffer, datagram->bytes, datagram->count);
    dtls->first_waiting = datagram->next;
    if (datagram->next == NULL) {
        dtls->last_waiting = NULL;
    }
    dtls->waiting -= 1;
    OPENSSL_free(datagram);
}

uint32_t media_dtls_get_profile(const media_dtls *dtls) {
    const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(dtls->ssl);
    return profile == NULL ? 0 : (uint32_t)profile->id;
}

int32_t media_dtls_export_keys(media_dtls *dtls, uint8_t *material, size_t count) {
    ERR_clear_error();
    return SSL_export_keying_material(
               dtls->ssl, material, count, exporter_label, sizeof exporter_label - 1, NULL, 0, 0)
        == 1;
}
