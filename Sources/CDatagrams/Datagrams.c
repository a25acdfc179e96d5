#define _GNU_SOURCE
#include "CDatagrams.h"

#include <errno.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

// Kernel headers of Debian's stable release have both; older ones lack the second.
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

// The kernel cuts one buffer into at most 64 datagrams (UDP_MAX_SEGMENTS before Linux 6.9), and it
// must be one that IP could carry. It refuses to cut what it would have to fragment: 1,472 bytes and
// headers fill an Ethernet's frame.
enum { longest_train = 64, longest_train_bytes = 65000, longest_segment = 1472 };

typedef union {
    struct cmsghdr align;
    uint8_t bytes[CMSG_SPACE(sizeof(int))];
} control;

static uint32_t segment_of(struct msghdr *header) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
            int size;
            memcpy(&size, CMSG_DATA(c), sizeof size);
            return size > 0 ? (uint32_t)size : 0;
        }
    }
    return 0;
}

int datagrams_receive(int descriptor, uint8_t *room, size_t each, datagrams_message *messages,
                      unsigned capacity) {
    struct mmsghdr headers[DATAGRAMS_LIMIT];
    struct iovec parts[DATAGRAMS_LIMIT];
    control controls[DATAGRAMS_LIMIT];
    if (capacity > DATAGRAMS_LIMIT) capacity = DATAGRAMS_LIMIT;
    for (unsigned i = 0; i < capacity; i++) {
        parts[i] = (struct iovec){.iov_base = room + i * each, .iov_len = each};
        headers[i].msg_hdr = (struct msghdr){
            .msg_name = &messages[i].peer,
            .msg_namelen = sizeof messages[i].peer,
            .msg_iov = &parts[i],
            .msg_iovlen = 1,
            .msg_control = &controls[i],
            .msg_controllen = sizeof controls[i],
        };
    }
    int received = recvmmsg(descriptor, headers, capacity, MSG_DONTWAIT, NULL);
    if (received < 0) return errno == EAGAIN || errno == EINTR || errno == ECONNREFUSED ? 0 : -1;
    for (int i = 0; i < received; i++) {
        messages[i].bytes = room + (size_t)i * each;
        messages[i].count = headers[i].msg_len;
        uint32_t segment = segment_of(&headers[i].msg_hdr);
        messages[i].segment = segment < headers[i].msg_len ? segment : 0;
        messages[i].is_truncated = (headers[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
    }
    return received;
}

static socklen_t length_of(const datagrams_message *message) {
    return message->peer.any.sa_family == AF_INET ? sizeof message->peer.v4
                                                  : sizeof message->peer.v6;
}

static int follows(const datagrams_message *first, const datagrams_message *next) {
    return next->count == first->count
           && memcmp(&next->peer, &first->peer, length_of(first)) == 0;
}

// Fills `header` with the train that `messages` begin with; returns its datagrams.
static unsigned fill(struct msghdr *header, struct iovec *parts, control *control,
                     const datagrams_message *messages, unsigned count) {
    unsigned train = 0;
    size_t bytes = 0;
    int may_grow = messages[0].count > 0 && messages[0].count <= longest_segment;
    do {
        parts[train] = (struct iovec){messages[train].bytes, messages[train].count};
        bytes += messages[train].count;
        train++;
    } while (may_grow && train < count && train < longest_train
             && bytes + messages[0].count <= longest_train_bytes
             && follows(&messages[0], &messages[train]));
    *header = (struct msghdr){
        .msg_name = (void *)&messages[0].peer,
        .msg_namelen = length_of(&messages[0]),
        .msg_iov = parts,
        .msg_iovlen = train,
    };
    if (train > 1) {
        header->msg_control = control;
        header->msg_controllen = CMSG_SPACE(sizeof(uint16_t));
        struct cmsghdr *c = CMSG_FIRSTHDR(header);
        c->cmsg_level = IPPROTO_UDP;
        c->cmsg_type = UDP_SEGMENT;
        c->cmsg_len = CMSG_LEN(sizeof(uint16_t));
        uint16_t size = (uint16_t)messages[0].count;
        memcpy(CMSG_DATA(c), &size, sizeof size);
    }
    return train;
}

int datagrams_send(int descriptor, const datagrams_message *messages, unsigned count) {
    struct mmsghdr headers[DATAGRAMS_LIMIT];
    struct iovec parts[DATAGRAMS_LIMIT];
    control controls[DATAGRAMS_LIMIT];
    unsigned trains[DATAGRAMS_LIMIT];
    unsigned headers_filled = 0;
    for (unsigned next = 0; next < count;) {
        unsigned train = fill(&headers[headers_filled].msg_hdr, &parts[next],
                              &controls[headers_filled], &messages[next], count - next);
        trains[headers_filled++] = train;
        next += train;
    }
    int refused = 0;
    for (unsigned sent = 0; sent < headers_filled;) {
        int done = sendmmsg(descriptor, headers + sent, headers_filled - sent, MSG_DONTWAIT);
        if (done > 0) {
            sent += (unsigned)done;
        } else if (errno != EINTR) {
            // One that cannot go, for want of room or of a route, must not hold up the others.
            refused += (int)trains[sent++];
        }
    }
    return refused;
}

int datagrams_take_trains(int descriptor) {
    int on = 1;
    return setsockopt(descriptor, IPPROTO_UDP, UDP_GRO, &on, sizeof on);
}

int datagrams_poll_new(void) { return epoll_create1(EPOLL_CLOEXEC); }

int datagrams_poll_add(int poll, int descriptor, uint32_t tag) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = tag};
    return epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event);
}

int datagrams_poll_remove(int poll, int descriptor) {
    return epoll_ctl(poll, EPOLL_CTL_DEL, descriptor, NULL);
}

int datagrams_poll_wait(int poll, uint32_t *tags, unsigned capacity, int64_t nanoseconds) {
    struct epoll_event events[DATAGRAMS_LIMIT];
    if (capacity > DATAGRAMS_LIMIT) capacity = DATAGRAMS_LIMIT;
    struct timespec patience = {.tv_sec = nanoseconds / 1000000000,
                                .tv_nsec = nanoseconds % 1000000000};
    int ready =
        epoll_pwait2(poll, events, (int)capacity, nanoseconds < 0 ? NULL : &patience, NULL);
    if (ready < 0 && errno == ENOSYS) {  // before Linux 5.11
        int64_t milliseconds = nanoseconds < 0 ? -1 : (nanoseconds + 999999) / 1000000;
        ready = epoll_wait(poll, events, (int)capacity,
                           milliseconds > 60000 ? 60000 : (int)milliseconds);
    }
    for (int i = 0; i < ready; i++) tags[i] = events[i].data.u32;
    return ready > 0 ? ready : 0;
}

void datagrams_sleep(int64_t nanoseconds) {
    struct timespec patience = {.tv_sec = nanoseconds / 1000000000,
                                .tv_nsec = nanoseconds % 1000000000};
    if (nanoseconds > 0) clock_nanosleep(CLOCK_MONOTONIC, 0, &patience, NULL);
}

void datagrams_wake_on_time(void) { prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); }

int datagrams_bell_new(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void datagrams_bell_ring(int bell) { eventfd_write(bell, 1); }

void datagrams_bell_hear(int bell) {
    eventfd_t times;
    eventfd_read(bell, &times);
}
