/* SPDX-License-Identifier: GPL-3.0-or-later
 * Limits of control groups, read from folders made up as Linux shows them. */
#include "support.h"

#include <ftw.h>
#include <sys/stat.h>

#include "base/control_group.h"

#define MEBIBYTE 1048576.0
#define NONE_V1 "9223372036854771712" /* what version 1 shows where there is no limit */

static char root[] = "control-group-XXXXXX";

/* Folders as well, as far as they are absent. */
static void write_file(const char *name, const char *content)
{
    char path[1024];
    snprintf(path, sizeof path, "%s%s", root, name);
    for (char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    ck_assert_msg(file != NULL, "%s", path);
    ck_assert(fputs(content, file) >= 0 && fclose(file) == 0);
}

static int remove_one(const char *path, const struct stat *found, int kind, struct FTW *place)
{
    (void)found, (void)kind, (void)place;
    return remove(path);
}

static void make_root(void)
{
    strcpy(root, "control-group-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
}

static void remove_root(void) { nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS); }

static void describe(const char *mounts, const char *groups)
{
    write_file("/proc/self/mountinfo", mounts);
    write_file("/proc/self/cgroup", groups);
}

static void assert_limit(double expected)
{
    const double limit = hg_control_group_limit(root);
    ck_assert_msg(limit == expected, "%g instead of %g", limit, expected);
}

static const char version_2[] = "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"
                                "30 22 0:26 / /sys/fs/cgroup rw,nosuid shared:9 master:1 - cgroup2 cgroup2 "
                                "rw,nsdelegate,memory_recursiveprot\n";
static const char version_1[] =
    "31 22 0:27 / /sys/fs/cgroup ro,nosuid shared:9 - tmpfs tmpfs ro,mode=755\n"
    "32 31 0:28 / /sys/fs/cgroup/cpu,cpuacct rw shared:11 - cgroup cgroup rw,cpu,cpuacct\n"
    "33 31 0:29 / /sys/fs/cgroup/memory rw shared:12 - cgroup cgroup rw,memory\n"
    "34 31 0:30 / /sys/fs/cgroup/unified rw shared:13 - cgroup2 cgroup2 rw\n";
static const char groups_1[] = "9:cpu,cpuacct:/busy\n8:memory:/slurm/uid_0/job_7/step_0\n0::/init.scope\n";

START_TEST(nothing_known_is_no_limit)
{
    assert_limit(INFINITY);
    describe("", "");
    assert_limit(INFINITY);
    describe(version_2, "0::/a/b\n"); /* no files */
    assert_limit(INFINITY);
    describe("12 1 - cgroup2\n\n30 22 0:26 / /x rw cgroup2\n", "0\n0:\n0::\nmemory:/\n");
    assert_limit(INFINITY);
}
END_TEST

START_TEST(version_2_has_the_least_of_all_groups_above)
{
    describe(version_2, "0::/system.slice/job.scope/step\n");
    write_file("/sys/fs/cgroup/system.slice/job.scope/step/memory.max", "max\n");
    assert_limit(INFINITY);
    write_file("/sys/fs/cgroup/system.slice/job.scope/memory.max", "62914560\n");
    assert_limit(60 * MEBIBYTE);
    write_file("/sys/fs/cgroup/system.slice/memory.max", "31457280\n");
    assert_limit(30 * MEBIBYTE);
    write_file("/sys/fs/cgroup/system.slice/job.scope/step/memory.max", "20971520\n");
    assert_limit(20 * MEBIBYTE);
    write_file("/sys/fs/cgroup/memory.max", "10485760\n"); /* of a container */
    assert_limit(10 * MEBIBYTE);
    write_file("/sys/fs/cgroup/other/memory.max", "1\n");
    assert_limit(10 * MEBIBYTE);
}
END_TEST

START_TEST(version_1_has_the_least_of_all_groups_above)
{
    describe(version_1, groups_1);
    write_file("/sys/fs/cgroup/memory/memory.limit_in_bytes", NONE_V1 "\n");
    write_file("/sys/fs/cgroup/memory/slurm/uid_0/job_7/step_0/memory.limit_in_bytes", NONE_V1 "\n");
    assert_limit(strtod(NONE_V1, NULL));
    write_file("/sys/fs/cgroup/memory/slurm/uid_0/job_7/memory.limit_in_bytes", "62914560\n");
    assert_limit(60 * MEBIBYTE);
    write_file("/sys/fs/cgroup/memory/slurm/uid_0/job_7/step_0/memory.limit_in_bytes", "20971520\n");
    assert_limit(20 * MEBIBYTE);
    write_file("/sys/fs/cgroup/memory/slurm/memory.limit_in_bytes", "10485760\n");
    assert_limit(10 * MEBIBYTE);
    write_file("/sys/fs/cgroup/memory/slurm/memory.use_hierarchy", "0\n"); /* for itself alone */
    assert_limit(20 * MEBIBYTE);
    write_file("/sys/fs/cgroup/unified/init.scope/memory.max", "5242880\n"); /* both versions at once */
    assert_limit(5 * MEBIBYTE);
    write_file("/sys/fs/cgroup/cpu,cpuacct/busy/memory.limit_in_bytes", "1\n");
    assert_limit(5 * MEBIBYTE);
}
END_TEST

START_TEST(containers_see_a_part)
{
    /* the mount point is the container's group, and the process in a group below it */
    describe("40 22 0:26 /docker/c1 /sys/fs/cgroup ro - cgroup2 cgroup rw\n", "0::/docker/c1/job\n");
    write_file("/sys/fs/cgroup/memory.max", "62914560\n");
    write_file("/sys/fs/cgroup/job/memory.max", "41943040\n");
    assert_limit(40 * MEBIBYTE);
    /* groups that are not below the mount point: all that is seen is the mount point */
    describe("40 22 0:26 /docker/c1 /sys/fs/cgroup ro - cgroup2 cgroup rw\n", "0::/docker/c10\n");
    assert_limit(60 * MEBIBYTE);
    describe(version_2, "0::/../../job\n");
    assert_limit(60 * MEBIBYTE);
}
END_TEST

START_TEST(mount_points_may_be_anywhere)
{
    describe("40 22 0:26 / /my\\040groups rw - cgroup none rw,cpuset,memory\n", "3:cpuset,memory:/a:b\n");
    write_file("/my groups/a:b/memory.limit_in_bytes", "62914560\n");
    assert_limit(60 * MEBIBYTE);
    describe("40 22 0:26 / /my\\040groups rw - cgroup none rw,cpuset\n", "3:cpuset:/a:b\n");
    assert_limit(INFINITY);
}
END_TEST

START_TEST(long_paths_are_no_limit)
{
    char groups[20000] = "0::";
    for (int i = 0; i < 4500; i++) strcat(groups, "/a");
    describe(version_2, groups);
    const double limit = hg_control_group_limit(root);
    ck_assert(limit == INFINITY);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("control groups");
    TCase *group = tcase_create("tree");
    tcase_add_checked_fixture(group, make_root, remove_root);
    tcase_add_test(group, nothing_known_is_no_limit);
    tcase_add_test(group, version_2_has_the_least_of_all_groups_above);
    tcase_add_test(group, version_1_has_the_least_of_all_groups_above);
    tcase_add_test(group, containers_see_a_part);
    tcase_add_test(group, mount_points_may_be_anywhere);
    tcase_add_test(group, long_paths_are_no_limit);
    suite_add_tcase(suite, group);
    return hg_test_run(suite, CK_NORMAL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
