/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A run in progress, as the files of this folder share it. One generation goes
 *
 *     parents    weights.c, on parallel/ranking; parents.c, on parallel/parentage and
 *                parallel/partners
 *     offspring  clonal.c or individual.c: inherit; mutation.c; evaluation.c
 *     gather     gather.c: fitness and spacings of all blocks to all ranks
 *     record     ancestry.c: the parents, where asked for; record.c: statistics and
 *                snapshots, when due; demes.c: those of demes
 *
 * and run.c holds it together.
 */
#ifndef HG_ENGINE_ENGINE_H
#define HG_ENGINE_ENGINE_H

#include <omp.h>
#include <signal.h>

#include "base/memory.h"
#include "base/text.h"
#include "happygene/happygene.h"
#include "io/checkpoint.h"
#include "io/output.h"
#include "model/config.h"
#include "model/recombination.h"
#include "parallel/dominance.h"
#include "parallel/partners.h"
#include "parallel/parentage.h"
#include "parallel/partition.h"
#include "parallel/cut.h"
#include "parallel/ranking.h"
#include "population/genotypes.h"
#include "population/moments.h"
#include "population/network.h"
#include "population/phenotype.h"
#include "population/statistics.h"

/** Where the time goes. */
typedef enum hg_phase {
    HG_PHASE_REPRODUCTION,  /**< drawing parents, inheriting */
    HG_PHASE_MUTATION,
    HG_PHASE_EXPRESSION,    /**< development but for regulation: tiles, promoters, noise */
    HG_PHASE_REGULATION,    /**< the steps through the network */
    HG_PHASE_FITNESS,
    HG_PHASE_STATISTICS,
    HG_PHASE_COMMUNICATION, /**< collectives and the exchange of genomes, waiting included */
    HG_PHASE_OUTPUT,
    HG_PHASE_SETUP,         /**< up to generation 0, but for its output */
    HG_PHASE_OVERHEAD,      /**< in none of the above; threads that wait for one another */
    HG_PHASES
} hg_phase;

/** What goes out. */
typedef enum hg_traffic_kind {
    HG_BYTES_SENT,
    HG_MESSAGES_SENT,
    HG_BYTES_WRITTEN,
    HG_TRAFFIC_KINDS
} hg_traffic_kind;

/** A mutation that has been placed but not yet drawn. */
typedef struct hg_site {
    double *value;
    int64_t individual;
    uint32_t locus; /**< gene, or edge */
} hg_site;

/* Offspring are made HG_BROOD at a time: several tiles, so that what is rare fills vectors. */
enum { HG_BROOD = 4 * HG_LANES, HG_SITE_BATCH = 256, HG_TIMED_BROODS = 8 };

/** A weight that the duplication of a gene is about to set. */
typedef struct hg_copied_weight {
    int64_t edge;
    double weight;
} hg_copied_weight;

/**
 * What one thread works with, and its share of the work. Loops go over workers and not over
 * threads: the OpenMP library may give fewer threads than it was asked for.
 */
typedef struct __attribute__((aligned(HG_ALIGNMENT))) hg_worker {
    int number;
    hg_tile tile;
    double *expression_rows; /**< [HG_LANES * expression_stride], where not clonal */
    double *value_rows;      /**< [HG_LANES * value_stride], where diploid */
    uint8_t *origin;         /**< [genes] of a recombinant's genes */
    hg_copied_weight *copied; /**< [2 * genes] where genes are duplicated */
    int64_t broods;          /**< so far: every HG_TIMED_BROODS-th is timed */
    bool timed;              /**< the present one is */
    int64_t timed_broods;
    double seconds[HG_PHASES]; /**< of the timed broods */
    double busy;             /**< seconds in parallel regions */
    int64_t born;            /**< new genotypes */
    int64_t genomes_copied;  /**< for them, or for whoever lives on elsewhere */
    int64_t developed;       /**< individuals, by tiles */
    int64_t tallied;         /**< genotypes that went into statistics */
    int64_t revisited;       /**< of these: with a phenotype that was known */
    int64_t mutations;       /**< in this generation */
    hg_site site[HG_SITE_BATCH];
    int sites;
    double normal[HG_SITE_BATCH];
    int64_t site_individual[HG_SITE_BATCH];
    uint32_t site_locus[HG_SITE_BATCH];
    int64_t begin, end;      /**< its share of the own individuals: local indices */
    int64_t mutants, movers; /**< in run->mutant from `begin` on; of these, the first ones get
                                  rows of their own; clonal only */
    int64_t first_row, end_row; /**< its share of the rows of genotypes */
    int64_t free_rows;       /**< of these; clonal only */
    int64_t next_row;        /**< of these, the first that no thread has come to; clonal only */
} hg_worker;

