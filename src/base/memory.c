/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"

#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/control_group.h"

/* AddressSanitizer is told that what surrounds a block's own bytes is nobody's. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define FORBID(from, to) ASAN_POISON_MEMORY_REGION((from), (size_t)((to) - (from)))
#else
#define FORBID(from, to) ((void)(from), (void)(to))
#endif

/* In front of every block, HG_ALIGNMENT bytes so that the block stays aligned. */
typedef struct header {
    size_t bytes;
    hg_label label;
} header;

_Static_assert(sizeof(header) <= HG_ALIGNMENT, "the header fits the alignment gap");

static const char *const label_names[HG_MEMORY_LABELS] = {
    [HG_MEMORY_CONFIGURATION] = "configuration", [HG_MEMORY_NETWORK] = "network",
    [HG_MEMORY_GENOTYPES] = "genotypes",         [HG_MEMORY_PHENOTYPES] = "phenotypes",
    [HG_MEMORY_INDIVIDUALS] = "individuals",     [HG_MEMORY_TILES] = "tiles",
    [HG_MEMORY_EXCHANGE] = "exchange",           [HG_MEMORY_STATISTICS] = "statistics",
    [HG_MEMORY_OUTPUT] = "output",               [HG_MEMORY_OTHER] = "other"};

static struct {
    _Atomic int64_t current, peak, allocations;
} usage[HG_MEMORY_LABELS + 1]; /* the last one: all labels together */

static _Atomic int64_t failure_countdown;

static void count_bytes(int slot, int64_t bytes)
{
    const int64_t now = atomic_fetch_add(&usage[slot].current, bytes) + bytes;
    int64_t peak = atomic_load(&usage[slot].peak);
    while (now > peak && !atomic_compare_exchange_weak(&usage[slot].peak, &peak, now)) {}
    if (bytes > 0) atomic_fetch_add(&usage[slot].allocations, 1);
}

/* What the machine has: a system that promises more would end the process on first use. */
static int is_beyond_machine(size_t bytes)
{
    const double physical = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    const double wanted = (double)bytes + (double)atomic_load(&usage[HG_MEMORY_LABELS].current);
    return physical > 0.0 && wanted > physical;
}

