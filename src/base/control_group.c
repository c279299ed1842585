/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/control_group.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Slurm and systemd set limits on groups that contain the one in which a process runs, and a machine may
 * have both versions at once. /proc/self/mountinfo tells where each of them is mounted, and which group
 * its mount point is; /proc/self/cgroup tells the group of this process. */

enum { PATH_ROOM = 4096, LINE_ROOM = 2 * PATH_ROOM };

typedef struct hierarchy {
    bool first_version;
    char root[PATH_ROOM];  /* the group that the mount point is */
    char mount[PATH_ROOM]; /* where it is mounted */
} hierarchy;

static FILE *open_below(const char *root, const char *path)
{
    char name[LINE_ROOM];
    const int length = snprintf(name, sizeof name, "%s%s", root, path);
    return length > 0 && (size_t)length < sizeof name ? fopen(name, "r") : NULL;
}

/* Whether `word` is in a list with commas. */
static bool is_listed(const char *word, const char *list, size_t length)
{
    const size_t wanted = strlen(word);
    for (const char *end = list + length; list < end; list += strcspn(list, ",:\n") + 1)
        if (strcspn(list, ",:\n") == wanted && strncmp(list, word, wanted) == 0) return true;
    return false;
}

/* Spaces, and what else would end a field, are octal numbers: \040. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; to++) {
        const bool escaped = *from == '\\' && strspn(from + 1, "01234567") >= 3;
        *to = escaped ? (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0')) : *from;
        from += escaped ? 4 : 1;
    }
    *to = '\0';
}

/* A line of mountinfo: false where it is no hierarchy that limits memory. */
static bool read_mount(const char *line, hierarchy *found)
{
    char kind[32], options[PATH_ROOM];
    if (sscanf(line, "%*s %*s %*s %4095s %4095s", found->root, found->mount) != 2) return false;
    const char *rest = strstr(line, " - "); /* behind a number of fields that varies */
    if (rest == NULL || sscanf(rest, " - %31s %*s %4095s", kind, options) != 2) return false;
    unescape(found->root);
    unescape(found->mount);
    found->first_version = strcmp(kind, "cgroup") == 0;
    return found->first_version ? is_listed("memory", options, strlen(options))
                                : strcmp(kind, "cgroup2") == 0;
}

/* The group of this process in a hierarchy: of lines NUMBER:CONTROLLERS:PATH that of number 0 in
 * version 2, that with the controller in version 1. */
static bool find_group(const char *root, bool first_version, char group[PATH_ROOM])
{
    char line[LINE_ROOM];
    FILE *file = open_below(root, "/proc/self/cgroup");
    bool found = false;
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        const char *controllers = strchr(line, ':');
        const char *path = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
        if (path == NULL) continue;
        found = first_version
                    ? is_listed("memory", controllers + 1, (size_t)(path - controllers - 1))
                    : strncmp(line, "0::", 3) == 0;
        if (found) snprintf(group, PATH_ROOM, "%.*s", (int)strcspn(path + 1, "\n"), path + 1);
    }
    if (file != NULL) fclose(file);
    return found;
}

/* The number in a file of a group; `otherwise` where there is none, as in "max". */
static double read_number(const char *root, const char *folder, const char *file_name,
                          double otherwise)
{
    char path[LINE_ROOM], text[64] = "", *end = text;
    if (snprintf(path, sizeof path, "%s/%s", folder, file_name) >= (int)sizeof path) return otherwise;
    FILE *file = open_below(root, path);
    if (file == NULL) return otherwise;
    const bool read = fgets(text, sizeof text, file) != NULL;
    fclose(file);
    const double number = read ? strtod(text, &end) : otherwise;
    return end != text ? number : otherwise;
}

/* From the group of this process to the mount point. Groups of version 1 may leave what they contain
 * alone (memory.use_hierarchy). Of a group beyond the mount point, as a container may have it, the mount
 * point is all that can be seen. */
static double least_limit(const char *root, const hierarchy *at, const char *group)
{
    char folder[LINE_ROOM];
    const size_t shared = strcmp(at->root, "/") == 0 ? 0 : strlen(at->root);
    const size_t top = strcmp(at->mount, "/") == 0 ? 0 : strlen(at->mount);
    const bool inside = strncmp(group, at->root, shared) == 0 && strstr(group, "/..") == NULL &&
                        (group[shared] == '/' || group[shared] == '\0');
    snprintf(folder, sizeof folder, "%.*s%s", (int)top, at->mount, inside ? group + shared : "");
    double least = INFINITY;
    for (;;) {
        const char *file = at->first_version ? "memory.limit_in_bytes" : "memory.max";
        least = fmin(least, read_number(root, folder, file, INFINITY));
        if (strlen(folder) <= top) return least;
        *strrchr(folder, '/') = '\0';
        if (read_number(root, folder, "memory.use_hierarchy", 1.0) == 0.0) return least;
    }
}

double hg_control_group_limit(const char *root)
{
    char line[LINE_ROOM], group[PATH_ROOM];
    hierarchy at;
    double least = INFINITY;
    FILE *file = open_below(root, "/proc/self/mountinfo");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (read_mount(line, &at) && find_group(root, at.first_version, group))
            least = fmin(least, least_limit(root, &at, group));
    if (file != NULL) fclose(file);
    return least;
}
