/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tries run files on all layouts, in one start of MPI:
 *
 *     mpirun -n 3 ./trials SECONDS LIST
 *     ./trials --keys
 *
 * LIST: a line per run file: `make` and a run file and a result file, which is only run; or `try`
 * and a run file and an empty folder. A run file that is tried is run on 1 x 1, 2 x 1, 1 x 2 and
 * 3 x 1 ranks x threads and with the baseline kernels; is repeated from its result, resolved again,
 * run with all that a snapshot can hold of every generation (the fields stand in the line, too), and
 * interrupted and resumed on another layout. Each result must be the first one's bits. Prints, of
 * each line, `begin`, a `step` before each run, `status` with the status and the message of the first
 * run, `finding` for whatever should not be, `end`. A run that takes longer than SECONDS ends the
 * program by SIGALRM: the last step tells where.
 *
 * --keys prints the schema of the run file, a line per key.
 */
#include <mpi.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <happygene/happygene.h>

#include "base/memory.h"
#include "io/compare.h"
#include "model/keys.h"

#define MESSAGE_SIZE  4096
#define PATH_SIZE     1024
#define MOST_FINDINGS 3 /* lines of a comparison */

/* --- the schema ----------------------------------------------------------------------- */

static const char *const type_names[] = {[HG_KEY_SECTION] = "section",
                                         [HG_KEY_TEXT] = "text",
                                         [HG_KEY_FLAG] = "flag",
                                         [HG_KEY_CHOICE] = "choice",
                                         [HG_KEY_MODEL] = "model",
                                         [HG_KEY_INT] = "integer",
                                         [HG_KEY_INTEGER] = "integer",
                                         [HG_KEY_SEED] = "seed",
                                         [HG_KEY_NUMBER] = "number",
                                         [HG_KEY_PROFILE] = "profile",
                                         [HG_KEY_SERIES] = "series",
                                         [HG_KEY_OPTIMUM] = "optimum",
                                         [HG_KEY_DISTRIBUTION] = "distribution",
                                         [HG_KEY_INITIAL_WEIGHTS] = "initial_weights",
                                         [HG_KEY_NUMBERS] = "numbers",
                                         [HG_KEY_INTEGERS] = "integers",
                                         [HG_KEY_DEMES] = "demes",
                                         [HG_KEY_SIGNS] = "signs",
                                         [HG_KEY_EDGES] = "edges",
                                         [HG_KEY_NAMES] = "names",
                                         [HG_KEY_COMPONENTS] = "components",
                                         [HG_KEY_SQUARE] = "square",
                                         [HG_KEY_MATRIX] = "matrix",
                                         [HG_KEY_INTERACTIONS] = "interactions",
                                         [HG_KEY_FIELDS] = "fields",
                                         [HG_KEY_COMPRESSION] = "compression",
                                         [HG_KEY_DURATION] = "duration"};

/* A type that this table does not know is printed as its number, which no generator knows. */
static void print_key(const hg_key_table *table, const hg_key *key)
{
    const size_t known = sizeof type_names / sizeof *type_names;
    char number[16];
    snprintf(number, sizeof number, "%d", (int)key->type);
    const char *type = (size_t)key->type < known ? type_names[key->type] : NULL;
    printf("%s\t%s\t%s\t%.17g\t%.17g\t%d\t%s\t%s\t%s\t%s\t", table->title, key->path,
           type != NULL ? type : number, key->low, key->high, key->open,
           key->used_by != NULL ? key->used_by : "",
           key->beside_from != NULL ? key->beside_from : "-",
           hg_key_is_required(key) ? "required" : "", key->fallback != NULL ? key->fallback : "");
    for (int i = 0; key->family != NULL && i < key->family->count; i++)
        if (key->family->models[i].available)
            printf("%s%s", i > 0 ? " " : "", key->family->models[i].name);
    putchar('\n');
}

static void print_keys(void)
{
    for (const hg_key_table *const *table = hg_key_tables; *table != NULL; table++)
        for (int i = 0; i < (*table)->count; i++) print_key(*table, &(*table)->keys[i]);
}

/* --- one run --------------------------------------------------------------------------- */