double hg_memory_allowed(void)
{
    static const int kinds[] = {RLIMIT_AS, RLIMIT_DATA};
    struct rlimit limit;
    double allowed = hg_control_group_limit("");
    const double pages = (double)sysconf(_SC_PHYS_PAGES), page = (double)sysconf(_SC_PAGESIZE);
    if (pages > 0 && page > 0) allowed = fmin(allowed, pages * page);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (getrlimit(kinds[i], &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
            allowed = fmin(allowed, (double)limit.rlim_cur);
    return allowed;
}

/* Memory that could not be written to would not count as data. */
bool hg_memory_has_room(size_t bytes)
{
    void *room = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED) return false;
    munmap(room, bytes);
    return true;
}

static int must_fail(void)
{
    if (atomic_load(&failure_countdown) <= 0) return 0;
    return atomic_fetch_sub(&failure_countdown, 1) == 1;
}

static header *header_of(void *block) { return (header *)((char *)block - HG_ALIGNMENT); }

/* Individuals' data are visited all over: large pages spare most of the address translation. */
static void *take_block(size_t padded)
{
    enum { LARGE_PAGE = 2 << 20 };
    const bool large = padded >= 2 * (size_t)LARGE_PAGE;
    const size_t alignment = large ? LARGE_PAGE : HG_ALIGNMENT;
    const size_t whole = (padded + alignment - 1) & ~(alignment - 1);
    void *block = aligned_alloc(alignment, whole);
#ifdef MADV_HUGEPAGE
    if (block != NULL && large) madvise(block, whole, MADV_HUGEPAGE); /* as far as there are any */
#endif
    return block;
}

hg_status hg_allocate(void *pointer, hg_label label, size_t count, size_t size)
{
    void *block = NULL;
    memcpy(pointer, &block, sizeof block);
    if (count == 0 || size == 0) return HG_OK;
    size_t bytes, padded;
    const int too_large = __builtin_mul_overflow(count, size, &bytes) ||
                          __builtin_add_overflow(bytes, (size_t)2 * HG_ALIGNMENT - 1, &padded) ||
                          bytes > PTRDIFF_MAX / 2 || is_beyond_machine(bytes);
    if (!too_large && !must_fail())
        block = take_block(padded & ~(size_t)(HG_ALIGNMENT - 1));
    if (block == NULL)
        return hg_fail(HG_NO_MEMORY, "no memory for %zu x %zu bytes of %s (%" PRId64
                       " bytes are in use)", count, size, label_names[label],
                       hg_memory_total().current);
    memset(block, 0, padded & ~(size_t)(HG_ALIGNMENT - 1));
    *(header *)block = (header){bytes, label};
    char *const own = (char *)block + HG_ALIGNMENT, *const end = own + bytes;
    FORBID((char *)block + sizeof(header), own);
    FORBID(end, (char *)block + (padded & ~(size_t)(HG_ALIGNMENT - 1)));
    count_bytes((int)label, (int64_t)bytes);
    count_bytes(HG_MEMORY_LABELS, (int64_t)bytes);
    block = own;
    memcpy(pointer, &block, sizeof block);
    return HG_OK;
}

hg_status hg_reallocate(void *pointer, hg_label label, size_t count, size_t size)
{
    void *old, *block;
    memcpy(&old, pointer, sizeof old);
    HG_TRY(hg_allocate(&block, label, count, size));
    if (old != NULL && block != NULL) {
        const size_t bytes = header_of(old)->bytes;
        memcpy(block, old, bytes < count * size ? bytes : count * size);
    }
    hg_release(&old);
    memcpy(pointer, &block, sizeof block);
    return HG_OK;
}

void hg_release(void *pointer)
{
    void *block;
    memcpy(&block, pointer, sizeof block);
    if (block == NULL) return;
    header *head = header_of(block);
    count_bytes((int)head->label, -(int64_t)head->bytes);
    count_bytes(HG_MEMORY_LABELS, -(int64_t)head->bytes);
    free(head);
    block = NULL;
    memcpy(pointer, &block, sizeof block);
}

void hg_clear(void *pointer, int64_t count, size_t size)
{
    if (count > 0) memset(pointer, 0, (size_t)count * size);
}

hg_status hg_copy_text(char **copy, hg_label label, const char *text)
{
    const size_t size = strlen(text) + 1;
    HG_TRY(hg_allocate(copy, label, size, 1));
    memcpy(*copy, text, size);
    return HG_OK;
}

const char *hg_label_name(hg_label label) { return label_names[label]; }

static hg_memory_usage usage_of(int slot)
{
    return (hg_memory_usage){atomic_load(&usage[slot].current), atomic_load(&usage[slot].peak),
                             atomic_load(&usage[slot].allocations)};
}

hg_memory_usage hg_memory_of(hg_label label) { return usage_of((int)label); }
hg_memory_usage hg_memory_total(void) { return usage_of(HG_MEMORY_LABELS); }

static int64_t resident(const char *field)
{
    FILE *file = fopen("/proc/self/status", "r");
    if (file == NULL) return 0;
    char line[256];
    int64_t kilobytes = 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, field, strlen(field)) == 0)
            kilobytes = strtoll(line + strlen(field), NULL, 10);
    fclose(file);
    return kilobytes * 1024;
}

int64_t hg_memory_resident_peak(void) { return resident("VmHWM:"); }

/* Without a stream, which would allocate. */
int64_t hg_memory_resident(void)
{
    char line[128] = "";
    const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    const ssize_t length = read(file, line, sizeof line - 1);
    close(file);
    const char *second = length > 0 ? strchr(line, ' ') : NULL;
    return second != NULL ? (int64_t)strtoll(second, NULL, 10) * sysconf(_SC_PAGESIZE) : 0;
}

void hg_memory_fail_at(int64_t k) { atomic_store(&failure_countdown, k); }
