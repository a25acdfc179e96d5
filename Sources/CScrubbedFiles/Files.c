#include "CScrubbedFiles.h"

#include <sqlite3.h>
#include <string.h>

enum { smallest_page = 512, largest_page = 65536 };

// What SQLite asks of a database's file or of its journal; behind it in memory is the file of the
// system below.
typedef struct {
    sqlite3_file asked;
    // Room for the page that is written, made with the first.
    uint8_t *page;
    size_t room;
    // Of a journal: where the number of a page that was written last ends, and that number.
    sqlite3_int64 number_end;
    uint32_t number;
    // Where the sum of the page belongs that was written last, and by how much it has changed.
    sqlite3_int64 sum_place;
    uint32_t sum_change;
} scrubbed_file;

static sqlite3_vfs *below;
static sqlite3_vfs scrubbing;

static sqlite3_file *file_below(sqlite3_file *file) {
    return (sqlite3_file *)((scrubbed_file *)file + 1);
}

// MARK: Pages

static int close_file(sqlite3_file *file) {
    scrubbed_file *own = (scrubbed_file *)file;
    if (own->page != NULL) memset(own->page, 0, own->room);
    sqlite3_free(own->page);
    own->page = NULL;
    return file_below(file)->pMethods->xClose(file_below(file));
}

static int read_file(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    return file_below(file)->pMethods->xRead(file_below(file), bytes, count, offset);
}

static int make_room(scrubbed_file *file, size_t size) {
    if (file->room >= size) return SQLITE_OK;
    uint8_t *room = sqlite3_realloc64(file->page, size);
    if (room == NULL) return SQLITE_IOERR_NOMEM;
    file->page = room;
    file->room = size;
    return SQLITE_OK;
}

static int is_page_size(int count) {
    return count >= smallest_page && count <= largest_page && (count & (count - 1)) == 0;
}

// Writes a page without what of it is not in use, and keeps it in the room for one. A page that
// does not hold together is refused: what of it is not in use cannot be told.
static int write_page(
    scrubbed_file *file, const void *bytes, int count, sqlite3_int64 offset, int is_first) {
    int code = make_room(file, (size_t)count);
    if (code != SQLITE_OK) return code;
    memcpy(file->page, bytes, (size_t)count);
    if (!scrubbed_page(file->page, (size_t)count, is_first)) return SQLITE_CORRUPT;
    sqlite3_file *own = file_below(&file->asked);
    return own->pMethods->xWrite(own, file->page, count, offset);
}

// SQLite writes pages alone to a database, each as a whole. Anything else is refused.
static int write_file(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    if (!is_page_size(count) || offset % count != 0 ||
        offset / count >= SCRUBBED_PAGES_LIMIT - 1)
        return SQLITE_IOERR_WRITE;
    return write_page((scrubbed_file *)file, bytes, count, offset, offset == 0);
}

// MARK: Journals

