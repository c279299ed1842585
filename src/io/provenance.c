/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/provenance.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "hg_build.h" /* written at every build by io/build.cmake */
#include "io/h5.h"

#define HOST_SIZE 256

const char *hg_provenance_version(void) { return HG_BUILD_VERSION; }

const char *hg_provenance_revision(int *dirty)
{
    *dirty = HG_BUILD_DIRTY;
    return HG_BUILD_REVISION;
}

const char *hg_provenance_compiler(void) { return HG_BUILD_COMPILER; }
const char *hg_provenance_flags(void) { return HG_BUILD_FLAGS; }

void hg_provenance_now(char text[HG_TIME_SIZE])
{
    const time_t now = time(NULL);
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(text, HG_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

/* Ranks of one machine are mostly neighbours, so comparing with the last name would nearly
 * do; a search keeps round-robin placements short too. */
static void list_hosts(char *list, const char *names, int ranks)
{
    size_t length = 0;
    for (int rank = 0; rank < ranks; rank++) {
        const char *name = names + (size_t)rank * HOST_SIZE;
        int known = 0;
        for (int other = 0; other < rank && !known; other++)
            known = strcmp(name, names + (size_t)other * HOST_SIZE) == 0;
        if (known) continue;
        if (length > 0) length += (size_t)sprintf(list + length, ", ");
        length += (size_t)sprintf(list + length, "%s", name);
    }
}

hg_status hg_provenance_gather(hg_provenance *provenance, MPI_Comm communicator, int threads)
{
    int rank;
    *provenance = (hg_provenance){.hosts = NULL};
    hg_provenance_now(provenance->start);
    MPI_Comm_rank(communicator, &rank);
    MPI_Comm_size(communicator, &provenance->ranks);
    MPI_Allreduce(&threads, &provenance->threads, 1, MPI_INT, MPI_MAX, communicator);

    char name[HOST_SIZE] = "";
    gethostname(name, sizeof name - 1);
    char *names = NULL, spare[HOST_SIZE];
    hg_status status = HG_OK;
    if (rank == 0) {
        status = hg_allocate(&names, HG_MEMORY_OTHER, (size_t)provenance->ranks, HOST_SIZE);
        if (status == HG_OK)
            status = hg_allocate(&provenance->hosts, HG_MEMORY_OTHER,
                                 (size_t)provenance->ranks + 1, HOST_SIZE + 2);
    }
    int agreed = status == HG_OK; /* the others must not wait in vain */
    MPI_Bcast(&agreed, 1, MPI_INT, 0, communicator);
    if (agreed)
        MPI_Gather(name, HOST_SIZE, MPI_CHAR, rank == 0 ? names : spare, HOST_SIZE, MPI_CHAR, 0,
                   communicator);
    if (agreed && rank == 0) list_hosts(provenance->hosts, names, provenance->ranks);
    hg_release(&names);
    return status;
}

void hg_provenance_free(hg_provenance *provenance) { hg_release(&provenance->hosts); }

static void cpu_model(char *text, size_t size)
{
    text[0] = '\0';
    FILE *file = fopen("/proc/cpuinfo", "r");
    if (file == NULL) return;
    char line[256];
    while (text[0] == '\0' && fgets(line, sizeof line, file) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || colon == NULL) continue;
        snprintf(text, size, "%s", colon[1] == ' ' ? colon + 2 : colon + 1);
        text[strcspn(text, "\n")] = '\0';
    }
    fclose(file);
}

static void mpi_library(char *text)
{
    int length = 0;
    MPI_Get_library_version(text, &length);
    for (char *c = text; *c != '\0'; c++)
        if (*c == '\n') *c = ' ';
}

static hg_status write_program(hid_t group)
{
    char mpi[MPI_MAX_LIBRARY_VERSION_STRING], hdf5[64];
    unsigned major, minor, release;
    mpi_library(mpi);
    H5get_libversion(&major, &minor, &release);
    snprintf(hdf5, sizeof hdf5, "HDF5 %u.%u.%u", major, minor, release);
    HG_TRY(hg_h5_put_text(group, "version", HG_BUILD_VERSION));
    HG_TRY(hg_h5_put_text(group, "git_revision", HG_BUILD_REVISION));
    HG_TRY(hg_h5_put_int32(group, "git_dirty", HG_BUILD_DIRTY));
    HG_TRY(hg_h5_put_text(group, "compiler", HG_BUILD_COMPILER));
    HG_TRY(hg_h5_put_text(group, "compiler_flags", HG_BUILD_FLAGS));
    HG_TRY(hg_h5_put_text(group, "mpi_library", mpi));
    return hg_h5_put_text(group, "hdf5_library", hdf5);
}

hg_status hg_provenance_write(hid_t group, const hg_provenance *provenance,
                              const char *command_line, const char *kernels)
{
    char cpu[256];
    cpu_model(cpu, sizeof cpu);
    HG_TRY(write_program(group));
    HG_TRY(hg_h5_put_text(group, "command_line", command_line != NULL ? command_line : ""));
    HG_TRY(hg_h5_put_text(group, "hosts", provenance->hosts));
    HG_TRY(hg_h5_put_int32(group, "ranks", provenance->ranks));
    HG_TRY(hg_h5_put_int32(group, "threads", provenance->threads));
    HG_TRY(hg_h5_put_text(group, "cpu", cpu));
    HG_TRY(hg_h5_put_text(group, "kernels", kernels != NULL ? kernels : ""));
    HG_TRY(hg_h5_put_text(group, "start", provenance->start));
    HG_TRY(hg_h5_put_text(group, "end", ""));
    return hg_h5_put_text(group, "resumed_from", "");
}
