#ifndef COPUS_SHIM_H
#define COPUS_SHIM_H

// The pkg-config entry adds libopus's own folder to the search path, so there is no prefix.
#include <opus.h>

#endif