typedef struct layout {
    const char *name;
    int ranks, threads;
    const char *kernels;
} layout;

static const layout layouts[] = {{"1x1", 1, 1, NULL},
                                 {"2x1", 2, 1, NULL},
                                 {"1x2", 1, 2, NULL},
                                 {"3x1", 3, 1, NULL},
                                 {"baseline", 1, 1, "baseline"}};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

/* How a run is made, and, on rank 0, how it ended. */
typedef struct trial {
    const char *step;
    const layout *where;
    const char *path, *text; /* the run file, and, where that is not read, what it says */
    const char *output;
    const char *const *set;
    int set_count;
    int64_t stop;       /* the generation after which it is stopped, or -1 */
    bool crash, resume; /* left as a crash leaves it; goes on */
    hg_status status;
    char message[MESSAGE_SIZE];
    char *resolved;
    int64_t generations;
} trial;

static int seconds; /* that a run may take */

static void say(const char *what, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(const char *what, const char *format, ...)
{
    if (hg_rank() != 0) return;
    char text[2 * MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (char *c = text; *c != '\0'; c++)
        if (*c == '\n' || *c == '\t') *c = *c == '\n' ? '|' : ' ';
    printf("%s\t%s\n", what, text);
    fflush(stdout);
}

static hg_status advance(hg_run *run, const trial *t)
{
    if (t->stop < 0) return hg_run_advance(run, hg_run_generations(run));
    if (t->stop > 0) HG_TRY(hg_run_advance(run, t->stop));
    if (t->crash) return HG_OK;
    hg_run_stop(run);
    return hg_run_advance(run, hg_run_generations(run));
}

static hg_status make(trial *t)
{
    const hg_run_options options = {.output = t->output,
                                    .set = t->set,
                                    .set_count = t->set_count,
                                    .resume = t->resume,
                                    .ranks = t->where->ranks,
                                    .threads = t->where->threads,
                                    .kernels = t->where->kernels};
    hg_run *run;
    HG_TRY(t->text != NULL ? hg_run_create_from_text(&run, t->path, t->text, &options)
                           : hg_run_create(&run, t->path, &options));
    if (run == NULL) return HG_OK; /* complete before */
    t->generations = hg_run_generations(run);
    t->resolved = strdup(hg_run_file(run));
    const hg_status status = advance(run, t);
    snprintf(t->message, sizeof t->message, "%s", status == HG_OK ? "" : hg_error_message());
    const hg_status end = t->crash ? HG_OK : hg_run_finish(run);
    hg_run_destroy(&run);
    return status != HG_OK ? status : end;
}

/* Ranks that take no part sleep, so that they do not take the processor from those that do. */
static void meet(void)
{
    MPI_Request request;
    int all = 0;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    while (MPI_Test(&request, &all, MPI_STATUS_IGNORE), !all) usleep(200);
}

/* A collective call ends in the same way on all ranks. */
static void check_agreement(const trial *t)
{
    int own = (int)t->status, all[16] = {0};
    MPI_Gather(&own, 1, MPI_INT, all, 1, MPI_INT, 0, MPI_COMM_WORLD);
    for (int r = 1; r < t->where->ranks && hg_rank() == 0; r++)
        if (all[r] != all[0])
            say("finding", "%s: status %d on rank %d, %d on rank 0", t->step, all[r], r, all[0]);
}

static void run_trial(trial *t)
{
    say("step", "%s", t->step);
    alarm((unsigned)seconds);
    t->message[0] = '\0';
    if (hg_rank() < t->where->ranks) {
        t->status = make(t);
        if (t->status != HG_OK && t->message[0] == '\0')
            snprintf(t->message, sizeof t->message, "%s", hg_error_message());
    }
    int told[2] = {(int)t->status, (int)t->generations};
    meet();
    alarm(0);
    check_agreement(t);
    MPI_Bcast(told, 2, MPI_INT, 0, MPI_COMM_WORLD);
    t->status = (hg_status)told[0];
    t->generations = told[1];
}

/* --- comparisons, by rank 0 --------------------------------------------------------------- */

typedef struct differences {
    const char *step;
    int count;
} differences;

static void tell_difference(void *context, const char *text)
{
    differences *found = context;
    if (found->count++ < MOST_FINDINGS) say("finding", "%s: %s", found->step, text);
}

/* The run file as it was given is another one where a run is repeated. */
static void tell_note(void *context, const char *text)
{
    if (strstr(text, "run file") == NULL) tell_difference(context, text);
}

static void compare_results(const trial *first, const trial *other)
{
    hg_results a, b = {.file = -1};
    hg_comparison comparison;
    differences found = {other->step, 0};
    hg_status status = hg_results_open(&a, first->output);
    if (status == HG_OK) status = hg_results_open(&b, other->output);
    if (status == HG_OK)
        status = hg_compare_results(&a, &b, 1, tell_difference, tell_note, &found, &comparison);
    if (status != HG_OK) say("finding", "%s: not compared: %s", other->step, hg_error_message());
    hg_results_close(&b);
    hg_results_close(&a);
}

static void compare(const trial *first, const trial *other)
{
    if (hg_rank() != 0) return;
    if (other->status != first->status || strcmp(other->message, first->message) != 0)
        say("finding", "%s: status %d, %s; on 1x1 %d, %s", other->step, (int)other->status,
            other->message, (int)first->status, first->message);
    const bool written = access(first->output, F_OK) == 0;
    if (written != (access(other->output, F_OK) == 0))
        say("finding", "%s: there is %s result, on 1x1 %s", other->step, written ? "no" : "a",
            written ? "one" : "none");
    else if (written)
        compare_results(first, other);
}

static void compare_resolved(const trial *first, const trial *other)
{
    if (hg_rank() == 0 && (first->resolved == NULL || other->resolved == NULL ||
                           strcmp(first->resolved, other->resolved) != 0))
        say("finding", "%s: the resolved run file is another one", other->step);
}

static void forget(trial *t)
{
    free(t->resolved);
    t->resolved = NULL;
    if (hg_rank() == 0) unlink(t->output);
}

/* --- what is tried of a run file ------------------------------------------------------------ */

/* The resolved text, which only the ranks that made the run have. */
static char *share(const char *text)
{
    unsigned long length = text != NULL ? strlen(text) + 1 : 0;
    MPI_Bcast(&length, 1, MPI_UNSIGNED_LONG, 0, MPI_COMM_WORLD);
    char *shared = calloc(length + 1, 1);
    if (hg_rank() == 0 && text != NULL) memcpy(shared, text, length);
    MPI_Bcast(shared, (int)length, MPI_CHAR, 0, MPI_COMM_WORLD);
    return shared;
}

static void try_again(const trial *first, const char *folder, const char *path)
{
    char output[PATH_SIZE];
    snprintf(output, sizeof output, "%s/again.h5", folder);
    trial again = {.step = "repeated from its result",
                   .where = &layouts[0],
                   .path = first->output,
                   .output = output,
                   .stop = -1};
    run_trial(&again);
    compare(first, &again);
    compare_resolved(first, &again);
    forget(&again);
    char *text = share(first->resolved);
    again = (trial){.step = "resolved again",
                    .where = &layouts[0],
                    .path = path,
                    .text = text,
                    .output = output,
                    .stop = -1};
    run_trial(&again);
    compare(first, &again);
    compare_resolved(first, &again);
    forget(&again);
    free(text);
}

/* Stopped, or left as a crash leaves it, on one layout, and resumed on another. */
static void try_to_resume(const trial *first, const char *folder, int64_t number, bool crash)
{
    char output[PATH_SIZE], step[2][128];
    snprintf(output, sizeof output, "%s/resumed.h5", folder);
    const layout *before = &layouts[number % LAYOUTS];
    const layout *after = &layouts[(number / LAYOUTS + 1 + number) % LAYOUTS];
    const char *how = crash ? "crashed" : "stopped";
    snprintf(step[0], sizeof step[0], "%s on %s", how, before->name);
    snprintf(step[1], sizeof step[1], "%s on %s, resumed on %s", how, before->name, after->name);
    trial t = {.step = step[0],
               .where = before,
               .path = first->path,
               .output = output,
               .stop = number % (first->generations > 0 ? first->generations : 1),
               .crash = crash};
    run_trial(&t);
    free(t.resolved);
    const bool ended = t.status == first->status;
    if (!crash && !ended && t.status != HG_STOPPED)
        say("finding", "%s: status %d, %s", t.step, (int)t.status, t.message);
    if (!crash && ended) { /* it ended before it could be stopped */
        compare(first, &t);
        t.resolved = NULL;
        forget(&t);
        return;
    }
    trial more = {.step = step[1],
                  .where = after,
                  .path = first->path,
                  .output = output,
                  .stop = -1,
                  .resume = true};
    run_trial(&more);
    compare(first, &more);
    forget(&more);
}

static void try_run_file(const char *path, const char *folder, const char *fields, int64_t number)
{
    static const char *const all[] = {"output.snapshots.every=1", "output.statistics.every=1",
                                      "output.ancestry=true", "output.snapshots.precision=double"};
    char output[LAYOUTS][PATH_SIZE], observed[PATH_SIZE];
    trial first = {.step = "", .where = &layouts[0], .stop = -1};
    for (int i = 0; i < LAYOUTS; i++) {
        snprintf(output[i], sizeof output[i], "%s/%s.h5", folder, layouts[i].name);
        trial t = {.step = layouts[i].name,
                   .where = &layouts[i],
                   .path = path,
                   .output = output[i],
                   .stop = -1};
        run_trial(&t);
        if (i > 0) {
            compare(&first, &t);
            forget(&t);
            continue;
        }
        first = t;
        say("status", "%d %s", (int)t.status, t.message);
    }
    if (first.status == HG_OK || first.status == HG_EXTINCT) {
        const char *set[5] = {all[0], all[1], all[2], all[3], fields};
        snprintf(observed, sizeof observed, "%s/observed.h5", folder);
        trial t = {.step = "observed",
                   .where = &layouts[0],
                   .path = path,
                   .output = observed,
                   .set = set,
                   .set_count = 5,
                   .stop = -1};
        run_trial(&t);
        if (t.status != first.status)
            say("finding", "observed: status %d, %s", (int)t.status, t.message);
        free(t.resolved);
        try_again(&first, folder, path);
        try_to_resume(&first, folder, number, false);
        try_to_resume(&first, folder, number + 1, true);
    }
    free(first.resolved);
}

static void make_only(const char *path, const char *output)
{
    trial t = {.step = "make", .where = &layouts[0], .path = path, .output = output, .stop = -1};
    run_trial(&t);
    say("status", "%d %s", (int)t.status, t.message);
    free(t.resolved);
}

static void go_through(FILE *list)
{
    char line[4 * PATH_SIZE];
    for (int64_t number = 0; fgets(line, sizeof line, list) != NULL; number++) {
        char *part[5] = {line};
        int parts = 1;
        line[strcspn(line, "\n")] = '\0';
        for (char *tab; parts < 5 && (tab = strchr(part[parts - 1], '\t')) != NULL; parts++) {
            *tab = '\0';
            part[parts] = tab + 1;
        }
        say("begin", "%s", line[0] != '\0' && parts > 1 ? part[1] : "");
        if (strcmp(part[0], "make") == 0 && parts == 3)
            make_only(part[1], part[2]);
        else if (strcmp(part[0], "try") == 0 && parts == 5)
            try_run_file(part[1], part[2], part[3], strtoll(part[4], NULL, 10));
        else
            say("finding", "a line of %d parts", parts);
        say("end", "%s", parts > 1 ? part[1] : "");
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--keys") == 0) {
        print_keys();
        return HG_OK;
    }
    FILE *list = argc == 3 ? fopen(argv[2], "r") : NULL;
    if (list == NULL) {
        fprintf(stderr, "usage: trials SECONDS LIST, or trials --keys\n");
        return HG_USAGE;
    }
    seconds = atoi(argv[1]);
    if (hg_initialize(NULL, NULL) != HG_OK) return HG_BUG;
    go_through(list);
    fclose(list);
    hg_finalize();
    return 0;
}
