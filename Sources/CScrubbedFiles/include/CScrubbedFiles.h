#ifndef C_SCRUBBED_FILES_H
#define C_SCRUBBED_FILES_H

// A virtual file system of SQLite (sqlite.org/vfs.html) between it and the system's, that
// overwrites with zeros whatever of a page is not in use, before the page is written to a database.
//
// SQLite has a setting for what is deleted (PRAGMA secure_delete), and none for the copies of rows
// that stay where it has put the rows of a page in order anew.

#include <stddef.h>
#include <stdint.h>

struct sqlite3;

/// The name of the file system, for `file:PATH?vfs=NAME`.
#define SCRUBBED_FILES_NAME "scrubbed"

/// The number of the first page that may not be: below it the number of a page, which is what free
/// pages and those of long rows begin with, never begins with a byte that tells of a page of rows.
#define SCRUBBED_PAGES_LIMIT 0x02000000

/// Makes the file system known to SQLite, and lets SQLite understand URIs where it was not to. May
/// be called often and by many. Returns SQLite's result code.
int scrubbed_files_register(void);

/// Whether the main database of a connection is in a file of this file system.
int scrubbed_files_serve(struct sqlite3 *connection);

/// Overwrites what is not in use of `page`, which has `size` bytes, a power of two of 512 to 65,536
/// (sqlite.org/fileformat2.html §1.6): if it is one of rows or keys, the gap between its pointers
/// and its cells, and free blocks but for their headers.
///
/// Pieces of up to three bytes between cells stay as they are. A map of pointers (`PRAGMA
/// auto_vacuum`) begins like a page of rows: a first page that tells of one is not understood.
///
/// - is_first: whether it is the first page of a file, which begins with the file's header.
///
/// Returns whether the page holds together; where it does not, nothing is changed.
int scrubbed_page(uint8_t *page, size_t size, int is_first);

#endif
