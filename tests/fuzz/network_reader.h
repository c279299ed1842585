/* SPDX-License-Identifier: GPL-3.0-or-later
 * The entry points of a reader of networks, FUZZ_READ, of files called FUZZ_NAME. The first byte
 * chooses the settings that they are read with. */
#include <string.h>

#include "base/memory.h"
#include "fuzz.h"
#include "io/network_file.h"
#include "population/network.h"

#ifndef FUZZ_KNOWN
#define FUZZ_KNOWN(text) false
#endif

static hg_config config;
static hg_sign signs[] = {{.token = (char[]){"+"}, .sign = 1.0},
                          {.token = (char[]){"-"}, .sign = -1.0},
                          {.token = (char[]){"?"}, .sign = 0.0}};
static char *genes[] = {(char[]){"a"}, (char[]){"b"}, (char[]){"lac I"}};

int LLVMFuzzerInitialize(int *count, char ***words)
{
    (void)count;
    (void)words;
    config.network.default_weight = 0.5;
    return 0;
}

static void build(const hg_edge_list *list)
{
    hg_network network = {0};
    const hg_status status =
        hg_network_create(&network, list->names.count, (const char *const *)list->names.name,
                          list->names.count, list->edges, list->count);
    FUZZ_CHECK(status == HG_OK || status == HG_BAD_INPUT, "status %d: %s", (int)status,
               hg_error_message());
    for (int64_t e = 0; status == HG_OK && e < network.edges; e++)
        FUZZ_CHECK(network.source[e] >= 0 && network.source[e] < network.genes &&
                   network.target[e] >= 0 && network.target[e] < network.genes, "edge %lld",
                   (long long)e);
    hg_network_free(&network);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || memchr(data + 1, '\0', size - 1) != NULL) return 0;
    char *text = malloc(size);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    if (FUZZ_KNOWN(text)) {
        free(text);
        return 0;
    }
    config.network.signs = data[0] & 1 ? signs : NULL;
    config.network.sign_count = data[0] & 1 ? 3 : 0;
    config.network.genes = data[0] & 2 ? genes : NULL;
    config.network.gene_count = data[0] & 2 ? 3 : 0;
    const int64_t before = hg_memory_total().current;
    hg_edge_list list;
    const hg_status status = FUZZ_READ(&list, FUZZ_NAME, text, &config);
    if (status == HG_OK)
        build(&list);
    else
        FUZZ_CHECK(status == HG_BAD_INPUT && hg_error_message()[0] != '\0', "status %d: %s",
                   (int)status, hg_error_message());
    hg_edge_list_free(&list);
    FUZZ_CHECK(hg_memory_total().current == before, "memory is lost");
    free(text);
    return 0;
}
