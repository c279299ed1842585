/* happygene - evolution of gene networks
 * Copyright (C) 2026 the happygene authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The C interface: create a run from a run file, step it, read what it holds,
 * write its result file. A program that uses it is started alone or under mpirun;
 * every call marked "collective" must be made by all ranks, in the same order.
 * Calls are not thread-safe: make them from one thread per rank, the one that
 * called hg_initialize(). The library uses OpenMP threads of its own inside and sets
 * OpenMP's number of threads to what the run has.
 */
#ifndef HAPPYGENE_HAPPYGENE_H
#define HAPPYGENE_HAPPYGENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "happygene/performance.h"
#include "happygene/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A run: a population, its network, its models, its result file. */
typedef struct hg_run hg_run;

/** What a run takes besides its run file; zero-initialise and set what you need. */
typedef struct hg_run_options {
    const char *output;       /**< path of the result file; NULL: as the run file says */
    bool no_output;           /**< keep everything in memory, write no file */
    bool replace;             /**< replace an existing result file */
    bool resume;              /**< go on from the newest sound checkpoint, where there is one */
    const char *const *set;   /**< [set_count] "key=value" overrides of the run file */
    int set_count;
    int threads;              /**< per rank; 0: as OMP_NUM_THREADS or the processor has it */
    int ranks;                /**< the first so many take part, others make no call; 0: all */
    const char *kernels;      /**< "baseline", "avx2", "avx512"; NULL: the fastest there is */
    const char *command_line; /**< recorded as provenance; NULL: none */
    double elapsed;           /**< seconds that are gone of limits.wall_time before the run is made */
} hg_run_options;

/** What a generation looks like, over all individuals. */
typedef struct hg_summary {
    int64_t generation;
    double fitness_mean, fitness_variance, fitness_min, fitness_max;
    int64_t parents;        /**< individuals of the generation before with offspring */
    int64_t mutations;      /**< alleles and weights that mutated */
    double stable_fraction; /**< 1 where no tolerance is set */
    double tf_concentration, temperature, nutrients;
} hg_summary;

/** What hg_run_read() can read; shapes are [count][...] per individual. */
typedef enum hg_quantity {
    HG_BASAL,       /**< [genes] basal levels, >= 0; of diploids [genes][2], both alleles */
    HG_WEIGHT,      /**< [edges] heritable weights; of diploids [edges][2] */
    HG_EXPRESSION,  /**< [genes] */
    HG_INSTABILITY, /**< [genes] variance over the development window */
    HG_FITNESS      /**< one number, >= 0 */
} hg_quantity;

/**
 * Starts MPI unless the program has; call it first. `argc` and `argv` may be NULL.
 * Collective.
 */
HG_API hg_status hg_initialize(int *argc, char ***argv);

/** Ends MPI if hg_initialize() started it. Collective. */
HG_API void hg_finalize(void);

/** This process's rank and the number of ranks; valid after hg_initialize(). */
HG_API int hg_rank(void);
HG_API int hg_ranks(void);

/** The library's version, "major.minor.patch". */
HG_API const char *hg_version(void);

/**
 * Creates a run from a run file, or repeats the run of a result file (.h5), and makes
 * generation 0. Collective. Errors: HG_BAD_INPUT (all mistakes of the file in the
 * message, a line each), HG_USAGE (the output exists), HG_IO, HG_NO_MEMORY. On failure
 * `*run` is NULL and no file is left behind.
 *
 * With options.resume the run goes on from its newest sound checkpoint, on any number of ranks
 * and threads, and its result has the bits of a run that was never interrupted; where there is
 * no checkpoint it starts. HG_BAD_INPUT when the run file has changed (the keys are in the
 * message). Where the result is complete there is nothing to do: HG_OK, `*run` NULL, and
 * hg_error_message() says so.
 */
HG_API hg_status hg_run_create(hg_run **run, const char *path, const hg_run_options *options);

/** The same from the text of a run file (YAML); `name` is what messages call it. Collective. */
HG_API hg_status hg_run_create_from_text(hg_run **run, const char *name, const char *text,
                                         const hg_run_options *options);

/**
 * Makes at most `generations` further generations, fewer where the run ends. Records what
 * the run file asks for, and writes its checkpoints. Collective. HG_EXTINCT when nobody can
 * reproduce: the run has then ended and is sound. HG_STOPPED, on all ranks after the same
 * generation, when the run was stopped (hg_run_stop(), the stop file, limits.wall_time): a
 * checkpoint is on the disk, hg_run_finish() closes the result. Other errors end the run.
 */
HG_API hg_status hg_run_advance(hg_run *run, int64_t generations);

