#include "Internal.h"

#include <string.h>

static BIO_METHOD *datagram_method;

// OpenSSL reads the wall clock to see whether its timer has expired, also by the way, in any read
// that finds nothing. An expiry time this far ahead, in seconds, keeps it from ever thinking so.
static const time_t never = (time_t)1 << 40;

static int read_datagram(BIO *bio, char *buffer, int capacity) {
    struct media_dtls *dtls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (dtls->incoming_count == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    // What does not fit is cut off, as a datagram socket would.
    size_t count = dtls->incoming_count;
    if (count > (size_t)capacity) {
        count = (size_t)capacity;
    }
    memcpy(buffer, dtls->incoming, count);
    dtls->incoming_count = 0;
    return (int)count;
}

static int write_datagram(BIO *bio, const char *buffer, int count) {
    struct media_dtls *dtls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (count <= 0 || dtls->waiting == MEDIA_DTLS_MAXIMUM_WAITING_DATAGRAMS) {
        return count;
    }
    media_datagram *datagram = OPENSSL_malloc(sizeof *datagram + (size_t)count);
    if (datagram == NULL) {
        return count;
    }
    datagram->next = NULL;
    datagram->count = (size_t)count;
    memcpy(datagram->bytes, buffer, (size_t)count);
    if (dtls->last_waiting == NULL) {
        dtls->first_waiting = datagram;
    } else {
        dtls->last_waiting->next = datagram;
    }
    dtls->last_waiting = datagram;
    dtls->waiting += 1;
    return count;
}

static void set_timer(struct media_dtls *dtls, struct timeval *expiry) {
    dtls->timer_generation += 1;
    if (expiry->tv_sec == 0 && expiry->tv_usec == 0) {
        dtls->expiry = NULL;
        return;
    }
    expiry->tv_sec = never;
    expiry->tv_usec = 0;
    dtls->expiry = expiry;
}

static long control(BIO *bio, int command, long argument, void *pointer) {
    (void)argument;
    struct media_dtls *dtls = BIO_get_data(bio);
    switch (command) {
    case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT:
        set_timer(dtls, pointer);
        return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
        return (long)dtls->maximum_transmission_unit;
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DGRAM_SET_MTU:
        return 1;
    default:
        return 0;
    }
}

static int create(BIO *bio) {
    BIO_set_init(bio, 1);
    return 1;
}

int media_datagram_bio_install(void) {
    int type = BIO_get_new_index();
    if (type == -1) {
        return 0;
    }
    datagram_method = BIO_meth_new(type | BIO_TYPE_SOURCE_SINK, "simulated datagrams");
    return datagram_method != NULL && BIO_meth_set_read(datagram_method, read_datagram) == 1
        && BIO_meth_set_write(datagram_method, write_datagram) == 1
        && BIO_meth_set_ctrl(datagram_method, control) == 1
        && BIO_meth_set_create(datagram_method, create) == 1;
}

BIO *media_datagram_bio(struct media_dtls *dtls) {
    BIO *bio = BIO_new(datagram_method);
    if (bio != NULL) {
        BIO_set_data(bio, dtls);
    }
    return bio;
}
