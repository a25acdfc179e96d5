// The low-level SHA-1 functions are marked deprecated, yet they are the only ones whose state can
// be copied by value: the keyed inner and outer states are prepared once per key.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "Internal.h"
#include "include/KeyReleases.h"

#include <malloc.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdatomic.h>
#include <srtp2/auth.h>
#include <srtp2/cipher.h>
#include <stdlib.h>
#include <string.h>

// The library checks a replacement against its own known answers, which it exports without
// declaring them.
extern const srtp_cipher_test_case_t srtp_aes_icm_128_test_case_0;
extern const srtp_cipher_test_case_t srtp_aes_gcm_128_test_case_0;
extern const srtp_auth_test_case_t srtp_hmac_test_case_0;

enum {
    AES_128_KEY_BYTES = 16,
    AES_BLOCK_BYTES = 16,
    CM_SALT_BYTES = 14,
    GCM_SALT_BYTES = 12,
    GCM_IV_BYTES = 12,
    // RFC 7714 knows 16 bytes alone; the library's known answers also ask for its former 8.
    GCM_TAG_BYTES = 16,
    GCM_SHORT_TAG_BYTES = 8,
    SHA1_BLOCK_BYTES = 64,
};

// ---- who looks for keys --------------------------------------------------------------------------

#ifdef DEBUG
static _Atomic(media_srtp_key_witness) witness;

int32_t media_srtp_set_key_witness(media_srtp_key_witness told) {
    atomic_store(&witness, told);
    return 1;
}

static void tell_witness(const uint8_t *key, size_t count) {
    media_srtp_key_witness told = atomic_load(&witness);
    if (told != NULL) {
        told(key, count);
    }
}
#else
int32_t media_srtp_set_key_witness(media_srtp_key_witness told) {
    (void)told;
    return 0;
}

static inline void tell_witness(const uint8_t *key, size_t count) {
    (void)key;
    (void)count;
}
#endif

// ---- both ciphers -------------------------------------------------------------------------------

// OpenSSL's AES comes out of a provider. EVP would put a context of its own in front of the
// provider's, one more block of memory per cipher and more work per packet than a short packet's
// AES; so the provider's functions, which are a public interface (provider-cipher(7)), are called
// directly.
typedef struct {
    void *provider;
    OSSL_FUNC_cipher_newctx_fn *new_context;
    OSSL_FUNC_cipher_freectx_fn *free_context;
    OSSL_FUNC_cipher_encrypt_init_fn *begin_encryption;
    OSSL_FUNC_cipher_decrypt_init_fn *begin_decryption;
    OSSL_FUNC_cipher_cipher_fn *transform;
    OSSL_FUNC_cipher_final_fn *finish;
    OSSL_FUNC_cipher_get_ctx_params_fn *get_parameters;
    OSSL_FUNC_cipher_set_ctx_params_fn *set_parameters;
} provided_cipher;

static provided_cipher counter_mode;
static provided_cipher galois_mode;

// What the library sees of a cipher and what it needs for a packet, in one block.
typedef struct {
    srtp_cipher_t seen;
    void *context;
    const provided_cipher *functions;
    uint8_t salt[AES_BLOCK_BYTES];
    int tag_bytes;
    // A cipher that is used seldom has a context only while it works on a packet, and its key here.
    int is_seldom_used;
    uint8_t key[AES_128_KEY_BYTES];
} cipher_state;

static const srtp_cipher_type_t counter_type;
static const srtp_cipher_type_t galois_type;

static int open_context(cipher_state *state) {
    if (state->context == NULL) {
        state->context = state->functions->new_context(state->functions->provider);
    }
    return state->context != NULL;
}

// The provider cleanses what it frees.
static void close_context(cipher_state *state) {
    if (state->context != NULL) {
        state->functions->free_context(state->context);
        state->context = NULL;
    }
}

static void rest(cipher_state *state) {
    if (state->is_seldom_used) {
        close_context(state);
    }
}

