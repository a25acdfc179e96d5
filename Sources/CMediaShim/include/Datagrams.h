#ifndef CMEDIASHIM_DATAGRAMS_H
#define CMEDIASHIM_DATAGRAMS_H

/// Datagrams that may wait in one association for the caller to take them. A flight has at most
/// six messages; what exceeds the limit is dropped as if the network had lost it.
#define MEDIA_DTLS_MAXIMUM_WAITING_DATAGRAMS 32

#endif
