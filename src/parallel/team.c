/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel/team.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/visible.h"

hg_status hg_team_share(MPI_Comm communicator, int root, hg_status status)
{
    char message[8192]; /* as much as hg_fail keeps: all the mistakes of a bad run file */
    int value = (int)status;
    snprintf(message, sizeof message, "%s", hg_error_message());
    MPI_Bcast(&value, 1, MPI_INT, root, communicator);
    if (value == HG_OK) return HG_OK;
    MPI_Bcast(message, (int)sizeof message, MPI_CHAR, root, communicator);
    return hg_fail_as((hg_status)value, message);
}

hg_status hg_team_agree(MPI_Comm communicator, hg_status status)
{
    struct {
        int status, rank;
    } mine = {(int)status, 0}, worst;
    MPI_Comm_rank(communicator, &mine.rank);
    MPI_Allreduce(&mine, &worst, 1, MPI_2INT, MPI_MAXLOC, communicator);
    if (worst.status == HG_OK) return HG_OK;
    return hg_team_share(communicator, worst.rank, status);
}

void hg_team_share_bytes(MPI_Comm communicator, int root, void *bytes, size_t size)
{
    const size_t most = 1 << 30; /* MPI counts with an int */
    for (size_t at = 0; at < size; at += most)
        MPI_Bcast((char *)bytes + at, (int)(size - at < most ? size - at : most), MPI_BYTE, root,
                  communicator);
}

hg_status hg_team_share_text(MPI_Comm communicator, int root, char **text)
{
    int rank;
    MPI_Comm_rank(communicator, &rank);
    unsigned long size = rank == root ? strlen(*text) + 1 : 0;
    MPI_Bcast(&size, 1, MPI_UNSIGNED_LONG, root, communicator);
    hg_status status = HG_OK;
    if (rank != root) status = hg_allocate(text, HG_MEMORY_CONFIGURATION, size, 1);
    HG_TRY(hg_team_agree(communicator, status));
    hg_team_share_bytes(communicator, root, *text, size);
    return HG_OK;
}

_Noreturn void hg_team_abort(MPI_Comm communicator, hg_status status)
{
    hg_tell("happygene: %s\n", hg_error_message());
    fflush(stderr);
    MPI_Abort(communicator, (int)status);
    abort();
}