// The key that a context has yet to be given, null when it has one already.
static const uint8_t *key_to_load(const cipher_state *state) {
    return state->is_seldom_used ? state->key : NULL;
}

static srtp_err_status_t cipher_alloc(
    srtp_cipher_pointer_t *made, const srtp_cipher_type_t *type, const provided_cipher *functions,
    int key_bytes, int tag_bytes) {
    cipher_state *state = calloc(1, sizeof *state);
    if (state == NULL) {
        return srtp_err_status_alloc_fail;
    }
    state->functions = functions;
    int number = media_places_next_cipher();
    state->is_seldom_used = number == 1;
    if (!state->is_seldom_used && !open_context(state)) {
        free(state);
        return srtp_err_status_alloc_fail;
    }
    state->tag_bytes = tag_bytes;
    state->seen.type = type;
    state->seen.state = state;
    state->seen.key_len = key_bytes;
    state->seen.algorithm = (int)type->id;
    if (number == 0) {
        // The key is kept for seldom used ones only.
        media_places_note_cipher(
            state, offsetof(cipher_state, key), state->context,
            malloc_usable_size(state->context));
    }
    *made = &state->seen;
    return srtp_err_status_ok;
}

static srtp_err_status_t cipher_dealloc(srtp_cipher_pointer_t cipher) {
    cipher_state *state = cipher->state;
    close_context(state);
    OPENSSL_cleanse(state, sizeof *state);
    media_key_releases_look(state, sizeof *state);
    free(state);
    return srtp_err_status_ok;
}

// ---- AES in counter mode (RFC 3711 §4.1.1) ------------------------------------------------------

static srtp_err_status_t counter_alloc(srtp_cipher_pointer_t *made, int key_bytes, int tag_bytes) {
    (void)tag_bytes;
    if (key_bytes != AES_128_KEY_BYTES + CM_SALT_BYTES) {
        return srtp_err_status_bad_param;
    }
    return cipher_alloc(made, &counter_type, &counter_mode, key_bytes, 0);
}

static srtp_err_status_t counter_init(void *opaque, const uint8_t *key) {
    cipher_state *state = opaque;
    tell_witness(key, AES_128_KEY_BYTES);
    memset(state->salt, 0, sizeof state->salt);
    memcpy(state->salt, key + AES_128_KEY_BYTES, CM_SALT_BYTES);
    if (state->is_seldom_used) {
        memcpy(state->key, key, AES_128_KEY_BYTES);
        return srtp_err_status_ok;
    }
    int ok = counter_mode.begin_encryption(
        state->context, key, AES_128_KEY_BYTES, NULL, 0, NULL);
    return ok == 1 ? srtp_err_status_ok : srtp_err_status_init_fail;
}

static srtp_err_status_t counter_set_iv(
    void *opaque, uint8_t *iv, srtp_cipher_direction_t direction) {
    (void)direction;
    cipher_state *state = opaque;
    uint8_t counter[AES_BLOCK_BYTES];
    for (int i = 0; i < AES_BLOCK_BYTES; i++) {
        counter[i] = state->salt[i] ^ iv[i];
    }
    int ok = open_context(state)
        && counter_mode.begin_encryption(
               state->context, key_to_load(state), AES_128_KEY_BYTES, counter, sizeof counter,
               NULL)
            == 1;
    return ok ? srtp_err_status_ok : srtp_err_status_cipher_fail;
}

// The library also asks for no bytes at all, before the packet, where other authenticators would
// want some of the key stream.
static srtp_err_status_t counter_crypt(void *opaque, uint8_t *buffer, unsigned int *count) {
    cipher_state *state = opaque;
    if (*count == 0) {
        return srtp_err_status_ok;
    }
    if (state->context == NULL) {
        return srtp_err_status_cipher_fail;
    }
    size_t done = 0;
    int ok = counter_mode.transform(state->context, buffer, &done, *count, buffer, *count);
    rest(state);
    return ok == 1 && done == *count ? srtp_err_status_ok : srtp_err_status_cipher_fail;
}

