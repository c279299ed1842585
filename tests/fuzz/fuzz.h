/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A fuzzed entry point: any bytes in, no crash, no wrong promise out. Each target_*.c defines
 * these two; libFuzzer or drive.c calls them. What a target finds wrong ends in abort().
 */
#ifndef HG_TESTS_FUZZ_H
#define HG_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *count, char ***words);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Ends the process with a reason where something does not hold. */
#define FUZZ_CHECK(holds, ...)                                                                     \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #holds);                            \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fputc('\n', stderr);                                                                   \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
