// What the C rivals of the media core share: the clock, the rounds they are asked for, the files
// that `voicesim bench media` gives them, and their memory.
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// CPU time of this thread, ns.
static inline double cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

// Ends the program where something fails that must not.
static inline void require(int condition, const char *what) {
    if (!condition) {
        fprintf(stderr, "%s\n", what);
        exit(70);
    }
}

static inline void *room(size_t count, size_t size) {
    void *made = calloc(count, size);
    require(made != NULL, "no memory");
    return made;
}

// Does a number of operations and returns the CPU ns per operation.
typedef double (*measure_function)(size_t operations);

// Reads a number of operations per line, does them, and prints the CPU ns per operation.
static inline int serve(measure_function measure) {
    puts("ready");
    fflush(stdout);
    for (size_t operations; scanf("%zu", &operations) == 1;) {
        printf("%.3f\n", measure(operations));
        fflush(stdout);
    }
    // Nothing is freed: Debian's libsrtp2 takes minutes to free thousands of sessions.
    fflush(stdout);
    _Exit(0);
}

// A whole file.
static inline uint8_t *read_file(const char *path, size_t *count) {
    FILE *file = fopen(path, "rb");
    require(file != NULL, "no such file");
    fseek(file, 0, SEEK_END);
    *count = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = room(*count + 1, 1);
    require(fread(bytes, 1, *count, file) == *count, "the file cannot be read");
    fclose(file);
    return bytes;
}

enum { FRAME_SAMPLES = 960 };  // 20 ms at 48 kHz

// Speech: 16-bit mono samples at 48 kHz in the machine's byte order, in whole frames, again and
// again from the start.
typedef struct {
    const int16_t *samples;
    size_t frames, next;
} speech;

static inline speech read_speech(const char *path) {
    size_t count;
    const int16_t *samples = (const int16_t *)(void *)read_file(path, &count);
    require(count >= 2 * FRAME_SAMPLES, "no speech");
    return (speech){samples, count / (2 * FRAME_SAMPLES), 0};
}

static inline const int16_t *next_frame(speech *speech) {
    const int16_t *frame = speech->samples + FRAME_SAMPLES * speech->next;
    speech->next = speech->next + 1 == speech->frames ? 0 : speech->next + 1;
    return frame;
}

// Encoded frames: each with its length before it, 16 bits, the lower byte first.
typedef struct {
    const uint8_t **frames;
    uint16_t *lengths;
    size_t count;
} corpus;

static inline corpus read_corpus(const char *path) {
    size_t count;
    const uint8_t *bytes = read_file(path, &count);
    corpus corpus = {room(count / 2 + 1, sizeof(uint8_t *)), room(count / 2 + 1, 2), 0};
    for (size_t at = 0; at + 2 <= count;) {
        uint16_t length = (uint16_t)(bytes[at] | bytes[at + 1] << 8);
        require(at + 2 + length <= count && length <= 1000, "no encoded frames");
        corpus.frames[corpus.count] = bytes + at + 2;
        corpus.lengths[corpus.count++] = length;
        at += 2 + (size_t)length;
    }
    require(corpus.count > 0, "no encoded frames");
    return corpus;
}