/** What becomes of a row of genotypes in a generation; clonal only. */
enum {
    HG_ROW_UNUSED = 0, /**< nobody descends from it: free */
    HG_ROW_PARENTAL,   /**< has offspring here */
    HG_ROW_FETCHED,    /**< the same, come from another rank and not yet developed here */
    HG_ROW_TAKEN       /**< a mutated offspring lives here now */
};

typedef struct hg_mutator hg_mutator;

/** Does to the worker's sites what a mutator does; takes out those where nothing happens. */
typedef void hg_site_mutation(hg_run *run, hg_worker *worker, const hg_mutator *mutator);

/** A kind of mutation that strikes loci, made ready: rate as geometric skips. */
struct hg_mutator {
    hg_site_mutation *apply;
    const hg_mutation_law *law; /**< of point mutations, else NULL */
    bool of_weights;
    double rate, inverse_log;
    double *first;    /**< [count] loci before the first that mutates, of each own individual */
    int64_t loci;
    hg_purpose site_purpose, size_purpose;
    int64_t offset; /**< of the loci in a genome */
    double floor;   /**< values below become this */
};

/** Duplication and deletion of genes; edges by source where weights are heritable. */
typedef struct hg_gene_mutation {
    double duplication, deletion; /**< probabilities per individual */
    bool any;                     /**< one of them is not 0 */
    int64_t *outgoing;            /**< [genes+1] */
    int64_t *edge;                /**< [edges] */
} hg_gene_mutation;

/** What the statistics of demes are made of; all empty where there is one deme. */
typedef struct hg_demes {
    int64_t count;       /**< of demes, or 0 */
    int32_t *of_row;     /**< [rows] the deme of the individuals of a genotype */
    hg_moments *value, *expression; /**< [count] */
    omp_lock_t *lock;    /**< [count * slots] */
    int slots;           /**< sums of a deme that threads share */
    bool *pending;       /**< [count] whether a deme's sums are still to be finished */
    int64_t *mutations;  /**< [count] of own individuals, in this generation */
    hg_moment *moment;   /**< [count][2 + columns of both] */
} hg_demes;

/** The counting of distinct genotypes; census.c. */
typedef struct hg_census {
    int64_t own;                     /**< of all, those that this rank counts */
    double *origin, *sent, *received; /**< of genotypes that others may have */
    int64_t room, received_room;
    int *count;                      /**< [4 * ranks] sent and received, and where each begins */
    hg_traffic traffic;
    bool all_change;                 /**< whoever needs a row of its own has a new genotype */
} hg_census;

/** What makes a run stop before its end, the more urgent the greater. */
typedef enum hg_stop {
    HG_STOP_NOT,
    HG_STOP_WALL_TIME, /**< limits.wall_time would be exceeded */
    HG_STOP_FILE,      /**< NAME.stop is there */
    HG_STOP_ASKED      /**< hg_run_stop(), by a signal's handler for example */
} hg_stop;

/** When to stop and when to write checkpoints; stopping.c, checkpointing.c. */
typedef struct hg_stopping {
    volatile sig_atomic_t asked; /**< this rank was asked to */
    hg_stop reason;              /**< agreed by all ranks, of the generation just made */
    bool checkpoint_due;         /**< agreed, too */
    char *file;                  /**< NAME.stop, NULL where there is no output */
    double began;                /**< when the run was created */
    double looked;               /**< when rank 0 last looked for it */
    double generation_began, generation_seconds; /**< rank 0: the longest of late */
    double checkpointed, checkpoint_seconds;     /**< when the last one was written; the longest */
    int64_t checkpoints;         /**< written */
} hg_stopping;

