#include "Internal.h"

#include <openssl/err.h>
#include <openssl/rand.h>

// The validity has nothing to verify: peers check the fingerprint alone (RFC 8122 §5). It is
// fixed because a wall clock would make the certificate's bytes differ from run to run.
static const char valid_from[] = "20200101000000Z";
static const char valid_until[] = "20491231235959Z";
static const char common_name[] = "VoiceMeet";

enum { SERIAL_BYTES = 16 };

static int set_serial(X509 *certificate) {
    uint8_t bytes[SERIAL_BYTES];
    if (RAND_bytes(bytes, sizeof bytes) != 1) {
        return 0;
    }
    bytes[0] &= 0x7F;  // a serial number is a positive integer (RFC 5280 §4.1.2.2)
    bytes[0] |= 0x40;  // and of one length, so that certificates have one length
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    int ok = number != NULL
        && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return ok;
}

static int fill_in(X509 *certificate, EVP_PKEY *key) {
    X509_NAME *name = X509_get_subject_name(certificate);
    return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate)
        && ASN1_TIME_set_string(X509_getm_notBefore(certificate), valid_from) == 1
        && ASN1_TIME_set_string(X509_getm_notAfter(certificate), valid_until) == 1
        && X509_NAME_add_entry_by_txt(
               name, "CN", MBSTRING_ASC, (const unsigned char *)common_name, -1, -1, 0)
               == 1
        && X509_set_issuer_name(certificate, name) == 1
        && X509_set_pubkey(certificate, key) == 1
        && X509_sign(certificate, key, EVP_sha256()) > 0;
}

media_certificate *media_certificate_new(uint8_t fingerprint[MEDIA_FINGERPRINT_BYTES]) {
    media_random_install();
    media_elliptic_keys_install();
    ERR_clear_error();
    media_certificate *made = OPENSSL_zalloc(sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    unsigned int count = 0;
    made->key = media_elliptic_key_new();
    made->certificate = X509_new();
    if (made->key == NULL || made->certificate == NULL || !fill_in(made->certificate, made->key)
        || X509_digest(made->certificate, EVP_sha256(), fingerprint, &count) != 1
        || count != MEDIA_FINGERPRINT_BYTES) {
        media_certificate_free(made);
        return NULL;
    }
    return made;
}

void media_certificate_free(media_certificate *certificate) {
    if (certificate == NULL) {
        return;
    }
    X509_free(certificate->certificate);
    EVP_PKEY_free(certificate->key);
    OPENSSL_free(certificate);
}
