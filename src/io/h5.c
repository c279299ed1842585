/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/h5.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

#define LONGEST_TEXT ((size_t)64 << 20) /* of a fixed-length attribute of a foreign file */

void hg_h5_quiet(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

typedef struct description {
    char text[512];
} description;

static herr_t keep_innermost(unsigned number, const H5E_error2_t *error, void *context)
{
    description *innermost = context;
    if (number == 0 && error->desc != NULL)
        snprintf(innermost->text, sizeof innermost->text, "%s", error->desc);
    return 0;
}

/* HDF5 wraps what the system said in file descriptors and addresses: only that matters. */
static const char *system_message(char *text)
{
    static const char mark[] = "error message = '";
    char *start = strstr(text, mark);
    if (start == NULL) return text;
    start += sizeof mark - 1;
    char *end = strchr(start, '\'');
    if (end != NULL) *end = '\0';
    return start;
}

bool hg_h5_has_room(void) { return hg_memory_has_room((size_t)16 << 20); }

/* Where memory is short it is not the file's fault; damaged sizes ask for too much of it, too. */
static bool is_starved(const char *said)
{
    return (said[0] == '\0' || strstr(said, "memory allocation failed") != NULL) &&
           !hg_h5_has_room();
}

/* The system did not do what it was asked for: the file may be sound. */
static bool is_of_system(const char *said)
{
    return strstr(said, "error message = '") != NULL &&
           strstr(said, "'No such file or directory'") == NULL;
}

/* The file is sound, but its superblock or another message is of a later format. */
static bool is_newer(const char *said)
{
    static const char *const words[] = {"bad superblock version number", "version out of bounds",
                                        "version exceeds high bound",
                                        "unknown superblock version"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(said, words[i]) != NULL) return true;
    return false;
}

hg_status hg_h5_fail(hg_status status, const char *what)
{
    description innermost = {""};
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &innermost);
    H5Eclear2(H5E_DEFAULT);
    if (status == HG_BAD_INPUT && is_of_system(innermost.text)) status = HG_IO;
    const char *said = system_message(innermost.text);
    if (is_starved(said)) return hg_fail(HG_NO_MEMORY, "%s: no memory for HDF5", what);
    if (is_newer(said))
        return hg_fail(status, "%s: it is of a newer HDF5 format than can be used here (%s)", what, said);
    return hg_fail(status, "%s: %s", what, said[0] != '\0' ? said : "HDF5 gives no reason");
}

static int64_t unclosed;

int64_t hg_h5_unclosed(void) { return unclosed; }

/* Most calls forget what the last failure was; closing after one must not. */
void hg_h5_close(hid_t *handle)
{
    if (*handle > 0) {
        const hid_t said = H5Eget_num(H5E_DEFAULT) > 0 ? H5Eget_current_stack() : -1;
        unclosed += H5Idec_ref(*handle) < 0;
        if (said >= 0) H5Eset_current_stack(said);
    }
    *handle = -1;
}

/* What does not go to the disk before it is closed may do so as it is closed: only what stays
 * behind makes HDF5 fall at its end. */
hg_status hg_h5_close_dataset(hid_t *handle, const char *what)
{
    const int64_t before = unclosed;
    const hg_status status = H5Dflush(*handle) < 0 ? hg_h5_fail(HG_IO, what) : HG_OK;
    hg_h5_close(handle);
    return status == HG_OK && unclosed > before ? hg_h5_fail(HG_IO, what) : status;
}

bool hg_h5_close_file(hid_t file)
{
    const bool closed = H5Fclose(file) >= 0;
    unclosed += !closed;
    return closed;
}

hid_t hg_h5_text_type(void)
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

hid_t hg_h5_properties(hid_t kind)
{
    const hid_t properties = H5Pcreate(kind);
    H5Pset_attr_creation_order(properties, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    H5Pset_attr_phase_change(properties, 64, 0);
    return properties;
}

hid_t hg_h5_open(const char *path, bool writing)
{
    hg_h5_quiet();
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_file_locking(access, false, true);
    /* Files are read in any format that the library knows, but only the format of 1.8 is written. */
    H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, writing ? H5F_LIBVER_V18 : H5F_LIBVER_LATEST);
    const hid_t file =
        hg_h5_has_room() ? H5Fopen(path, writing ? H5F_ACC_RDWR : H5F_ACC_RDONLY, access) : -1;
    hg_h5_close(&access);
    return file;
}