/** A component of fitness that compares individuals in some genes. */
typedef struct hg_pareto {
    const int32_t *gene; /**< [genes] the objectives */
    int64_t genes;
    hg_dominance dominance;
} hg_pareto;

/** What is known of the memory's use at a time: fixed once the machine is measured. */
typedef struct hg_memory_state {
    hg_memory_usage of[HG_MEMORY_LABELS], total;
    int64_t resident_peak;
} hg_memory_state;

/** The times, bytes and counts of a run, of this rank; performance.c. */
typedef struct hg_meter {
    double seconds[HG_PHASES]; /**< outside of the parallel regions that make offspring */
    int64_t calls[HG_PHASES];
    double region;             /**< seconds in those regions */
    int64_t regions;
    double created;            /**< when the run began to be made, by hg_clock() */
    double inside;             /**< seconds in calls of the library since then */
    double loop;               /**< of these: making generations */
    double loop_output;        /**< of these: on output */
    int64_t written;           /**< bytes of the result, all ranks */
    int64_t housed;            /**< genomes from other ranks, copied to their rows */
    int64_t loop_allocations;  /**< blocks allocated while generations were made */
    int samples;
    int64_t *sample;           /**< [3 * room] generation, tracked and resident bytes */
    int64_t *all_samples;      /**< [3 * room] over all ranks */
    int64_t *resident_peak;    /**< [ranks] */
    bool frozen;               /**< memory no longer counts */
    hg_memory_state memory;
    hg_machine machine;
    double mean[HG_PHASES], min[HG_PHASES], max[HG_PHASES], imbalance[HG_PHASES];
    int64_t all_calls[HG_PHASES];
    int64_t bytes[3 * HG_MEMORY_LABELS], traffic[HG_TRAFFIC_KINDS];
} hg_meter;

struct hg_run {
    MPI_Comm communicator; /**< of the ranks that take part */
    hg_config config;
    hg_network network;
    char *resolved; /**< the run file with every default */
    const hg_kernels *kernels;
    hg_partition partition;
    hg_phenotype *habitat; /**< [habitats]: one, or of each deme where environments differ */
    int64_t habitats;
    hg_recombination recombination;
    hg_genotypes genotypes;
    hg_parentage parentage;
    hg_migration migration;
    hg_fetch migrants; /**< first parents from other demes */
    hg_fetch mates;    /**< second parents */
    bool *lives_on;    /**< [count] not an offspring but a survivor, NULL without overlap */
    hg_mutator *mutator; /**< [mutators] */
    int mutators;
    hg_gene_mutation gene_mutation;
    hg_worker *worker; /**< [threads] */
    int threads;
    int32_t *row;        /**< [count] genotype of each own individual */
    int32_t *parent_row; /**< [count] clonal: the genotype of the parent */
    bool *alone;         /**< [count] clonal: needs a row that is nobody else's */
    int32_t *mutant;     /**< [count] clonal: local indices of mutated offspring, by thread */
    int32_t *other;      /**< [count] clonal: room for the others while these are listed */
    int32_t *litter;     /**< [count] clonal: and for where their litters end */
    int64_t *place;      /**< [count] not clonal: the first parent: own index, count + brood, or
                              count + broods + fetched migrant */
    double *fitness;     /**< [count] of each own individual */
    hg_pareto *pareto;   /**< [paretos] */
    int64_t paretos;
    int64_t *dominators; /**< [count] */
    hg_ranking ranking;  /**< selection by rank alone, as are the next three */
    hg_cut cut;          /**< truncation alone */
    hg_standing *standing; /**< [count] in the deme, by fitness */
    double *rank_weight; /**< [count] in the drawing of parents */
    double *block_weight; /**< [blocks] sums of rank_weight */
    int64_t generation;    /**< done; -1 before generation 0 */
    int64_t making;        /**< the generation being made */
    int64_t lineage;       /**< which of its lineage that is: what random numbers are keyed with */
    bool recording;        /**< statistics are due in the generation being made */
    double flushed;        /**< when the output was last flushed */
    bool flush_due;        /**< the same on all ranks */
    double *gathered;      /**< what all blocks and all ranks report */
    double *block_fitness, *block_mean, *block_spread, *block_spacing; /**< [blocks] unpacked */
    int64_t own_parents, own_stable; /**< of own individuals, in the generation being made */
    double own_fittest, own_least_fit;
    int *gather_count, *gather_offset; /**< [ranks] */
    int64_t extinct_deme;  /**< where nobody can reproduce, once hg_weigh() found so */
    int64_t neutral_draws; /**< demes x generations with uniform drawing as nobody was fit */
    hg_moments moments_value, moments_expression;
    hg_moment *moment; /**< [2 + columns of both]: this rank's entries */
    MPI_Op moment_op;
    MPI_Datatype moment_type;
    hg_demes demes;
    hg_census census;
    hg_statistics statistics;
    hg_output *output;
    char *output_path, *command_line;
    bool replace;
    bool resume;              /**< go on from a checkpoint where there is one */
    int64_t resumed_from;     /**< its generation, or -1 */
    char resumed_name[256];   /**< and its name */
    hg_text notes;            /**< what rank 0 has to tell of how the run began */
    hg_stopping stopping;
    hg_checkpoint checkpoint; /**< the next one's content */
    bool finished; /**< nothing more can be made: at its end, died out or failed */
    bool complete; /**< ended by rule: at its end or died out */
    const char *stop_reason;
    hg_meter meter;
};

