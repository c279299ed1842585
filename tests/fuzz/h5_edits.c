/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "h5_edits.h"

#include <hdf5.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

enum { MOST_LINKS = 256, MOST_EDITS = 12, LONGEST_NAME = 96 };

static struct {
    uint8_t *bytes;
    size_t size;
    char link[MOST_LINKS][LONGEST_NAME];
    int links;
    int file; /* filled anew for each input */
    char path[64];
} base = {.file = -1};

/* What is left of the input; an input that has ended gives zeros. */
typedef struct stream {
    const uint8_t *data;
    size_t size;
} stream;

static uint64_t take(stream *from, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) {
        const uint8_t byte = from->size > 0 ? *from->data : 0;
        value |= (uint64_t)byte << (8 * i);
        if (from->size > 0) {
            from->data++;
            from->size--;
        }
    }
    return value;
}

static herr_t list_link(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
    (void)group;
    (void)info;
    (void)context;
    if (base.links < MOST_LINKS && strlen(name) < LONGEST_NAME)
        strcpy(base.link[base.links++], name);
    return 0;
}

void h5_edits_load(const char *path)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    FILE *file = fopen(path, "rb");
    FUZZ_CHECK(file != NULL, "%s: build the target fuzz_seeds first", path);
    fseek(file, 0, SEEK_END);
    base.size = (size_t)ftell(file);
    rewind(file);
    base.bytes = malloc(base.size);
    FUZZ_CHECK(fread(base.bytes, 1, base.size, file) == base.size, "%s", path);
    fclose(file);
    const hid_t sound = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    H5Lvisit(sound, H5_INDEX_NAME, H5_ITER_INC, list_link, NULL);
    H5Fclose(sound);
    FUZZ_CHECK(base.links > 0, "%s holds nothing", path);
}

static void remove_file(void) { unlink(base.path); }

/* In memory where there is such a folder: it is written thousands of times. */
static void make_file(void)
{
    strcpy(base.path, access("/dev/shm", W_OK) == 0 ? "/dev/shm/fuzz-XXXXXX" : "fuzz-XXXXXX");
    base.file = mkstemp(base.path);
    FUZZ_CHECK(base.file >= 0, "%s cannot be made", base.path);
    atexit(remove_file);
}

static void fill(const uint8_t *bytes, size_t size)
{
    if (base.file < 0) make_file();
    FUZZ_CHECK(ftruncate(base.file, 0) == 0 && pwrite(base.file, bytes, size, 0) == (ssize_t)size,
               "%s cannot be written", base.path);
}

static hid_t type_from(stream *from, bool *variable)
{
    const hid_t types[] = {H5T_STD_I8LE,  H5T_STD_U8LE,   H5T_STD_I32BE,  H5T_STD_I64LE,
                           H5T_STD_U64LE, H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_STD_REF_OBJ};
    const unsigned choice = (unsigned)take(from, 1) % 12;
    *variable = choice == 8 || choice == 11;
    if (choice < 8) return H5Tcopy(types[choice]);
    if (choice == 10) {
        const hid_t pair = H5Tcreate(H5T_COMPOUND, 16);
        H5Tinsert(pair, "a", 0, H5T_NATIVE_INT64);
        return pair;
    }
    if (choice == 11) return H5Tvlen_create(H5T_NATIVE_INT32);
    const hid_t text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, choice == 8 ? H5T_VARIABLE : (size_t)(1 + take(from, 1)));
    if (take(from, 1) & 1) H5Tset_cset(text, H5T_CSET_UTF8);
    return text;
}

static hid_t space_from(stream *from, hsize_t *chunk, int *rank)
{
    hsize_t length[4], most[4];
    *rank = (int)(take(from, 1) % 6);
    if (*rank == 5) return H5Screate(H5S_NULL);
    const bool huge = take(from, 1) % 8 == 0;
    for (int i = 0; i < *rank; i++) {
        length[i] = huge ? (hsize_t)take(from, 3) << 24 : (hsize_t)(take(from, 1) % 30);
        most[i] = H5S_UNLIMITED;
        chunk[i] = 4;
    }
    return *rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(*rank, length, most);
}

/* Values for a few elements, the same over and over. */
static void write_values(stream *from, hid_t dataset, bool variable)
{
    double values[512];
    char word[] = "some text", *words[512];
    const hid_t space = H5Dget_space(dataset);
    const hssize_t points = H5Sget_simple_extent_npoints(space);
    H5Sclose(space);
    if (points < 1 || points > 512) return;
    const double own = (double)(int64_t)take(from, 8);
    const int choice = (int)(take(from, 1) % 4);
    const double value = choice == 0 ? own : choice == 1 ? 1e300 * 1e300 : choice == 2 ? 3.0 : -1.5;
    for (int i = 0; i < 512; i++) {
        values[i] = value;
        words[i] = word;
    }
    const hid_t type = H5Dget_type(dataset);
    if (variable && H5Tis_variable_str(type) > 0)
        H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, words);
    else if (H5Tget_class(type) == H5T_INTEGER || H5Tget_class(type) == H5T_FLOAT)
        H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    H5Tclose(type);
}

