#ifndef CSRTP_SHIM_H
#define CSRTP_SHIM_H

#include <srtp2/auth.h>
#include <srtp2/cipher.h>
#include <srtp2/srtp.h>

#endif