/** Adds the time since `*since` to a phase and restarts `*since`. */
void hg_run_note(hg_run *run, hg_phase phase, double *since);

/** Adds the time since `*since` to that of the regions that make offspring, and restarts it. */
void hg_run_note_region(hg_run *run, double *since);

/* --- performance.c, report.c, machine.c ------------------------------------------------ */

enum { HG_MEMORY_SAMPLES = 64 };

hg_status hg_meter_create(hg_run *run);
void hg_meter_free(hg_run *run);

/** Generation 0 is made: what has been measured so far, but for output, was setting up. */
void hg_meter_begin(hg_run *run);

/** Looks at the memory in use, some 64 times in a run. */
void hg_meter_sample(hg_run *run);

/** Memory as it is; as it was before the machine was measured. */
hg_memory_state hg_memory_now(const hg_run *run);

/* --- evaluation.c, mutation.c -------------------------------------------------------- */

hg_status hg_workers_create(hg_run *run);
void hg_workers_free(hg_run *run);

/**
 * A brood, or as many genotypes, is about to be worked on: decides whether it is timed, and
 * returns the time if so. Reading the clock for each would be felt.
 */
double hg_worker_begin(hg_worker *worker);

/** Of a timed brood: adds the time since `*since` to a phase and restarts `*since`. */
void hg_worker_note(hg_worker *worker, hg_phase phase, double *since);

hg_status hg_mutators_create(hg_run *run);
void hg_mutators_free(hg_run *run);

/** Draws where own offspring first .. first+count-1 (local) first mutate in `generation`. */
void hg_mutators_prepare(hg_run *run, int64_t generation, int64_t first, int64_t count);

/** Whether own offspring `own` has a gene duplicated or deleted. */
bool hg_has_gene_event(const hg_run *run, int64_t own);

/** Whether each of the own offspring first .. end-1 (local) gets any mutation: mutates[first .. end-1]. */
void hg_mark_mutants(const hg_run *run, int64_t first, int64_t end, bool *mutates);

/** Puts all their mutations into the genomes of `count` <= HG_BROOD own offspring (local). */
void hg_mutate(hg_run *run, hg_worker *worker, const int32_t *own, double *const *genome,
               int count);

/**
 * Develops and evaluates `count` genotypes, tile by tile; stores fitness, stability and,
 * where clonal, expression; adds them to the moments when recording.
 */