static const srtp_cipher_type_t counter_type = {
    .alloc = counter_alloc,
    .dealloc = cipher_dealloc,
    .init = counter_init,
    .encrypt = counter_crypt,
    .decrypt = counter_crypt,
    .set_iv = counter_set_iv,
    .description = "AES-128 counter mode by OpenSSL",
    .test_data = &srtp_aes_icm_128_test_case_0,
    .id = SRTP_AES_ICM_128,
};

// ---- AES in Galois/counter mode (RFC 7714) ------------------------------------------------------

static srtp_err_status_t galois_alloc(srtp_cipher_pointer_t *made, int key_bytes, int tag_bytes) {
    if (key_bytes != AES_128_KEY_BYTES + GCM_SALT_BYTES
        || (tag_bytes != GCM_TAG_BYTES && tag_bytes != GCM_SHORT_TAG_BYTES)) {
        return srtp_err_status_bad_param;
    }
    return cipher_alloc(made, &galois_type, &galois_mode, key_bytes, tag_bytes);
}

static srtp_err_status_t galois_init(void *opaque, const uint8_t *key) {
    cipher_state *state = opaque;
    tell_witness(key, AES_128_KEY_BYTES);
    if (state->is_seldom_used) {
        memcpy(state->key, key, AES_128_KEY_BYTES);
        return srtp_err_status_ok;
    }
    int ok = galois_mode.begin_encryption(
        state->context, key, AES_128_KEY_BYTES, NULL, 0, NULL);
    return ok == 1 ? srtp_err_status_ok : srtp_err_status_init_fail;
}

static srtp_err_status_t galois_set_iv(
    void *opaque, uint8_t *iv, srtp_cipher_direction_t direction) {
    cipher_state *state = opaque;
    if (!open_context(state)) {
        return srtp_err_status_alloc_fail;
    }
    const uint8_t *key = key_to_load(state);
    int ok = direction == srtp_direction_decrypt
        ? galois_mode.begin_decryption(
              state->context, key, AES_128_KEY_BYTES, iv, GCM_IV_BYTES, NULL)
        : galois_mode.begin_encryption(
              state->context, key, AES_128_KEY_BYTES, iv, GCM_IV_BYTES, NULL);
    return ok == 1 ? srtp_err_status_ok : srtp_err_status_cipher_fail;
}

static srtp_err_status_t galois_set_aad(void *opaque, const uint8_t *bytes, uint32_t count) {
    cipher_state *state = opaque;
    if (state->context == NULL) {
        return srtp_err_status_cipher_fail;
    }
    size_t done = 0;
    int ok = galois_mode.transform(state->context, NULL, &done, count, bytes, count);
    return ok == 1 ? srtp_err_status_ok : srtp_err_status_cipher_fail;
}

static srtp_err_status_t galois_encrypt(void *opaque, uint8_t *buffer, unsigned int *count) {
    cipher_state *state = opaque;
    if (*count == 0) {
        return srtp_err_status_ok;
    }
    if (state->context == NULL) {
        return srtp_err_status_cipher_fail;
    }
    size_t done = 0;
    int ok = galois_mode.transform(state->context, buffer, &done, *count, buffer, *count);
    return ok == 1 && done == *count ? srtp_err_status_ok : srtp_err_status_cipher_fail;
}

// Named as in EVP_CIPHER_CTX_ctrl's AEAD controls, which do the same.
static void tag_parameter(OSSL_PARAM parameters[2], uint8_t *tag, int count) {
    parameters[0] =
        OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag, (size_t)count);
    parameters[1] = OSSL_PARAM_construct_end();
}