/**
 * Asks the run to stop: hg_run_advance() finishes the generation that it is making, writes a
 * checkpoint and returns HG_STOPPED. One rank's asking is enough. Not collective; may be called
 * at any time, also from a signal handler and from another thread.
 */
HG_API void hg_run_stop(hg_run *run);

/** The generation of the checkpoint that the run went on from, or -1. */
HG_API int64_t hg_run_resumed_from(const hg_run *run);
/**
 * What there is to tell of how a run began, lines of text, on rank 0: checkpoints that were
 * damaged, signs that a network's file does not tell, for example. "" where all is as usual; owned by the run.
 */
HG_API const char *hg_run_notes(const hg_run *run);

/** The last generation made. */
HG_API int64_t hg_run_generation(const hg_run *run);
/** The generations that the run file asks for. */
HG_API int64_t hg_run_generations(const hg_run *run);
/** Individuals of all ranks. */
HG_API int64_t hg_run_individuals(const hg_run *run);
HG_API int64_t hg_run_genes(const hg_run *run);
HG_API int64_t hg_run_edges(const hg_run *run);
/** Name of gene g, 0 <= g < genes; owned by the run. NULL outside the range. */
HG_API const char *hg_run_gene_name(const hg_run *run, int64_t g);
/** Threads of this rank. */
HG_API int hg_run_threads(const hg_run *run);
/** Mean fitness of the last generation made; the same on all ranks. */
HG_API double hg_run_fitness(const hg_run *run);
/** Path of the result file, NULL where none is written; owned by the run. */
HG_API const char *hg_run_output(const hg_run *run);
/** The run file with every default filled in; owned by the run. */
HG_API const char *hg_run_file(const hg_run *run);
/** The individuals of this rank: *first .. *first + *count - 1. */
HG_API void hg_run_local(const hg_run *run, int64_t *first, int64_t *count);

/** The present generation's summary. Collective. */
HG_API hg_status hg_run_summary(hg_run *run, hg_summary *summary);

/**
 * Means and variances (dividing by N-1) over all individuals, gene by gene, each [genes];
 * NULL for what is not wanted. Collective.
 */
HG_API hg_status hg_run_gene_statistics(hg_run *run, double *basal_mean, double *basal_variance,
                                        double *expression_mean, double *expression_variance);

/** Demes of the population, at least 1. */
HG_API int64_t hg_run_demes(const hg_run *run);

/**
 * The individuals of deme d, 0 <= d < demes: *first .. *first + *count - 1 (global indices);
 * none outside the range.
 */
HG_API void hg_run_deme(const hg_run *run, int64_t deme, int64_t *first, int64_t *count);

/**
 * The same deme by deme: fitness [demes], the others [demes][genes]; variances divide by the
 * deme's size - 1. NULL for what is not wanted. Where statistics of the present generation
 * have not been recorded they are taken now, which costs one pass over the population.
 * Collective.
 */
HG_API hg_status hg_run_deme_statistics(hg_run *run, double *fitness_mean,
                                        double *fitness_variance, double *basal_mean,
                                        double *basal_variance, double *expression_mean,
                                        double *expression_variance);

/**
 * Where the time and the memory went so far; the pointers are good until the next call with
 * this run. Collective.
 */
HG_API hg_status hg_run_performance(hg_run *run, hg_performance *performance);

/**
 * Measures what the machine can do with the run's ranks and threads, for hg_run_performance()
 * and the result file; takes about a second and up to 256 MB for that time. What the run's own
 * memory was is kept from before. Collective.
 */
HG_API hg_status hg_run_measure_machine(hg_run *run);

/**
 * Copies a quantity of this rank's individuals first .. first+count-1 (global indices) into
 * `values`. HG_USAGE outside the rank's range, or for weights that are not heritable. Not
 * collective.
 */
HG_API hg_status hg_run_read(hg_run *run, hg_quantity quantity, int64_t first, int64_t count,
                             double *values);

/**
 * The parents of this rank's individuals first .. first+count-1 (global indices): their
 * indices in the generation before, -1 in generation 0. `parent2` is -1 also where there is
 * one parent. Either may be NULL. HG_USAGE outside the rank's range. Not collective.
 */
HG_API hg_status hg_run_read_parents(hg_run *run, int64_t first, int64_t count, int64_t *parent,
                                     int64_t *parent2);

/**
 * Ends the run and its result file: complete where the last generation was reached or the
 * run died out, else marked as stopped, also after a failed hg_run_advance(), with what had
 * been recorded before. Collective; called once.
 */
HG_API hg_status hg_run_finish(hg_run *run);

/** Frees a run and sets the pointer to NULL; an unfinished result file stays unfinished. */
HG_API void hg_run_destroy(hg_run **run);

#ifdef __cplusplus
}
#endif
#endif