void hg_evaluate_rows(hg_run *run, hg_worker *worker, const int32_t *row, int count);

/**
 * Leaves the development of at most a tile of genotypes of one habitat in the worker's tile.
 * Notes the time since `*since` unless that is NULL.
 */
void hg_develop_rows(hg_run *run, hg_worker *worker, const int32_t *row,
                     const double *const *value, int count, double *since);

/** value[i] = the values of genotype row[i]. */
void hg_values_of_rows(const hg_run *run, hg_worker *worker, const int32_t *row, int count,
                       const double **value);

/** How many of `count` genotypes, the first at least, live in the habitat of the first. */
int hg_same_habitat(const hg_run *run, const int32_t *row, int count);

/** Called with some genotypes: their values, expression and numbers of copies. */
typedef void hg_row_visitor(hg_run *run, hg_worker *worker, const int32_t *row,
                            const double *const *value, const double *const *expression,
                            const int64_t *copies, int count);

/** The visitor that adds to all moments, those of demes included. */
hg_row_visitor hg_tally;

/** Calls `visit` for genotypes whose expression is known (clonal) or developed anew. */
void hg_visit_rows(hg_run *run, hg_worker *worker, const int32_t *row, int count,
                   hg_row_visitor *visit);

/** The same for all genotypes of this rank, over its threads. */
void hg_visit_all(hg_run *run, hg_row_visitor *visit);

/* --- pareto.c -------------------------------------------------------------------- */

hg_status hg_pareto_create(hg_run *run);
void hg_pareto_free(hg_run *run);

/** Notes the expression that own individual `own` is compared by. */
void hg_pareto_note(hg_run *run, int64_t own, const double *expression);

/** Divides what its genotype gives every own individual by its pareto components. Collective. */
void hg_pareto_weigh(hg_run *run);

/* --- weights.c ------------------------------------------------------------------- */

hg_status hg_weights_create(hg_run *run);
void hg_weights_free(hg_run *run);

/**
 * Weighs the individuals for the drawing of parents. HG_EXTINCT where a deme has nobody who can
 * reproduce, unless it is to draw uniformly. Collective.
 */
hg_status hg_weigh(hg_run *run);

/** [count] weights of own individuals, [blocks] their sums: fitness itself, or by rank. */
double *hg_weights(const hg_run *run);
double *hg_block_weights(const hg_run *run);

/* --- needs.c --------------------------------------------------------------------- */

/** HG_NO_MEMORY, with the figures, where what the ranks of a machine need cannot fit it. Collective. */
hg_status hg_check_memory(const hg_run *run);

/** On one rank, before the network is known: HG_NO_MEMORY where what the run file says is beyond it. */
hg_status hg_foresee_memory(const hg_run *run);

/* --- parents.c ------------------------------------------------------------------- */

hg_status hg_parents_create(hg_run *run);
void hg_parents_free(hg_run *run);

/**
 * Draws the parents of the generation being made; fetches the genomes of those on other
 * ranks. HG_EXTINCT where a deme has nobody who can reproduce. Collective.
 */
hg_status hg_find_parents(hg_run *run);

/** Waits until the genomes that others fetched have left. */
void hg_parents_settle(hg_run *run);

/* --- gene_events.c ----------------------------------------------------------------- */

hg_status hg_gene_events_create(hg_run *run);
void hg_gene_events_free(hg_run *run);

/** Duplicates and deletes genes of own offspring `own`. */
void hg_gene_events(hg_run *run, hg_worker *worker, int64_t own, double *genome);

/* --- run.c ------------------------------------------------------------------------- */

/** Says which generation is being made, and of its lineage. */
void hg_run_make(hg_run *run, int64_t generation);

/* --- founders.c -------------------------------------------------------------------- */

/** Generation 0: draws or reads genotypes, develops, evaluates. Not collective. */
hg_status hg_initialise(hg_run *run);

/** A new draw from the initial distribution of a locus (interleaved where diploid). */
double hg_fresh_basal(const hg_run *run, const hg_stream *stream, int64_t locus, uint32_t draw);