static srtp_err_status_t galois_get_tag(void *opaque, uint8_t *tag, uint32_t *count) {
    cipher_state *state = opaque;
    if (state->context == NULL) {
        return srtp_err_status_cipher_fail;
    }
    OSSL_PARAM parameters[2];
    tag_parameter(parameters, tag, state->tag_bytes);
    uint8_t nothing[AES_BLOCK_BYTES];
    size_t done = 0;
    int ok = galois_mode.finish(state->context, nothing, &done, sizeof nothing) == 1
        && galois_mode.get_parameters(state->context, parameters) == 1;
    rest(state);
    *count = (uint32_t)state->tag_bytes;
    return ok ? srtp_err_status_ok : srtp_err_status_cipher_fail;
}

static srtp_err_status_t galois_decrypt(void *opaque, uint8_t *buffer, unsigned int *count) {
    cipher_state *state = opaque;
    if (*count < (unsigned int)state->tag_bytes) {
        return srtp_err_status_parse_err;
    }
    if (state->context == NULL) {
        return srtp_err_status_cipher_fail;
    }
    size_t text = *count - (unsigned int)state->tag_bytes;
    size_t done = 0;
    uint8_t nothing[AES_BLOCK_BYTES];
    OSSL_PARAM parameters[2];
    tag_parameter(parameters, buffer + text, state->tag_bytes);
    int ok = galois_mode.set_parameters(state->context, parameters) == 1
        && (text == 0
            || galois_mode.transform(state->context, buffer, &done, text, buffer, text) == 1)
        && galois_mode.finish(state->context, nothing, &done, sizeof nothing) == 1;
    rest(state);
    if (!ok) {
        return srtp_err_status_auth_fail;
    }
    *count = (unsigned int)text;
    return srtp_err_status_ok;
}

static const srtp_cipher_type_t galois_type = {
    .alloc = galois_alloc,
    .dealloc = cipher_dealloc,
    .init = galois_init,
    .set_aad = galois_set_aad,
    .encrypt = galois_encrypt,
    .decrypt = galois_decrypt,
    .set_iv = galois_set_iv,
    .get_tag = galois_get_tag,
    .description = "AES-128 Galois/counter mode by OpenSSL",
    .test_data = &srtp_aes_gcm_128_test_case_0,
    .id = SRTP_AES_GCM_128,
};

// ---- HMAC-SHA1 (RFC 2104) -----------------------------------------------------------------------

// SHA-1 after one block, which is all that a keyed state is.
typedef struct {
    SHA_LONG h0, h1, h2, h3, h4;
} mac_chain;

// What the library sees of an authenticator and its key, in one block.
typedef struct {
    srtp_auth_t seen;
    mac_chain inner;
    mac_chain outer;
} mac_state;

// The library computes one code from start to end without anything in between, so all of a
// thread's authenticators take turns in one working state, which stays in the cache.
static _Thread_local SHA_CTX running;

static const srtp_auth_type_t mac_type;

static srtp_err_status_t mac_alloc(srtp_auth_pointer_t *made, int key_bytes, int tag_bytes) {
    if (key_bytes > SHA1_BLOCK_BYTES || tag_bytes > SHA_DIGEST_LENGTH) {
        return srtp_err_status_bad_param;
    }
    mac_state *state = calloc(1, sizeof *state);
    if (state == NULL) {
        return srtp_err_status_alloc_fail;
    }
    state->seen.type = &mac_type;
    state->seen.state = state;
    state->seen.key_len = key_bytes;
    state->seen.out_len = tag_bytes;
    media_places_note_authenticator(state, sizeof *state);
    *made = &state->seen;
    return srtp_err_status_ok;
}

static srtp_err_status_t mac_dealloc(srtp_auth_pointer_t mac) {
    mac_state *state = mac->state;
    OPENSSL_cleanse(state, sizeof *state);
    OPENSSL_cleanse(&running, sizeof running);
    media_key_releases_look(state, sizeof *state);
    media_key_releases_look(&running, sizeof running);
    free(state);
    return srtp_err_status_ok;
}

