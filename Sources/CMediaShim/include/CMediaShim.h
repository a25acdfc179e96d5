#ifndef CMEDIASHIM_H
#define CMEDIASHIM_H

// What Swift cannot reach in libopus, OpenSSL and libsrtp2 by itself: variadic functions,
// function-like macros, and structures of C function pointers. Everything else is called directly.

#include "AttributedRandomness.h"
#include "Datagrams.h"
#include "Handshake.h"
#include "KeyReleases.h"
#include "OpusControls.h"
#include "PacketCiphers.h"
#include "PacketPlaces.h"

#endif
