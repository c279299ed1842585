/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A run file in memory: what `io/runfile` reads, `model/keys` describes and the
 * engine obeys. Every field has the name and the meaning of its run-file key.
 */
#ifndef HG_MODEL_CONFIG_H
#define HG_MODEL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "kernels/ids.h"
#include "random/distribution.h"

/** A number that may vary by gene. */
typedef enum hg_profile_kind {
    HG_PROFILE_SCALAR, /**< the same for all genes */
    HG_PROFILE_LIST,   /**< one for each gene */
    HG_PROFILE_DISTRIBUTION
} hg_profile_kind;

typedef struct hg_profile {
    hg_profile_kind kind;
    double scalar;
    double *list; /**< [count], owned */
    int64_t count;
    hg_distribution distribution;
} hg_profile;

/** A quantity that may vary in time. */
typedef enum hg_series_kind {
    HG_SERIES_CONSTANT, /**< value */
    HG_SERIES_TABLE,    /**< at, values, linear */
    HG_SERIES_RAMP,
    HG_SERIES_SINE,
    HG_SERIES_STEPS,
    HG_SERIES_AR1
} hg_series_kind;

typedef struct hg_series {
    hg_series_kind kind;
    double value;
    int64_t count;  /**< of at and values */
    double *at;     /**< [count] generations, rising; owned */
    double *values; /**< [count], owned */
    bool linear;    /**< interpolation: linear instead of step */
    double from, to, start, end;                /* ramp */
    double mean, amplitude, period, phase;      /* sine; mean also of ar1 */
    double duration;                            /* steps */
    double sd, autocorrelation;                 /* ar1 */
} hg_series;

typedef struct hg_edge {
    int32_t source, target;
    double weight;
} hg_edge;

typedef struct hg_named_edge {
    char *source, *target; /**< owned */
    double weight;
} hg_named_edge;

/** One component of the fitness product. */
typedef struct hg_fitness_component {
    hg_fitness_model model;
    double threshold;          /* threshold: theta */
    hg_profile weights;        /* weighted: omega_g >= 0 */
    bool optimum_varies;       /* gaussian: optimum_series instead of optimum */
    hg_profile optimum;
    hg_series optimum_series;
    hg_profile strength;       /* gaussian: s_g >= 0 ("width" is turned into it); stability: scalar */
    bool strength_is_width;    /* gaussian: until resolved, `strength` holds the widths as given */
    hg_edge *interactions;     /* epistatic: triples (row, column, value) of M, owned */
    int64_t interaction_count;
    hg_named_edge *named;      /* [interaction_count] the same by name; before resolving, names or */
    int64_t matrix_size;       /* indices as given; rows of the dense matrix given, 0: triples */
    int32_t *genes;            /* pareto, owned */
    char **gene_names;         /* [gene_count] the same by name, owned */
    int64_t gene_count;
} hg_fitness_component;

typedef struct hg_mutation_law {
    hg_mutation_model model;
    double rate;               /* probability per allele and generation */
    bool per_genome;           /* until resolved: `rate` is that of a haploid genome */
    double sd;
    double mean, retention;    /* regression */
} hg_mutation_law;

/** Where the network comes from. */
typedef enum { HG_NETWORK_NONE, HG_NETWORK_FILE, HG_NETWORK_RANDOM,
               HG_NETWORK_EDGES } hg_network_origin;

typedef struct hg_sign {
    char *token;  /**< as in the file, owned */
    double sign;  /**< times default_weight is the edge's weight */
} hg_sign;

typedef enum { HG_FIELD_BASAL = 1, HG_FIELD_WEIGHT = 2, HG_FIELD_EXPRESSION = 4,
               HG_FIELD_INSTABILITY = 8, HG_FIELD_FITNESS = 16, HG_FIELD_STABLE = 32,
               HG_FIELD_PARENT = 64, HG_FIELD_PARENT2 = 128, HG_FIELD_DEME = 256 } hg_field;