static mac_chain absorb_key(const uint8_t *key, int key_bytes, uint8_t pad) {
    uint8_t block[SHA1_BLOCK_BYTES];
    memset(block, pad, sizeof block);
    for (int i = 0; i < key_bytes; i++) {
        block[i] ^= key[i];
    }
    SHA1_Init(&running);
    SHA1_Update(&running, block, sizeof block);
    OPENSSL_cleanse(block, sizeof block);
    return (mac_chain){running.h0, running.h1, running.h2, running.h3, running.h4};
}

static void resume(const mac_chain *chain) {
    running.h0 = chain->h0;
    running.h1 = chain->h1;
    running.h2 = chain->h2;
    running.h3 = chain->h3;
    running.h4 = chain->h4;
    running.Nl = 8 * SHA1_BLOCK_BYTES;
    running.Nh = 0;
    running.num = 0;
}

static srtp_err_status_t mac_init(void *opaque, const uint8_t *key, int key_bytes) {
    mac_state *state = opaque;
    if (key_bytes < 0 || key_bytes > SHA1_BLOCK_BYTES) {
        return srtp_err_status_bad_param;
    }
    state->inner = absorb_key(key, key_bytes, 0x36);
    state->outer = absorb_key(key, key_bytes, 0x5C);
    resume(&state->inner);
    return srtp_err_status_ok;
}

static srtp_err_status_t mac_start(void *opaque) {
    mac_state *state = opaque;
    resume(&state->inner);
    return srtp_err_status_ok;
}

static srtp_err_status_t mac_update(void *opaque, const uint8_t *bytes, int count) {
    (void)opaque;
    SHA1_Update(&running, bytes, (size_t)count);
    return srtp_err_status_ok;
}

static srtp_err_status_t mac_compute(
    void *opaque, const uint8_t *bytes, int count, int tag_bytes, uint8_t *tag) {
    mac_state *state = opaque;
    if (tag_bytes < 0 || tag_bytes > SHA_DIGEST_LENGTH) {
        return srtp_err_status_bad_param;
    }
    uint8_t digest[SHA_DIGEST_LENGTH];
    SHA1_Update(&running, bytes, (size_t)count);
    SHA1_Final(digest, &running);
    resume(&state->outer);
    SHA1_Update(&running, digest, sizeof digest);
    SHA1_Final(digest, &running);
    memcpy(tag, digest, (size_t)tag_bytes);
    return srtp_err_status_ok;
}

static const srtp_auth_type_t mac_type = {
    .alloc = mac_alloc,
    .dealloc = mac_dealloc,
    .init = mac_init,
    .compute = mac_compute,
    .update = mac_update,
    .start = mac_start,
    .description = "HMAC-SHA1 by OpenSSL",
    .test_data = &srtp_hmac_test_case_0,
    .id = SRTP_HMAC_SHA1,
};

// ---- installation -------------------------------------------------------------------------------

static pthread_once_t library_once = PTHREAD_ONCE_INIT;
static srtp_err_status_t library_outcome;
static pthread_once_t ciphers_once = PTHREAD_ONCE_INIT;
static srtp_err_status_t ciphers_outcome;

static void initialize_library(void) {
    library_outcome = srtp_init();
}

int32_t media_srtp_initialize_library(void) {
    pthread_once(&library_once, initialize_library);
    return (int32_t)library_outcome;
}

// Whether `names`, which stand between colons, begin with `name`.
static int is_called(const char *names, const char *name) {
    size_t count = strlen(name);
    return strncmp(names, name, count) == 0 && (names[count] == 0 || names[count] == ':');
}

