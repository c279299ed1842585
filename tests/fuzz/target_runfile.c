/* SPDX-License-Identifier: GPL-3.0-or-later
 * The run file: text is parsed, resolved and printed; what is printed is a run file, and prints
 * as itself. */
#include <string.h>

#include "base/memory.h"
#include "fuzz.h"
#include "io/runfile.h"

#define PATH HG_FUZZ_CORPUS "/runfile/run.yaml"

int LLVMFuzzerInitialize(int *count, char ***words)
{
    (void)count;
    (void)words;
    return 0;
}

static void check_failure(hg_status status)
{
    const char *message = hg_error_message();
    FUZZ_CHECK(status == HG_BAD_INPUT || status == HG_NO_MEMORY || status == HG_USAGE,
               "status %d: %s", (int)status, message);
    FUZZ_CHECK(message[0] != '\0', "no message of status %d", (int)status);
}

/* Legal but slow is not what is looked for; nor are files of this machine. */
static bool is_small(const hg_config *config)
{
    const int64_t most = 500;
    if (config->network.file != NULL && strcmp(config->network.file, "edges.tsv") != 0)
        return false;
    return config->population.genes <= most && config->population.demes <= most;
}

/* The resolved run file as text; NULL where there is none. */
static char *resolve(hg_config *config, hg_network *network)
{
    char *printed = NULL;
    hg_status status = hg_runfile_resolve(config, network);
    if (status == HG_OK) {
        status = hg_runfile_print(config, &printed);
        FUZZ_CHECK(status == HG_OK, "cannot be printed: %s", hg_error_message());
    } else {
        check_failure(status);
    }
    return printed;
}

static void check_print(const char *printed)
{
    hg_config config = {0};
    hg_network network = {0};
    hg_status status = hg_runfile_parse(&config, PATH, printed, NULL, 0);
    FUZZ_CHECK(status == HG_OK, "what was printed is refused: %s\n%s", hg_error_message(), printed);
    status = hg_runfile_resolve(&config, &network);
    FUZZ_CHECK(status == HG_OK, "what was printed does not resolve: %s\n%s", hg_error_message(),
               printed);
    char *again = NULL;
    FUZZ_CHECK(hg_runfile_print(&config, &again) == HG_OK, "%s", hg_error_message());
    FUZZ_CHECK(strcmp(printed, again) == 0, "printed\n%s\nthen\n%s", printed, again);
    hg_release(&again);
    hg_network_free(&network);
    hg_config_free(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (memchr(data, '\0', size) != NULL) return 0; /* refused when a file is loaded */
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    const int64_t before = hg_memory_total().current;
    hg_config config = {0};
    hg_network network = {0};
    const hg_status status = hg_runfile_parse(&config, PATH, text, NULL, 0);
    if (status != HG_OK) check_failure(status);
    char *printed = NULL;
    if (status == HG_OK && is_small(&config)) printed = resolve(&config, &network);
    hg_network_free(&network);
    hg_config_free(&config);
    if (printed != NULL) check_print(printed);
    hg_release(&printed);
    FUZZ_CHECK(hg_memory_total().current == before, "memory is lost");
    free(text);
    return 0;
}
