// The DTLS handshake of a call as a plain C loop over OpenSSL with memory BIOs, for
// `voicesim bench media`: two fresh certificates, mutual authentication by fingerprint, keys for
// SRTP exported on both sides. Versions, suites, groups and profiles are those of a call.
//
// usage: media_handshake; prints `ready`, then for each line with a number of handshakes the CPU ns
// of each, both sides together.
#include "common.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

static SSL_CTX *context;

// One end.
typedef struct {
    EVP_PKEY *key;
    X509 *certificate;
    uint8_t fingerprint[32], expected[32];
    SSL *ssl;
} end;

static int verify(X509_STORE_CTX *store, void *unused) {
    (void)unused;
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    const end *self = SSL_get_app_data(ssl);
    uint8_t digest[32];
    return X509_digest(X509_STORE_CTX_get0_cert(store), EVP_sha256(), digest, NULL) == 1
        && CRYPTO_memcmp(digest, self->expected, sizeof digest) == 0;
}

static void make_context(void) {
    context = SSL_CTX_new(DTLS_method());
    require(context != NULL, "no context");
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(context, verify, NULL);
    SSL_CTX_set_max_send_fragment(context, 1200);
    require(SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1
            && SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-GCM-SHA256") == 1
            && SSL_CTX_set1_sigalgs_list(context, "ECDSA+SHA256") == 1
            && SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1
            && SSL_CTX_set_tlsext_use_srtp(
                   context, "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80") == 0, "no settings");
}

static void certify(end *self) {
    uint64_t serial;
    self->key = EVP_EC_gen("P-256");
    X509 *made = self->certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(made);
    RAND_bytes((unsigned char *)&serial, sizeof serial);
    require(X509_set_version(made, 2) == 1
            && ASN1_INTEGER_set_uint64(X509_get_serialNumber(made), serial) == 1
            && ASN1_TIME_set_string(X509_getm_notBefore(made), "20200101000000Z") == 1
            && ASN1_TIME_set_string(X509_getm_notAfter(made), "20491231235959Z") == 1
            && X509_NAME_add_entry_by_txt(
                   name, "CN", MBSTRING_ASC, (const unsigned char *)"rival", -1, -1, 0) == 1
            && X509_set_issuer_name(made, name) == 1 && X509_set_pubkey(made, self->key) == 1
            && X509_sign(made, self->key, EVP_sha256()) > 0
            && X509_digest(made, EVP_sha256(), self->fingerprint, NULL) == 1, "no certificate");
}

static void open_end(end *self, const end *other, int is_client) {
    memcpy(self->expected, other->fingerprint, sizeof self->expected);
    self->ssl = SSL_new(context);
    SSL_set_app_data(self->ssl, self);
    SSL_set_bio(self->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_mtu(self->ssl, 1200);
    require(SSL_use_certificate(self->ssl, self->certificate) == 1
            && SSL_use_PrivateKey(self->ssl, self->key) == 1, "no key");
    if (is_client) SSL_set_connect_state(self->ssl);
    else SSL_set_accept_state(self->ssl);
}

// What `from` has to say goes to `to`; a copy each way, as through a network.
static void deliver(end *from, end *to) {
    uint8_t flight[4096];
    for (int count; (count = BIO_read(SSL_get_wbio(from->ssl), flight, sizeof flight)) > 0;)
        BIO_write(SSL_get_rbio(to->ssl), flight, count);
}

static int advance(end *self) {
    ERR_clear_error();
    return SSL_do_handshake(self->ssl) == 1;
}

static void close_end(end *self) {
    SSL_free(self->ssl);
    X509_free(self->certificate);
    EVP_PKEY_free(self->key);
}

static void handshake(void) {
    static const char label[] = "EXTRACTOR-dtls_srtp";
    end client, server;
    uint8_t keys[2][56];
    certify(&client);
    certify(&server);
    open_end(&client, &server, 1);
    open_end(&server, &client, 0);
    int done = 0;
    for (int flights = 0; !done && flights < 8; flights++) {
        int first = advance(&client);
        deliver(&client, &server);
        int second = advance(&server);
        deliver(&server, &client);
        done = first && second;
    }
    require(done && SSL_get_selected_srtp_profile(client.ssl) != NULL, "no handshake");
    end *ends[2] = {&client, &server};
    for (int i = 0; i < 2; i++)
        require(SSL_export_keying_material(ends[i]->ssl, keys[i], sizeof keys[i], label,
                    sizeof label - 1, NULL, 0, 0) == 1, "no keys");
    require(memcmp(keys[0], keys[1], sizeof keys[0]) == 0, "different keys");
    OPENSSL_cleanse(keys, sizeof keys);
    close_end(&client);
    close_end(&server);
}

static double handshakes(size_t operations) {
    double start = cpu();
    for (size_t i = 0; i < operations; i++) handshake();
    return (cpu() - start) / (double)operations;
}

int main(void) {
    make_context();
    handshake();
    return serve(handshakes);
}