static int take_functions(provided_cipher *cipher, const OSSL_DISPATCH *functions) {
    for (; functions->function_id != 0; functions++) {
        switch (functions->function_id) {
        case OSSL_FUNC_CIPHER_NEWCTX:
            cipher->new_context = OSSL_FUNC_cipher_newctx(functions);
            break;
        case OSSL_FUNC_CIPHER_FREECTX:
            cipher->free_context = OSSL_FUNC_cipher_freectx(functions);
            break;
        case OSSL_FUNC_CIPHER_ENCRYPT_INIT:
            cipher->begin_encryption = OSSL_FUNC_cipher_encrypt_init(functions);
            break;
        case OSSL_FUNC_CIPHER_DECRYPT_INIT:
            cipher->begin_decryption = OSSL_FUNC_cipher_decrypt_init(functions);
            break;
        case OSSL_FUNC_CIPHER_CIPHER:
            cipher->transform = OSSL_FUNC_cipher_cipher(functions);
            break;
        case OSSL_FUNC_CIPHER_FINAL:
            cipher->finish = OSSL_FUNC_cipher_final(functions);
            break;
        case OSSL_FUNC_CIPHER_GET_CTX_PARAMS:
            cipher->get_parameters = OSSL_FUNC_cipher_get_ctx_params(functions);
            break;
        case OSSL_FUNC_CIPHER_SET_CTX_PARAMS:
            cipher->set_parameters = OSSL_FUNC_cipher_set_ctx_params(functions);
            break;
        default:
            break;
        }
    }
    return cipher->new_context != NULL && cipher->free_context != NULL
        && cipher->begin_encryption != NULL && cipher->begin_decryption != NULL
        && cipher->transform != NULL && cipher->finish != NULL && cipher->get_parameters != NULL
        && cipher->set_parameters != NULL;
}

// The provider must stay loaded, so the fetched cipher, which keeps it, is never freed.
static int find_cipher(provided_cipher *cipher, const char *name) {
    EVP_CIPHER *fetched = EVP_CIPHER_fetch(NULL, name, NULL);
    const OSSL_PROVIDER *provider = fetched == NULL ? NULL : EVP_CIPHER_get0_provider(fetched);
    if (provider == NULL) {
        return 0;
    }
    cipher->provider = OSSL_PROVIDER_get0_provider_ctx(provider);
    int changes = 0;
    const OSSL_ALGORITHM *offered =
        OSSL_PROVIDER_query_operation(provider, OSSL_OP_CIPHER, &changes);
    for (; offered != NULL && offered->algorithm_names != NULL; offered++) {
        if (is_called(offered->algorithm_names, name)) {
            return take_functions(cipher, offered->implementation);
        }
    }
    return 0;
}

static srtp_err_status_t replace_ciphers(void) {
    if (!find_cipher(&counter_mode, "AES-128-CTR") || !find_cipher(&galois_mode, "AES-128-GCM")) {
        return srtp_err_status_init_fail;
    }
    srtp_err_status_t status = srtp_replace_cipher_type(&counter_type, SRTP_AES_ICM_128);
    if (status == srtp_err_status_ok) {
        status = srtp_replace_cipher_type(&galois_type, SRTP_AES_GCM_128);
    }
    if (status == srtp_err_status_ok) {
        status = srtp_replace_auth_type(&mac_type, SRTP_HMAC_SHA1);
    }
    return status;
}

static void initialize_ciphers(void) {
    media_random_install();
    ciphers_outcome = (srtp_err_status_t)media_srtp_initialize_library();
    if (ciphers_outcome == srtp_err_status_ok) {
        ciphers_outcome = replace_ciphers();
    }
}

int32_t media_srtp_initialize(void) {
    pthread_once(&ciphers_once, initialize_ciphers);
    return (int32_t)ciphers_outcome;
}

const srtp_cipher_type_t *media_srtp_counter_cipher(void) {
    return &counter_type;
}

const srtp_cipher_type_t *media_srtp_galois_cipher(void) {
    return &galois_type;
}

const srtp_auth_type_t *media_srtp_authenticator(void) {
    return &mac_type;
}