typedef struct hg_config {
    char *path;      /**< of the run file, "" when made from code */
    char *directory; /**< that relative paths are relative to */
    char *text;      /**< the YAML as given (with --set as given appended as comments) */
    int set_count;   /**< of these comments, the last lines of the text */
    char *notes;     /**< what was chosen where files are silent, lines; or NULL */

    struct {
        char *name;
        uint64_t seed;
        bool seed_drawn; /**< by the system, not given */
        int64_t generations;
    } run;
    struct {
        int64_t individuals;
        int64_t genes; /**< 0 until resolved where the network gives it */
        int ploidy;
        int64_t demes;
        int64_t *deme_sizes; /**< [demes] or NULL: equal; owned */
        struct {
            hg_profile basal; /**< a list holds one per gene; a distribution is drawn per allele */
            bool clonal;
            bool weights_from_network;
            hg_distribution weights;
            char *from; /**< earlier result or NULL; absolute once resolved */
            int64_t generation; /**< with `from`: of the lineage; -1: not known, counts as 0 */
        } initial;
    } population;
    struct {
        hg_network_origin origin;
        char *file;
        double default_weight;
        hg_sign *signs; /**< [sign_count] */
        int64_t sign_count;
        struct {
            double density; /**< of the G*G possible edges, or G*(G-1) without self */
            hg_distribution weight;
            bool self;
            uint64_t seed;
            bool seed_given; /**< else resolving derives it from run.seed */
        } random;
        hg_named_edge *edges; /**< [edge_count] */
        int64_t edge_count;
        char **genes; /**< [gene_count] names, or NULL */
        int64_t gene_count;
        bool heritable;
    } network;
    struct {
        hg_series tf_concentration, temperature, nutrients;
    } environment;
    struct {
        hg_expression_model model;
        hg_profile slope, k, n;
        double q10, temperature_reference, nutrient_half_saturation;
    } expression;
    struct {
        hg_regulation_model model;
        double strength, constitutive, slope;
        hg_profile initial_state;
        bool zero_at_zero; /**< at_zero: zero */
    } regulation;
    struct {
        int64_t steps, window;
        double tolerance;
        bool inviable; /**< unstable: inviable */
        double noise_sd;
    } development;
    hg_fitness_component *fitness; /**< [fitness_count], the product */
    int64_t fitness_count;
    struct {
        hg_selection_scheme scheme;
        int64_t size;
        double fraction, overlap;
        bool neutral_on_extinction;
    } selection;
    struct {
        hg_mating_system system;
        bool selfing;
        hg_recombination_model recombination;
        double *rates; /**< [rate_count]: one, or one per interval between neighbours on the */
        int64_t rate_count; /**< same chromosome, genes - chromosomes in all; owned */
        int64_t *chromosomes; /**< sizes adding up to genes, or NULL: one; owned */
        int64_t chromosome_count;
    } mating;
    struct {
        hg_migration_scheme scheme;
        double rate;
        bool ring;
        double *matrix; /**< [demes * demes] or NULL; owned */
        int64_t matrix_count;
    } migration;
    struct {
        hg_mutation_law basal, weights;
        double edge_loss, edge_gain, duplication, deletion;
    } mutation;
    struct {
        char *file; /**< as given; relative to the working directory */
        int64_t statistics_every;
        int64_t snapshots_every;
        int64_t *snapshots_at; /**< [snapshots_at_count], owned */
        int64_t snapshots_at_count;
        unsigned fields; /**< of hg_field */
        bool single_precision;
        int deflate; /**< level, 0: no compression */
        bool ancestry;
    } output;
    struct {
        int64_t every;
        double minutes;
        int64_t keep;
    } checkpoint;
    struct {
        double wall_time; /**< seconds, 0: none */
    } limits;
} hg_config;

/** Whether there is at least one number, and all are equal. */
bool hg_are_equal(const double *numbers, int64_t count);

/**
 * What random numbers are keyed with: the generation that the lineage has reached in a generation
 * of the run. Where the run goes on from an earlier one (`from`), the lineage is older than the
 * run, and no draw is repeated that has shaped it already. Pure.
 */
static inline int64_t hg_lineage_generation(const hg_config *config, int64_t generation)
{
    const bool continued =
        config->population.initial.from != NULL && config->population.initial.generation > 0;
    return generation + (continued ? config->population.initial.generation : 0);
}

/** What streams can count (random/stream.h), and a lineage therefore reach. */

#define HG_GENERATIONS_MOST INT64_C(4294967294)

/** Adds lines, or nothing (NULL), to config->notes. */
hg_status hg_config_note(hg_config *config, const char *lines);

/** Adds how many individuals the demes have: ", of 5 individuals each", ", of 3, 3, 4 individuals". */
void hg_config_add_deme_sizes(hg_text *text, const hg_config *config);

/** Frees all that a configuration owns (legal after a failed read) and zeroes it. */
void hg_config_free(hg_config *config);

/** Whether individuals can be clones of one another: their genotypes are shared and counted. */
static inline bool hg_config_clonal(const hg_config *config)
{
    return config->mating.system == HG_MATING_ASEXUAL && config->development.noise_sd == 0.0;
}

#endif