/** The same for a weight: from the network's own distribution where founders have its weights
 * and it is random. */
double hg_fresh_weight(const hg_run *run, const hg_stream *stream, int64_t locus, uint32_t draw);

/** Develops and evaluates every genotype in use. */
void hg_evaluate_all(hg_run *run);

/* --- rows.c ------------------------------------------------------------------------------ */

/** Lists the worker's unused rows, and sets the copies of all its rows to 0. */
void hg_rows_collect(hg_run *run, hg_worker *worker);

/**
 * Takes up to `wanted` free rows, the worker's own first: returns how many, and where they are
 * listed. 0 only when none is left anywhere. Thread-safe between calls of hg_rows_collect().
 */
int64_t hg_rows_take(hg_run *run, const hg_worker *worker, int64_t wanted, int32_t **rows);

/* --- clonal.c, individual.c --------------------------------------------------------- */

/** Parents are known; makes, mutates, develops and evaluates this rank's offspring. */
void hg_breed_clonal(hg_run *run, bool environment_changed);
void hg_breed_individually(hg_run *run);

/* --- gather.c ------------------------------------------------------------------------ */

hg_status hg_gather_create(hg_run *run);
void hg_gather_free(hg_run *run);

/**
 * Collective: gives every own individual its fitness, sums it over own blocks, draws what the
 * next generation needs, and exchanges all blocks' sums; agrees on `status`. HG_BAD_INPUT when a fitness is not finite.
 */
hg_status hg_gather(hg_run *run, hg_status status);

/** Collective: sums weight[count] over own blocks, in order, and exchanges block[blocks]. */
void hg_gather_weights(hg_run *run, const double *weight, double *block);

/** Mean and variance of fitness from the gathered blocks: of all, and of a deme. */
void hg_gather_fitness(const hg_run *run, double *mean, double *variance);
void hg_gather_deme_fitness(const hg_run *run, int64_t deme, double *mean, double *variance);

/* --- demes.c ------------------------------------------------------------------------- */

hg_status hg_demes_create(hg_run *run);
void hg_demes_free(hg_run *run);

/** A generation begins: nothing is counted yet, and where statistics are due, added up. */
void hg_demes_begin(hg_run *run);

/** Empties the sums alone. */
void hg_demes_restart(hg_run *run);

/** Notes which deme the genotypes of own individuals first .. end-1 (local) belong to. */
void hg_demes_note_rows(hg_run *run, int64_t first, int64_t end);

/** Counts a mutation of an individual (global index) for its deme. */
void hg_demes_note_mutation(hg_run *run, int64_t individual);

/** The visitor that adds to the demes' moments. */
hg_row_visitor hg_demes_tally;

/** Collective: fills run->statistics.deme for the generation just made. */
hg_status hg_demes_record(hg_run *run);

/* --- record.c ------------------------------------------------------------------------ */

hg_status hg_record_create(hg_run *run);
void hg_record_free(hg_run *run);

/** Tells moments of values what a single mutation may well do. */
void hg_expect_mutations(const hg_run *run, hg_moments *moments);

/** Whether own individual `own` of the generation before has offspring in this one. */
static inline bool hg_has_offspring(const hg_run *run, int64_t own)
{
    const uint8_t *second = run->mates.chosen, *away = run->migrants.chosen; /* or NULL */
    return run->parentage.children[own] > 0 || (second != NULL && second[own] != 0) ||
           (away != NULL && away[own] != 0);
}

/** Collective: fills run->statistics for the generation just made. */
hg_status hg_record_statistics(hg_run *run);

/** The same for a generation whose sums were not taken while it was made. Collective. */
hg_status hg_record_statistics_anew(hg_run *run);

/** Collective: statistics and snapshot of the generation to the output, as asked for. */
hg_status hg_record(hg_run *run, bool statistics, bool snapshot);

bool hg_statistics_due(const hg_run *run, int64_t generation);
bool hg_snapshot_due(const hg_run *run, int64_t generation);

