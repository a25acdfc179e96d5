#include "CScrubbedFiles.h"

#include <string.h>

// sqlite.org/fileformat2.html §1.3 and §1.6. Numbers are big-endian.
enum {
    file_header = 100,
    // Of the file's header: four bytes, which are zero where no page is a map of pointers.
    pointer_maps = 52,
    // Of a page's header.
    first_free_block = 1,
    cell_count = 3,
    cell_content = 5,
    leaf_header = 8,
    interior_header = 12,
    // Of a free block: the next one, its own size.
    block_header = 4,
};

static size_t number(const uint8_t *bytes) { return (size_t)bytes[0] << 8 | bytes[1]; }

// How long the header of a page of that type is; 0 for what is no page of rows or keys.
static size_t header_size(uint8_t type) {
    switch (type) {
    case 2:
    case 5:
        return interior_header;
    case 10:
    case 13:
        return leaf_header;
    default:
        return 0;
    }
}

// Whether the free blocks follow each other within the cells' part of the page; overwrites them if
// `clears`.
static int walk_free_blocks(uint8_t *page, size_t size, size_t head, size_t cells, int clears) {
    size_t end = cells;
    for (size_t block = number(page + head + first_free_block); block != 0;) {
        if (block < end || block + block_header > size) return 0;
        size_t next = number(page + block), length = number(page + block + 2);
        if (length < block_header || block + length > size) return 0;
        if (clears) memset(page + block + block_header, 0, length - block_header);
        end = block + length;
        block = next;
    }
    return 1;
}

int scrubbed_page(uint8_t *page, size_t size, int is_first) {
    size_t head = is_first ? file_header : 0;
    size_t header = header_size(page[head]);
    if (header == 0) return !is_first;
    if (is_first && (number(page + pointer_maps) | number(page + pointer_maps + 2)) != 0) return 0;
    size_t pointers = head + header + 2 * number(page + head + cell_count);
    size_t cells = number(page + head + cell_content);
    // The one number that two bytes do not hold.
    if (cells == 0) cells = 65536;
    if (pointers > cells || cells > size) return 0;
    if (!walk_free_blocks(page, size, head, cells, 0)) return 0;
    walk_free_blocks(page, size, head, cells, 1);
    memset(page + pointers, 0, cells - pointers);
    return 1;
}
