#ifndef C_DATAGRAMS_H
#define C_DATAGRAMS_H

// What Swift's Glibc does not show of Linux: system calls that take many datagrams, segmentation
// offload in both directions, and epoll.

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/// Most messages that one call takes.
#define DATAGRAMS_LIMIT 64

/// A datagram; received, it may be several of `segment` bytes from one sender, the last one
/// shorter.
typedef struct {
    /// The sender or receiver.
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } peer;
    /// The bytes, and how many.
    uint8_t *bytes;
    uint32_t count;
    /// Bytes of each datagram in it, 0 when it is one.
    uint32_t segment;
    /// Whether it had more bytes than there was room for; they are lost.
    uint32_t is_truncated;
} datagrams_message;

/// Reads up to `capacity` messages that wait at `descriptor` into `room`, which has `each` bytes for
/// each. Returns how many, 0 when none waits, -1 on an error.
int datagrams_receive(int descriptor, uint8_t *room, size_t each, datagrams_message *messages,
                      unsigned capacity);

/// Sends `count` datagrams, at most DATAGRAMS_LIMIT. Neighbours of one length for one receiver go
/// as a train that the kernel cuts. Returns how many datagrams the kernel did not take.
int datagrams_send(int descriptor, const datagrams_message *messages, unsigned count);

/// Lets `descriptor` take trains in one piece. Returns 0, or -1 where the kernel cannot.
int datagrams_take_trains(int descriptor);

/// A new set of descriptors to wait for; -1 on an error.
int datagrams_poll_new(void);
/// Adds `descriptor` to the set, known as `tag`, or removes it. 0, or -1 on an error.
int datagrams_poll_add(int poll, int descriptor, uint32_t tag);
int datagrams_poll_remove(int poll, int descriptor);
/// Waits up to `nanoseconds`, for ever if negative, and writes the tags of those that are readable.
/// Returns how many, 0 also after a signal.
int datagrams_poll_wait(int poll, uint32_t *tags, unsigned capacity, int64_t nanoseconds);
/// Sleeps so long, whatever arrives.
void datagrams_sleep(int64_t nanoseconds);
/// Has the calling thread woken when its waiting is over, not up to 50 µs later (timer slack).
void datagrams_wake_on_time(void);

/// A descriptor that becomes readable when it is rung, until it is heard.
int datagrams_bell_new(void);
void datagrams_bell_ring(int bell);
void datagrams_bell_hear(int bell);

#endif