/** hg_snapshot_source of the present generation; `context` is the run. */
hg_status hg_run_field(void *context, hg_field field, int64_t first, int64_t count, void *buffer);

/* --- census.c ------------------------------------------------------------------------ */

hg_status hg_census_create(hg_run *run);
void hg_census_free(hg_run *run);

/** An individual (global index) mutates, with a row of its own: its genotype is a new one. */
static inline void hg_genotype_begins(hg_run *run, int64_t individual)
{
    const int32_t row = run->row[individual - run->partition.first];
    *hg_origin(&run->genotypes, row) =
        (double)run->making * (double)run->partition.individuals + (double)individual;
    run->genotypes.shared[row] = false;
}

/** The same of own offspring with rows of their own, where all of these have new genotypes. */
void hg_note_changed(hg_run *run, const int32_t *own, int count);

/** Own offspring with rows of their own: those whose origin is their parent's still share it. */
void hg_note_unchanged(hg_run *run, const int32_t *own, const double *origin, int count);

/** Own parent `own` may have sent its genotype to another deme or rank. Thread-safe. */
void hg_note_sent(hg_run *run, int64_t own);

/** Counts the genotypes that this rank is to count. Collective. */
hg_status hg_census_take(hg_run *run);

/* --- ancestry.c ---------------------------------------------------------------------- */

/** Collective: the parents of the generation just made to the output, where asked for. */
hg_status hg_record_ancestry(hg_run *run);

/* --- stopping.c ----------------------------------------------------------------------- */

hg_status hg_stopping_create(hg_run *run);
void hg_stopping_free(hg_run *run);

/** What this rank reports in the gather of a generation: a number for hg_stopping_agree(). */
double hg_stopping_report(hg_run *run);

/** The reports of all ranks, from rank 0's on, one after the other. Sets what is due. */
void hg_stopping_begin(hg_run *run);
void hg_stopping_agree(hg_run *run, int rank, double report);

/** HG_STOPPED, with the reason, when it is time; the checkpoint has been written. */
hg_status hg_stop_when_due(hg_run *run);

/* --- checkpointing.c -------------------------------------------------------------------- */

hg_status hg_checkpointing_create(hg_run *run);
void hg_checkpointing_free(hg_run *run);

/** Writes a checkpoint of the generation just made when it is time. Collective. */
hg_status hg_checkpoint_when_due(hg_run *run);

/** Puts what a checkpoint holds of the whole run in place; the opposite of what writes it. */
hg_status hg_checkpoint_adopt(hg_run *run, const hg_checkpoint *from);

/* --- resuming.c ------------------------------------------------------------------------- */

/**
 * Rank 0: the run file as it was resolved when the run began, with what was drawn or found then;
 * false where none is found. Free `then` always.
 */
bool hg_resume_config(const char *output, const char *path, hg_config *then);

/** Of names, edges and weights. Pure. */
uint64_t hg_network_digest(const hg_network *network);

/**
 * Rank 0, before anything is built: HG_BAD_INPUT when the output there is of another run file or network.
 * `*complete`: the output is there and complete.
 */
hg_status hg_resume_check(const hg_run *run, bool *complete);

/** Waits some seconds for another run that writes there; sets run->complete when that came to its end.
 * Collective. */
hg_status hg_resume_await(hg_run *run);

/**
 * Goes on from the newest sound checkpoint: genotypes, counters and output are those of its
 * generation. `*resumed` is false where there is none. HG_BAD_INPUT, with the keys, when it is
 * of another run file. Collective.
 */
hg_status hg_resume(hg_run *run, const hg_output_plan *plan, bool *resumed);

/* --- origin.c ------------------------------------------------------------------------- */

/**
 * Collective: rank 0 reads the run file (`text` NULL: from `path`, which may be a result
 * file), resolves it and builds the network; all ranks get both.
 */
hg_status hg_run_configure(hg_run *run, const char *path, const char *text,
                           const hg_run_options *options);

/* --- report.c -------------------------------------------------------------------------- */

/** Collective: reduces time, memory and traffic over the ranks and closes the output. */
hg_status hg_report(hg_run *run, bool complete);

#endif
