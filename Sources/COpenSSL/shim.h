#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

// The low-level digest functions are marked deprecated since OpenSSL 3.0, yet they are the only
// ones whose state can be copied by value: a keyed HMAC state is prepared once per credential
// and copied per message.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/md5.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#endif