static hg_status put(hid_t object, const char *name, hid_t type, const void *value)
{
    const hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute;
    if (H5Aexists(object, name) > 0)
        attribute = H5Aopen(object, name, H5P_DEFAULT);
    else
        attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    hg_status status = HG_OK;
    if (attribute < 0 || H5Awrite(attribute, type, value) < 0) {
        char what[128];
        snprintf(what, sizeof what, "cannot write the attribute %s", name);
        status = hg_h5_fail(HG_IO, what);
    }
    hg_h5_close(&attribute);
    H5Sclose(space);
    return status;
}

hg_status hg_h5_put_text(hid_t object, const char *name, const char *text)
{
    const hid_t type = hg_h5_text_type();
    const hg_status status = put(object, name, type, &text);
    H5Tclose(type);
    return status;
}

hg_status hg_h5_put_fixed_text(hid_t object, const char *name, const char *text)
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, strlen(text) + 1);
    const hg_status status = put(object, name, type, text);
    H5Tclose(type);
    return status;
}

hg_status hg_h5_put_int32(hid_t object, const char *name, int32_t value)
{
    return put(object, name, H5T_NATIVE_INT32, &value);
}

hg_status hg_h5_put_int64(hid_t object, const char *name, int64_t value)
{
    return put(object, name, H5T_NATIVE_INT64, &value);
}

static hg_status text_of(hid_t attribute, hid_t type, char **text)
{
    if (H5Tis_variable_str(type) > 0) {
        char *read = NULL;
        const hid_t memory = H5Tcopy(type);
        const herr_t failed = H5Aread(attribute, memory, &read);
        H5Tclose(memory);
        if (failed < 0) return hg_h5_fail(HG_BAD_INPUT, "cannot be read");
        const hg_status status = hg_copy_text(text, HG_MEMORY_OTHER, read != NULL ? read : "");
        H5free_memory(read);
        return status;
    }
    const size_t size = H5Tget_size(type);
    if (size == 0 || size > LONGEST_TEXT)
        return hg_fail(HG_BAD_INPUT, "a text of %zu bytes", size);
    HG_TRY(hg_allocate(text, HG_MEMORY_OTHER, size + 1, 1)); /* the last byte stays 0 */
    if (H5Aread(attribute, type, *text) >= 0) return HG_OK;
    hg_release(text);
    return hg_h5_fail(HG_BAD_INPUT, "cannot be read");
}

/* Opens a scalar attribute whose type is of `class`. */
static hg_status open_scalar(hid_t object, const char *name, H5T_class_t class, hid_t *attribute,
                             hid_t *type)
{
    *attribute = *type = -1;
    if (H5Aexists(object, name) <= 0) {
        H5Eclear2(H5E_DEFAULT);
        return hg_fail(HG_BAD_INPUT, "the attribute %s is missing", name);
    }
    *attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (*attribute < 0) return hg_h5_fail(HG_BAD_INPUT, name);
    *type = H5Aget_type(*attribute);
    hid_t space = H5Aget_space(*attribute);
    const bool scalar = space >= 0 && H5Sget_simple_extent_npoints(space) == 1;
    hg_h5_close(&space);
    if (*type < 0 || H5Tget_class(*type) != class || !scalar)
        return hg_fail(HG_BAD_INPUT, "the attribute %s is not a single %s", name,
                       class == H5T_STRING ? "text" : "integer");
    return HG_OK;
}

hg_status hg_h5_get_text(hid_t object, const char *name, char **text)
{
    hid_t attribute, type;
    *text = NULL;
    hg_status status = open_scalar(object, name, H5T_STRING, &attribute, &type);
    if (status == HG_OK) {
        status = text_of(attribute, type, text);
        if (status != HG_OK) hg_fail_within(status, "the attribute %s: ", name);
    }
    hg_h5_close(&type);
    hg_h5_close(&attribute);
    return status;
}

hg_status hg_h5_get_int64(hid_t object, const char *name, int64_t *value)
{
    hid_t attribute, type;
    hg_status status = open_scalar(object, name, H5T_INTEGER, &attribute, &type);
    if (status == HG_OK && H5Aread(attribute, H5T_NATIVE_INT64, value) < 0)
        status = hg_h5_fail(HG_BAD_INPUT, name);
    hg_h5_close(&type);
    hg_h5_close(&attribute);
    return status;
}