static void replace_dataset(stream *from, hid_t file, const char *name)
{
    bool variable;
    int rank;
    hsize_t chunk[4];
    const hid_t type = type_from(from, &variable), space = space_from(from, chunk, &rank);
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    const unsigned how = (unsigned)take(from, 1);
    if (rank > 0 && rank < 5) {
        H5Pset_chunk(properties, rank, chunk);
        if (how & 1) H5Pset_deflate(properties, 4);
        if (how & 2) H5Pset_shuffle(properties);
    }
    H5Ldelete(file, name, H5P_DEFAULT);
    const hid_t made = H5Dcreate2(file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    if (made >= 0 && how & 4) write_values(from, made, variable);
    if (made >= 0) H5Dclose(made);
    H5Pclose(properties);
    H5Sclose(space);
    H5Tclose(type);
}

static void replace_attribute(stream *from, hid_t file, const char *object)
{
    char name[256], text[256], *words = text;
    bool variable;
    int rank;
    hsize_t chunk[4];
    int64_t numbers[64];
    const hid_t owner = H5Oopen(file, take(from, 1) % 4 == 0 ? object : "/", H5P_DEFAULT);
    if (owner < 0) return;
    const ssize_t known = H5Aget_name_by_idx(owner, ".", H5_INDEX_NAME, H5_ITER_INC, take(from, 1) % 16,
                                             name, sizeof name, H5P_DEFAULT);
    if (known > 0) {
        H5Adelete(owner, name);
        const hid_t type = type_from(from, &variable), space = space_from(from, chunk, &rank);
        const bool small = H5Sget_simple_extent_npoints(space) <= 8 && H5Tget_size(type) <= 16;
        const hid_t made = small && take(from, 1) % 4 != 0 ?
            H5Acreate2(owner, name, type, space, H5P_DEFAULT, H5P_DEFAULT) : -1;
        for (int i = 0; i < 64; i++) numbers[i] = (int64_t)take(from, i < 1 ? 8 : 0);
        for (int i = 0; i < 255; i++) text[i] = (char)take(from, i < 40 ? 1 : 0);
        text[255] = '\0';
        if (made >= 0 && rank == 0 && H5Tis_variable_str(type) > 0) H5Awrite(made, type, &words);
        else if (made >= 0 && !variable) H5Awrite(made, type, numbers);
        if (made >= 0) H5Aclose(made);
        H5Sclose(space);
        H5Tclose(type);
    }
    H5Oclose(owner);
}

static void change_dataset(stream *from, hid_t file, const char *name)
{
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    if (dataset < 0) return;
    hsize_t length[8] = {0};
    const hid_t space = H5Dget_space(dataset);
    const int rank = H5Sget_simple_extent_ndims(space);
    H5Sclose(space);
    if (rank < 0 || rank > 8 || take(from, 1) % 2 == 0) {
        write_values(from, dataset, false);
    } else {
        for (int i = 0; i < rank; i++) length[i] = (hsize_t)(take(from, 1) % 30); /* is allocated */
        H5Dset_extent(dataset, length);
    }
    H5Dclose(dataset);
}

static void bend_link(stream *from, hid_t file, const char *name)
{
    const char *other = base.link[take(from, 1) % (unsigned)base.links];
    const unsigned how = (unsigned)take(from, 1) % 6;
    H5Ldelete(file, name, H5P_DEFAULT);
    if (how == 1) H5Lcreate_soft(other, file, name, H5P_DEFAULT, H5P_DEFAULT);
    if (how == 2) H5Lcreate_soft(name, file, name, H5P_DEFAULT, H5P_DEFAULT);
    if (how == 3) H5Lcreate_hard(file, other, file, name, H5P_DEFAULT, H5P_DEFAULT);
    if (how == 4) H5Lcreate_hard(file, "/", file, name, H5P_DEFAULT, H5P_DEFAULT);
    if (how == 5) {
        const hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        if (group >= 0) H5Gclose(group);
    }
}

static void edit(stream *from, hid_t file)
{
    const unsigned what = (unsigned)take(from, 1) % 4;
    const char *name = base.link[take(from, 1) % (unsigned)base.links];
    if (what == 0) replace_dataset(from, file, name);
    if (what == 1) replace_attribute(from, file, name);
    if (what == 2) change_dataset(from, file, name);
    if (what == 3) bend_link(from, file, name);
}

static bool is_file(const uint8_t *data, size_t size)
{
    static const uint8_t mark[] = {0x89, 'H', 'D', 'F'};
    return size >= sizeof mark && memcmp(data, mark, sizeof mark) == 0;
}

unsigned h5_edits_flips(const uint8_t *data, size_t size)
{
    if (getenv("FUZZ_NO_FLIPS") != NULL || size == 0) return 0;
    return is_file(data, size) ? 1 : data[0] % 4u;
}

const char *h5_edits_make(const uint8_t *data, size_t size)
{
    if (is_file(data, size)) {
        fill(data, size);
        return base.path;
    }
    fill(base.bytes, base.size);
    stream from = {data, size};
    const unsigned flips = h5_edits_flips(data, size);
    take(&from, 1);
    const hid_t file = H5Fopen(base.path, H5F_ACC_RDWR, H5P_DEFAULT);
    if (file < 0) H5Eprint2(H5E_DEFAULT, stderr);
    FUZZ_CHECK(file >= 0, "the sound file cannot be opened");
    for (int i = 0; i < MOST_EDITS && from.size > 0; i++) edit(&from, file);
    H5Fclose(file);
    H5Eclear2(H5E_DEFAULT);
    for (unsigned i = 0; i < flips; i++) {
        const uint8_t byte = (uint8_t)take(&from, 1);
        if (pwrite(base.file, &byte, 1, (off_t)(take(&from, 3) % base.size)) != 1) return base.path;
    }
    return base.path;
}
