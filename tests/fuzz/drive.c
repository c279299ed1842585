/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Drives a fuzzed entry point without a fuzzer: every file of the corpus, then as many mutants
 * of them as asked for, always the same ones. An input that ends the program, or takes longer
 * than 30 s, is left in the file fuzz-input.
 *
 * usage: TARGET MUTANTS FOLDER...
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

enum { MOST_FILES = 1024, LONGEST = 1 << 20, SECONDS = 30 };

static struct {
    uint8_t *data;
    size_t size;
} corpus[MOST_FILES];
static int files;
static uint8_t input[LONGEST];
static size_t input_size;
static uint64_t state = 20240229;

/* splitmix64 */
static uint64_t draw(uint64_t below)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) % below;
}

static void keep_input(int signal_number)
{
    static const char words[] = "the input is in fuzz-input\n";
    const int file = open("fuzz-input", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file >= 0 && write(file, input, input_size) == (ssize_t)input_size && close(file) == 0 &&
        write(STDERR_FILENO, words, sizeof words - 1) < 0)
        _exit(3);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name); /* the same order everywhere */
}

static void load(const char *folder)
{
    struct dirent **entries;
    const int count = scandir(folder, &entries, NULL, by_name);
    FUZZ_CHECK(count >= 0, "%s cannot be read", folder);
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        FILE *file = entries[i]->d_name[0] == '.' ? NULL : fopen(path, "rb");
        if (file != NULL && files < MOST_FILES) {
            corpus[files].data = malloc(LONGEST);
            corpus[files].size = fread(corpus[files].data, 1, LONGEST, file);
            files++;
        }
        if (file != NULL) fclose(file);
        free(entries[i]);
    }
    free(entries);
}

static void replace_bytes(size_t at, size_t old, const uint8_t *bytes, size_t size)
{
    if (at + old > input_size || input_size - old + size > LONGEST) return;
    memmove(input + at + size, input + at + old, input_size - at - old);
    memmove(input + at, bytes, size);
    input_size += size - old;
}

static void mutate(void)
{
    static const char *const words[] = {"-1", "0", "1e308", "nan", ".inf", "[", "]", "{", "}", ": ",
        "\n", "\n  ", "\t", "- ", "'", "\"", "#", "&a", "*a", "!!", "9223372036854775807", "~",
        "4294967296", "true", "<<", "|", "?", "\r\n", "\xef\xbb\xbf", "uniform(0, 1)", "\x80"};
    const size_t at = (size_t)draw(input_size + 1);
    const size_t rest = input_size - at;
    const size_t some = rest > 0 ? (size_t)draw(rest < 40 ? rest : 40) : 0;
    const char *word = words[draw(sizeof words / sizeof *words)];
    const int other = (int)draw((uint64_t)files);
    uint8_t copy[40];
    switch (draw(7)) {
    case 0: if (rest > 0) input[at] ^= (uint8_t)(1u << draw(8)); break;
    case 1: if (rest > 0) input[at] = (uint8_t)draw(256); break;
    case 2: replace_bytes(at, some, copy, 0); break;
    case 3: replace_bytes(at, draw(2) ? some : 0, (const uint8_t *)word, strlen(word)); break;
    case 4:
        memcpy(copy, input + at, some);
        replace_bytes((size_t)draw(input_size + 1), 0, copy, some);
        break;
    case 5:
        if (corpus[other].size > 40)
            replace_bytes(at, 0, corpus[other].data + draw(corpus[other].size - 40), 1 + draw(40));
        break;
    default: if (draw(8) == 0) input_size = at; break;
    }
}

static void run(void)
{
    alarm(SECONDS);
    uint8_t *exact = malloc(input_size + 1); /* a read beyond its end is one beyond the block */
    memcpy(exact, input, input_size);
    LLVMFuzzerTestOneInput(exact, input_size);
    free(exact);
}

int main(int count, char **words)
{
    FUZZ_CHECK(count >= 3, "usage: TARGET MUTANTS FOLDER...");
    const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGALRM};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) signal(signals[i], keep_input);
    const long mutants = strtol(words[1], NULL, 10);
    for (int i = 2; i < count; i++) load(words[i]);
    FUZZ_CHECK(files > 0, "the corpus is empty");
    LLVMFuzzerInitialize(&count, &words);
    for (long i = 0; i < files + mutants; i++) {
        const int from = (int)(i < files ? (uint64_t)i : draw((uint64_t)files));
        input_size = corpus[from].size;
        memcpy(input, corpus[from].data, input_size);
        const uint64_t changes = i < files ? 0 : 1 + draw(6);
        for (uint64_t k = 0; k < changes; k++) mutate();
        run();
    }
    for (int i = 0; i < files; i++) free(corpus[i].data);
    fprintf(stderr, "%d files and %ld mutants\n", files, mutants);
    return 0;
}