static uint32_t number(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// What a page adds to its sum in a journal: each 200th byte, from the end
// (sqlite.org/fileformat2.html §3).
static uint32_t page_sum(const uint8_t *page, int count) {
    uint32_t sum = 0;
    for (int place = count - 200; place > 0; place -= 200) sum += page[place];
    return sum;
}

static int write_number(
    scrubbed_file *file, const uint8_t *bytes, sqlite3_int64 offset, int is_sum) {
    uint32_t value = number(bytes);
    if (is_sum) {
        value += file->sum_change;
    } else {
        file->number = value;
        file->number_end = offset + 4;
    }
    const uint8_t written[4] = {
        (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
    sqlite3_file *own = file_below(&file->asked);
    return own->pMethods->xWrite(own, written, 4, offset);
}

// What a transaction changes is in its journal as it was in memory, with copies of rows long gone.
// A page stands between its number and its sum, and each is written by itself, one right after the
// other; all else goes through.
static int write_journal(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    scrubbed_file *own = (scrubbed_file *)file;
    int is_sum = offset == own->sum_place, is_page = offset == own->number_end;
    own->sum_place = own->number_end = -1;
    if (count == 4) return write_number(own, bytes, offset, is_sum);
    if (!is_page || !is_page_size(count))
        return file_below(file)->pMethods->xWrite(file_below(file), bytes, count, offset);
    int code = write_page(own, bytes, count, offset, own->number == 1);
    if (code != SQLITE_OK) return code;
    own->sum_place = offset + count;
    own->sum_change = page_sum(own->page, count) - page_sum(bytes, count);
    return SQLITE_OK;
}

// MARK: What goes through

static int truncate_file(sqlite3_file *file, sqlite3_int64 size) {
    return file_below(file)->pMethods->xTruncate(file_below(file), size);
}

static int sync_file(sqlite3_file *file, int flags) {
    return file_below(file)->pMethods->xSync(file_below(file), flags);
}

static int size_of_file(sqlite3_file *file, sqlite3_int64 *size) {
    return file_below(file)->pMethods->xFileSize(file_below(file), size);
}

static int lock_file(sqlite3_file *file, int lock) {
    return file_below(file)->pMethods->xLock(file_below(file), lock);
}

static int unlock_file(sqlite3_file *file, int lock) {
    return file_below(file)->pMethods->xUnlock(file_below(file), lock);
}

static int check_lock(sqlite3_file *file, int *is_reserved) {
    return file_below(file)->pMethods->xCheckReservedLock(file_below(file), is_reserved);
}

static int control_file(sqlite3_file *file, int operation, void *argument) {
    int code = file_below(file)->pMethods->xFileControl(file_below(file), operation, argument);
    if (code == SQLITE_OK && operation == SQLITE_FCNTL_VFSNAME) {
        char **name = argument;
        *name = sqlite3_mprintf(SCRUBBED_FILES_NAME "/%z", *name);
    }
    return code;
}

static int sector_size(sqlite3_file *file) {
    return file_below(file)->pMethods->xSectorSize(file_below(file));
}

static int characteristics(sqlite3_file *file) {
    return file_below(file)->pMethods->xDeviceCharacteristics(file_below(file));
}

// Version 1: without memory that a log of changes would share (WAL), and without a view of the file
// in memory, past which pages could be written.
#define METHODS(write)                                                                       \
    {                                                                                        \
        .iVersion = 1, .xClose = close_file, .xRead = read_file, .xWrite = write,            \
        .xTruncate = truncate_file, .xSync = sync_file, .xFileSize = size_of_file,           \
        .xLock = lock_file, .xUnlock = unlock_file, .xCheckReservedLock = check_lock,        \
        .xFileControl = control_file, .xSectorSize = sector_size,                            \
        .xDeviceCharacteristics = characteristics,                                           \
    }

static const sqlite3_io_methods database_methods = METHODS(write_file);
static const sqlite3_io_methods journal_methods = METHODS(write_journal);

// MARK: The file system

// Temporary files are the system's own: SQLite never asks more of a file than its methods.
static int open_file(
    sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *flags_out) {
    (void)vfs;
    file->pMethods = NULL;
    int is_journal = (flags & SQLITE_OPEN_MAIN_JOURNAL) != 0;
    if (!is_journal && (flags & SQLITE_OPEN_MAIN_DB) == 0)
        return below->xOpen(below, path, file, flags, flags_out);
    scrubbed_file *own = (scrubbed_file *)file;
    memset(own, 0, sizeof(scrubbed_file));
    own->number_end = own->sum_place = -1;
    int code = below->xOpen(below, path, file_below(file), flags, flags_out);
    // A file that failed to open may have to be closed none the less.
    if (file_below(file)->pMethods != NULL)
        file->pMethods = is_journal ? &journal_methods : &database_methods;
    return code;
}

static int delete_file(sqlite3_vfs *vfs, const char *path, int syncs) {
    (void)vfs;
    return below->xDelete(below, path, syncs);
}

static int access_file(sqlite3_vfs *vfs, const char *path, int flags, int *result) {
    (void)vfs;
    return below->xAccess(below, path, flags, result);
}

static int full_path(sqlite3_vfs *vfs, const char *path, int room, char *full) {
    (void)vfs;
    return below->xFullPathname(below, path, room, full);
}

static int randomness(sqlite3_vfs *vfs, int count, char *bytes) {
    (void)vfs;
    return below->xRandomness(below, count, bytes);
}

static int sleep_for(sqlite3_vfs *vfs, int microseconds) {
    (void)vfs;
    return below->xSleep(below, microseconds);
}

static int current_time(sqlite3_vfs *vfs, double *days) {
    (void)vfs;
    return below->xCurrentTime(below, days);
}

static int last_error(sqlite3_vfs *vfs, int room, char *text) {
    (void)vfs;
    return below->xGetLastError(below, room, text);
}

int scrubbed_files_register(void) {
    // Refused once SQLite is in use, which is well if URIs are understood; whoever opens a file
    // asks below.
    (void)sqlite3_config(SQLITE_CONFIG_URI, 1);
    int code = sqlite3_initialize();
    if (code != SQLITE_OK) return code;
    sqlite3_mutex *mutex = sqlite3_mutex_alloc(SQLITE_MUTEX_STATIC_APP1);
    sqlite3_mutex_enter(mutex);
    if (below == NULL) {
        below = sqlite3_vfs_find(NULL);
        code = below == NULL ? SQLITE_ERROR : SQLITE_OK;
    }
    if (code == SQLITE_OK && scrubbing.zName == NULL) {
        scrubbing = (sqlite3_vfs){
            .iVersion = 1,
            .szOsFile = (int)sizeof(scrubbed_file) + below->szOsFile,
            .mxPathname = below->mxPathname,
            .zName = SCRUBBED_FILES_NAME,
            .xOpen = open_file,
            .xDelete = delete_file,
            .xAccess = access_file,
            .xFullPathname = full_path,
            .xRandomness = randomness,
            .xSleep = sleep_for,
            .xCurrentTime = current_time,
            .xGetLastError = last_error,
        };
        code = sqlite3_vfs_register(&scrubbing, 0);
    }
    sqlite3_mutex_leave(mutex);
    return code;
}

int scrubbed_files_serve(struct sqlite3 *connection) {
    sqlite3_vfs *vfs = NULL;
    int code = sqlite3_file_control(connection, "main", SQLITE_FCNTL_VFS_POINTER, &vfs);
    return code == SQLITE_OK && vfs == &scrubbing;
}
