// The older interface to elliptic curves is deprecated in favour of providers. Those write a public
// key by looking for an encoder among all that OpenSSL has, and read one by trying its decoders:
// in OpenSSL 3.0 more than half of the cost of a certificate and a third of that of a handshake.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "Internal.h"

#include <openssl/ec.h>
#include <openssl/engine.h>
#include <pthread.h>

EVP_PKEY *media_elliptic_key_new(void) {
    EC_KEY *key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
    EVP_PKEY *made = EVP_PKEY_new();
    if (key == NULL || made == NULL || EC_KEY_generate_key(key) != 1
        || EVP_PKEY_assign_EC_KEY(made, key) != 1) {
        EC_KEY_free(key);
        EVP_PKEY_free(made);
        return NULL;
    }
    return made;
}

// ---- reading keys -------------------------------------------------------------------------------

// OpenSSL asks its providers to decode the key of a peer's certificate unless an engine has claimed
// that kind of key. This engine claims elliptic curves and answers with OpenSSL's own methods, so
// nothing but the way to them changes.
static int methods(ENGINE *asked, EVP_PKEY_METHOD **method, const int **kinds, int kind) {
    (void)asked;
    static const int claimed[] = {EVP_PKEY_EC};
    if (method == NULL) {
        *kinds = claimed;
        return sizeof claimed / sizeof claimed[0];
    }
    // OpenSSL only reads what it is given here.
    *method = kind == EVP_PKEY_EC ? (EVP_PKEY_METHOD *)EVP_PKEY_meth_find(kind) : NULL;
    return *method != NULL;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

// OpenSSL's table of claims does not keep the engine, so it is never freed.
static ENGINE *engine;

// Without the engine everything works as well, only more slowly.
static void install(void) {
    engine = ENGINE_new();
    if (engine == NULL) {
        return;
    }
    if (ENGINE_set_id(engine, "short-way-to-elliptic-keys") == 1
        && ENGINE_set_name(engine, "OpenSSL's elliptic curves without decoders") == 1
        && ENGINE_set_pkey_meths(engine, methods) == 1) {
        ENGINE_register_pkey_meths(engine);
    }
}

void media_elliptic_keys_install(void) {
    pthread_once(&once, install);
}
