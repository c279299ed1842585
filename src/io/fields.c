/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/fields.h"

#include <string.h>

#include "population/environment.h"
#include "population/statistics.h"

#define NETWORK HG_GROUP_NETWORK
#define STATISTICS HG_GROUP_STATISTICS
#define DEMES HG_GROUP_DEMES
#define SNAPSHOTS HG_GROUP_SNAPSHOTS
#define ANCESTRY HG_GROUP_ANCESTRY
#define PERFORMANCE HG_GROUP_PERFORMANCE
#define OF(member) .offset = offsetof(hg_statistics, member)
#define FIELD(name) .presence = HG_WITH_FIELD, .field = name
#define MEASURED .presence = HG_WITH_MACHINE
#define SERIES(name) .presence = HG_WITH_DEME_SERIES, .series = name

static const char generation_doc[] =
    "Rows beyond the last one that the root attribute generations_done counts are not part of "
    "the results.";

static const char own_series_doc[] =
    "/statistics then holds the mean over demes, small and large ones alike.";

static const char component_doc[] =
    "Its place in the run file's list `fitness`, from 0. All Gaussian components are there, also "
    "those whose optimum does not vary.";

#define PER_RECORD {HG_AXIS_GENERATION}
#define PER_GENE {HG_AXIS_GENERATION, HG_AXIS_GENE}
#define PER_EDGE {HG_AXIS_GENERATION, HG_AXIS_EDGE}
#define PER_DEME {HG_AXIS_GENERATION, HG_AXIS_DEME}
#define PER_DEME_GENE {HG_AXIS_GENERATION, HG_AXIS_DEME, HG_AXIS_GENE}
#define PER_DEME_EDGE {HG_AXIS_GENERATION, HG_AXIS_DEME, HG_AXIS_EDGE}
#define PER_INDIVIDUAL {HG_AXIS_GENERATION, HG_AXIS_INDIVIDUAL}

const hg_dataset hg_datasets[] = {
    {NETWORK, "gene", HG_TYPE_INT32, {HG_AXIS_GENE}, "1", "index of the gene", .doc = "From 0."},
    {NETWORK, "gene_name", HG_TYPE_STRING, {HG_AXIS_GENE}, "1", "name of the gene", .doc = ""},
    {NETWORK, "edge_source", HG_TYPE_INT32, {HG_AXIS_EDGE}, "1", "regulating gene of the edge",
     "Edges are sorted by target, then source.", .presence = HG_WITH_EDGES},
    {NETWORK, "edge_target", HG_TYPE_INT32, {HG_AXIS_EDGE}, "1", "regulated gene of the edge", "",
     .presence = HG_WITH_EDGES},
    {NETWORK, "edge_weight", HG_TYPE_FLOAT64, {HG_AXIS_EDGE}, "1", "strength of the edge",
     "Positive: activates; negative: represses. With heritable weights, those of the start.",
     .presence = HG_WITH_EDGES},

    {STATISTICS, "generation", HG_TYPE_INT64, PER_RECORD, "1", "generation recorded",
     generation_doc, OF(generation)},
    {STATISTICS, "gene", HG_TYPE_INT32, {HG_AXIS_GENE}, "1", "index of the gene", .doc = "From 0."},
    {STATISTICS, "fitness_mean", HG_TYPE_FLOAT64, PER_RECORD, "1",
     "mean fitness of all individuals", "", OF(fitness_mean)},
    {STATISTICS, "fitness_variance", HG_TYPE_FLOAT64, PER_RECORD, "1",
     "variance of fitness between individuals", "Unbiased: divided by N-1.", OF(fitness_variance)},
    {STATISTICS, "fitness_min", HG_TYPE_FLOAT64, PER_RECORD, "1", "lowest fitness", "",
     OF(fitness_min)},
    {STATISTICS, "fitness_max", HG_TYPE_FLOAT64, PER_RECORD, "1", "highest fitness", "",
     OF(fitness_max)},
    {STATISTICS, "parents", HG_TYPE_INT64, PER_RECORD, "1",
     "individuals of the generation before with offspring in this one", "0 in generation 0.",
     OF(parents)},
    {STATISTICS, "mutations", HG_TYPE_INT64, PER_RECORD, "1",
     "alleles and weights changed by mutation in this generation",
     "A lost or regained edge, a duplication and a deletion count as one each.", OF(mutations)},
    {STATISTICS, "genotypes", HG_TYPE_INT64, PER_RECORD, "1", "distinct genotypes",
     "Each individual with a mutation begins a new one; clones have their parent's. Founders count "
     "as one where all are alike, else as one each.", HG_WITH_GENOTYPES, OF(genotypes)},
    {STATISTICS, "stable_fraction", HG_TYPE_FLOAT64, PER_RECORD, "1",
     "share of individuals with stable development", "", OF(stable_fraction)},
    {STATISTICS, "neutral_draws", HG_TYPE_INT64, PER_RECORD, "1",
     "how often, up to this generation, a deme's parents were drawn uniformly as nobody was fit",
     "",
     HG_WITH_NEUTRAL_DRAWS, OF(neutral_draws)},
    {STATISTICS, "basal_mean", HG_TYPE_FLOAT64, PER_GENE, "1", "mean basal expression capacity",
     "A diploid's is the mean of its alleles, and so with its weights.", OF(basal_mean)},
    {STATISTICS, "basal_variance", HG_TYPE_FLOAT64, PER_GENE, "1",
     "variance of the basal expression capacity between individuals", "Divided by N-1.",
     OF(basal_variance)},
    {STATISTICS, "expression_mean", HG_TYPE_FLOAT64, PER_GENE, "1", "mean expression", "",
     OF(expression_mean)},
    {STATISTICS, "expression_variance", HG_TYPE_FLOAT64, PER_GENE, "1",
     "variance of expression between individuals", "Divided by N-1.", OF(expression_variance)},
    {STATISTICS, "weight_mean", HG_TYPE_FLOAT64, PER_EDGE, "1", "mean strength of the edge", "",
     HG_WITH_HERITABLE_WEIGHTS, OF(weight_mean)},
    {STATISTICS, "weight_variance", HG_TYPE_FLOAT64, PER_EDGE, "1",
     "variance of the strength of the edge between individuals", "Divided by N-1.",
     HG_WITH_HERITABLE_WEIGHTS, OF(weight_variance)},
    {STATISTICS, "tf_concentration", HG_TYPE_FLOAT64, PER_RECORD, "1",
     "concentration of the transcription factor in the environment", "", OF(tf_concentration)},
    {STATISTICS, "temperature", HG_TYPE_FLOAT64, PER_RECORD, "degC",
     "temperature of the environment", "", OF(temperature)},
    {STATISTICS, "nutrients", HG_TYPE_FLOAT64, PER_RECORD, "1",
     "nutrients in the environment, from 0 to 1", "", OF(nutrients)},
    {STATISTICS, "optimum", HG_TYPE_FLOAT64, PER_GENE, "1",
     "optimum of the Gaussian fitness in force", "", HG_WITH_VARYING_OPTIMUM, OF(optimum)},
    {STATISTICS, "component", HG_TYPE_INT32, {HG_AXIS_COMPONENT}, "1", "index of the component",
     component_doc, .presence = HG_WITH_VARYING_OPTIMA},
    {STATISTICS, "optimum", HG_TYPE_FLOAT64, {HG_AXIS_GENERATION, HG_AXIS_COMPONENT, HG_AXIS_GENE},
     "1", "optima of the Gaussian components in force", "", HG_WITH_VARYING_OPTIMA, OF(optimum)},

    {DEMES, "generation", HG_TYPE_INT64, PER_RECORD, "1", "generation recorded", generation_doc,
     OF(generation)},
    {DEMES, "deme", HG_TYPE_INT32, {HG_AXIS_DEME}, "1", "index of the deme", .doc = "From 0."},
    {DEMES, "gene", HG_TYPE_INT32, {HG_AXIS_GENE}, "1", "index of the gene", .doc = "From 0."},
    {DEMES, "fitness_mean", HG_TYPE_FLOAT64, PER_DEME, "1", "mean fitness in the deme", "",
     OF(deme.fitness_mean)},
    {DEMES, "fitness_variance", HG_TYPE_FLOAT64, PER_DEME, "1",
     "variance of fitness within the deme", "Divided by the deme's size less 1.",
     OF(deme.fitness_variance)},
    {DEMES, "fitness_min", HG_TYPE_FLOAT64, PER_DEME, "1", "lowest fitness in the deme", "",
     OF(deme.fitness_min)},
    {DEMES, "fitness_max", HG_TYPE_FLOAT64, PER_DEME, "1", "highest fitness in the deme", "",
     OF(deme.fitness_max)},
    {DEMES, "parents", HG_TYPE_INT64, PER_DEME, "1",
     "individuals of the deme in the generation before with offspring in this one, in any deme",
     "0 in generation 0.", OF(deme.parents)},
    {DEMES, "mutations", HG_TYPE_INT64, PER_DEME, "1",
     "alleles and weights changed by mutation in the deme in this generation", "",
     OF(deme.mutations)},
    {DEMES, "stable_fraction", HG_TYPE_FLOAT64, PER_DEME, "1",
     "share of the deme's individuals with stable development", "", OF(deme.stable_fraction)},
    {DEMES, "basal_mean", HG_TYPE_FLOAT64, PER_DEME_GENE, "1",
     "mean basal expression capacity in the deme", "", OF(deme.basal_mean)},
    {DEMES, "basal_variance", HG_TYPE_FLOAT64, PER_DEME_GENE, "1",
     "variance of the basal expression capacity within the deme",
     "Divided by the deme's size less 1.", OF(deme.basal_variance)},
    {DEMES, "expression_mean", HG_TYPE_FLOAT64, PER_DEME_GENE, "1", "mean expression in the deme",
     "", OF(deme.expression_mean)},
    {DEMES, "expression_variance", HG_TYPE_FLOAT64, PER_DEME_GENE, "1",
     "variance of expression within the deme", "Divided by the deme's size less 1.",
     OF(deme.expression_variance)},
    {DEMES, "weight_mean", HG_TYPE_FLOAT64, PER_DEME_EDGE, "1",
     "mean strength of the edge in the deme", "", HG_WITH_HERITABLE_WEIGHTS,
     OF(deme.weight_mean)},
    {DEMES, "weight_variance", HG_TYPE_FLOAT64, PER_DEME_EDGE, "1",
     "variance of the strength of the edge within the deme", "Divided by the deme's size less 1.",
     HG_WITH_HERITABLE_WEIGHTS, OF(deme.weight_variance)},
    {DEMES, "tf_concentration", HG_TYPE_FLOAT64, PER_DEME, "1",
     "concentration of the transcription factor in the deme", own_series_doc,
     SERIES(HG_DEME_TF_CONCENTRATION), OF(deme.tf_concentration)},
    {DEMES, "temperature", HG_TYPE_FLOAT64, PER_DEME, "degC", "temperature of the deme",
     own_series_doc, SERIES(HG_DEME_TEMPERATURE), OF(deme.temperature)},
    {DEMES, "nutrients", HG_TYPE_FLOAT64, PER_DEME, "1",
     "nutrients in the deme, from 0 to 1", own_series_doc, SERIES(HG_DEME_NUTRIENTS),
     OF(deme.nutrients)},
    {DEMES, "optimum", HG_TYPE_FLOAT64, PER_DEME_GENE, "1",
     "optimum of the Gaussian fitness in force in the deme", own_series_doc,
     SERIES(HG_DEME_OPTIMUM), OF(deme.optimum)},
    {DEMES, "component", HG_TYPE_INT32, {HG_AXIS_COMPONENT}, "1", "index of the component",
     component_doc, .presence = HG_WITH_DEME_OPTIMA},
    {DEMES, "optimum", HG_TYPE_FLOAT64,
     {HG_AXIS_GENERATION, HG_AXIS_DEME, HG_AXIS_COMPONENT, HG_AXIS_GENE}, "1",
     "optima of the Gaussian components in force in the deme", own_series_doc, HG_WITH_DEME_OPTIMA,
     OF(deme.optimum)},

    {SNAPSHOTS, "generation", HG_TYPE_INT64, PER_RECORD, "1", "generation of the snapshot",
     .doc = generation_doc},
    {SNAPSHOTS, "gene", HG_TYPE_INT32, {HG_AXIS_GENE}, "1", "index of the gene", .doc = "From 0."},
    {SNAPSHOTS, "basal", HG_TYPE_REAL,
     {HG_AXIS_GENERATION, HG_AXIS_INDIVIDUAL, HG_AXIS_GENE, HG_AXIS_ALLELE}, "1",
     "basal expression capacity, the allele of the individual at the gene",
     "Of a diploid that of the first parent, then that of the second.", FIELD(HG_FIELD_BASAL)},
    {SNAPSHOTS, "weight", HG_TYPE_REAL,
     {HG_AXIS_GENERATION, HG_AXIS_INDIVIDUAL, HG_AXIS_EDGE, HG_AXIS_ALLELE}, "1",
     "strength of the edge in the individual", "Of a diploid as in basal.", FIELD(HG_FIELD_WEIGHT)},
    {SNAPSHOTS, "expression", HG_TYPE_REAL,
     {HG_AXIS_GENERATION, HG_AXIS_INDIVIDUAL, HG_AXIS_GENE}, "1",
     "expression of the gene in the individual", "", FIELD(HG_FIELD_EXPRESSION)},
    {SNAPSHOTS, "instability", HG_TYPE_REAL,
     {HG_AXIS_GENERATION, HG_AXIS_INDIVIDUAL, HG_AXIS_GENE}, "1",
     "variance of expression over the last steps of development", "",
     FIELD(HG_FIELD_INSTABILITY)},
    {SNAPSHOTS, "fitness", HG_TYPE_FLOAT64, PER_INDIVIDUAL, "1", "fitness of the individual", "",
     FIELD(HG_FIELD_FITNESS)},
    {SNAPSHOTS, "stable", HG_TYPE_INT8, PER_INDIVIDUAL, "1",
     "1 where development reached a steady state, else 0", "", FIELD(HG_FIELD_STABLE)},
    {SNAPSHOTS, "parent", HG_TYPE_INT64, PER_INDIVIDUAL, "1",
     "first parent: its index in the generation before", "-1 in generation 0.",
     FIELD(HG_FIELD_PARENT)},
    {SNAPSHOTS, "parent2", HG_TYPE_INT64, PER_INDIVIDUAL, "1",
     "second parent: its index in the generation before", "-1 where there is none.",
     FIELD(HG_FIELD_PARENT2)},
    {SNAPSHOTS, "deme", HG_TYPE_INT32, PER_INDIVIDUAL, "1", "deme of the individual", "From 0.",
     FIELD(HG_FIELD_DEME)},

    {ANCESTRY, "generation", HG_TYPE_INT64, PER_RECORD, "1", "generation of the individuals",
     .doc = generation_doc},
    {ANCESTRY, "parent", HG_TYPE_INT32, PER_INDIVIDUAL, "1",
     "first parent: its index in the generation before",
     .doc = "Those who live on are their own parent; -1 in generation 0."},
    {ANCESTRY, "parent2", HG_TYPE_INT32, PER_INDIVIDUAL, "1",
     "second parent: its index in the generation before",
     "-1 in generation 0 and of those who live on.", .presence = HG_WITH_SECOND_PARENTS},

    {PERFORMANCE, "phase", HG_TYPE_STRING, {HG_AXIS_PHASE}, "1", "phase of a generation",
     .doc = ""},
    {PERFORMANCE, "seconds_mean", HG_TYPE_FLOAT64, {HG_AXIS_PHASE}, "s",
     "time spent in the phase, mean over ranks", .doc = ""},
    {PERFORMANCE, "seconds_min", HG_TYPE_FLOAT64, {HG_AXIS_PHASE}, "s",
     "time spent in the phase, least of all ranks", .doc = ""},
    {PERFORMANCE, "seconds_max", HG_TYPE_FLOAT64, {HG_AXIS_PHASE}, "s",
     "time spent in the phase, most of all ranks", .doc = ""},
    {PERFORMANCE, "thread_imbalance", HG_TYPE_FLOAT64, {HG_AXIS_PHASE}, "1",
     "the busiest thread's time in the phase over the mean of its rank's threads",
     .doc = "Of the rank where it is largest; 0 where threads are not told apart."},
    {PERFORMANCE, "calls", HG_TYPE_INT64, {HG_AXIS_PHASE}, "1", "how often the phase was entered",
     .doc = ""},
    {PERFORMANCE, "share", HG_TYPE_FLOAT64, {HG_AXIS_PHASE}, "1",
     "mean time of the phase as a share of the whole run", .doc = ""},
    {PERFORMANCE, "wall", HG_TYPE_FLOAT64, {HG_AXIS_NONE}, "s", "time from start to end",
     .doc = "The phases' mean times add up to it."},
    {PERFORMANCE, "loop", HG_TYPE_FLOAT64, {HG_AXIS_NONE}, "s",
     "of this, time that generations were made in", .doc = "From generation 1 on."},
    {PERFORMANCE, "developed", HG_TYPE_INT64, {HG_AXIS_NONE}, "1",
     "individuals developed after generation 0", .doc = ""},
    {PERFORMANCE, "new_genotypes", HG_TYPE_INT64, {HG_AXIS_NONE}, "1",
     "genotypes made after generation 0", .doc = ""},
    {PERFORMANCE, "bytes_copied", HG_TYPE_INT64, {HG_AXIS_NONE}, "byte",
     "genomes copied by inheritance", .doc = ""},
    {PERFORMANCE, "bytes_copied_least", HG_TYPE_INT64, {HG_AXIS_NONE}, "byte",
     "one genome for every new genotype",
     .doc = "A mutant that takes its parent's place needs not even that."},
    {PERFORMANCE, "bytes_needed", HG_TYPE_FLOAT64, {HG_AXIS_NONE}, "byte",
     "the least that making the generations must read and write", .doc = ""},
    {PERFORMANCE, "operations", HG_TYPE_FLOAT64, {HG_AXIS_NONE}, "1",
     "additions and multiplications that making the generations needs at least", .doc = ""},
    {PERFORMANCE, "machine_copy_memory", HG_TYPE_FLOAT64, {HG_AXIS_NONE}, "byte s-1",
     "bytes that the machine copies through memory, all threads together",
     .doc = "Each byte counts read and written.", MEASURED},
    {PERFORMANCE, "machine_copy_cache", HG_TYPE_FLOAT64, {HG_AXIS_NONE}, "byte s-1",
     "bytes that the machine copies within the last-level cache, all threads together", .doc = "",
     MEASURED},
    {PERFORMANCE, "machine_multiply_add", HG_TYPE_FLOAT64, {HG_AXIS_NONE}, "s-1",
     "multiplications and additions of the machine, all threads together", .doc = "", MEASURED},
    {PERFORMANCE, "category", HG_TYPE_STRING, {HG_AXIS_CATEGORY}, "1", "what memory is used for",
     .doc = ""},
    {PERFORMANCE, "memory_current", HG_TYPE_INT64, {HG_AXIS_CATEGORY}, "byte",
     "memory in use at the end, sum over ranks", .doc = ""},
    {PERFORMANCE, "memory_peak", HG_TYPE_INT64, {HG_AXIS_CATEGORY}, "byte",
     "most memory in use at a time, sum over ranks", .doc = ""},
    {PERFORMANCE, "memory_allocations", HG_TYPE_INT64, {HG_AXIS_CATEGORY}, "1",
     "blocks of memory handed out, sum over ranks", .doc = ""},
    {PERFORMANCE, "rank", HG_TYPE_INT32, {HG_AXIS_RANK}, "1", "rank of the process",
     .doc = "From 0."},
    {PERFORMANCE, "rss_peak", HG_TYPE_INT64, {HG_AXIS_RANK}, "byte",
     "peak resident memory of the process", .doc = ""},
    {PERFORMANCE, "bytes_per_gene", HG_TYPE_FLOAT64, {HG_AXIS_NONE}, "byte",
     "peak memory per individual and gene",
     .doc = "Tracked allocations, without MPI's and HDF5's own."},
    {PERFORMANCE, "loop_allocations", HG_TYPE_INT64, {HG_AXIS_NONE}, "1",
     "blocks of memory allocated inside the generation loop", .doc = ""},
    {PERFORMANCE, "sample", HG_TYPE_INT64, {HG_AXIS_SAMPLE}, "1",
     "generation after which memory was looked at", .doc = ""},
    {PERFORMANCE, "sample_tracked", HG_TYPE_INT64, {HG_AXIS_SAMPLE}, "byte",
     "tracked memory in use, sum over ranks", .doc = ""},
    {PERFORMANCE, "sample_resident", HG_TYPE_INT64, {HG_AXIS_SAMPLE}, "byte",
     "resident memory, sum over ranks", .doc = ""},
    {PERFORMANCE, "kind", HG_TYPE_STRING, {HG_AXIS_KIND}, "1", "kind of traffic", .doc = ""},
    {PERFORMANCE, "traffic", HG_TYPE_INT64, {HG_AXIS_KIND}, "1",
     "bytes or messages of this kind, sum over ranks", .doc = ""},
};
const int hg_dataset_count = (int)(sizeof hg_datasets / sizeof *hg_datasets);

const hg_attribute hg_attributes[] = {
    {"/", "title", HG_TYPE_STRING, "name of the run"},
    {"/", "source", HG_TYPE_STRING, "program and version that wrote the file"},
    {"/", "Conventions", HG_TYPE_STRING, "happygene-1"},
    {"/", "format_version", HG_TYPE_INT32, "version of this layout"},
    {"/", "run_file", HG_TYPE_STRING, "the run file as given"},
    {"/", "run_file_resolved", HG_TYPE_STRING,
     "the run file with every default and every drawn seed filled in"},
    {"/", "complete", HG_TYPE_INT32, "1 when the run reached its end or stopped by rule, else 0"},
    {"/", "generations_done", HG_TYPE_INT64,
     "last generation recorded, -1 before the first; whatever is beyond it does not count"},
    {"/", "stop_reason", HG_TYPE_STRING, "why the run ended; empty while it has not"},
    {"/provenance", "version", HG_TYPE_STRING, "version of happygene"},
    {"/provenance", "git_revision", HG_TYPE_STRING,
     "revision of the source, empty where it was not built from a checkout"},
    {"/provenance", "git_dirty", HG_TYPE_INT32, "1 when the source differed from that revision"},
    {"/provenance", "compiler", HG_TYPE_STRING, "compiler and its version"},
    {"/provenance", "compiler_flags", HG_TYPE_STRING, "flags that it was called with"},
    {"/provenance", "mpi_library", HG_TYPE_STRING, "MPI library in use"},
    {"/provenance", "hdf5_library", HG_TYPE_STRING, "HDF5 library in use"},
    {"/provenance", "command_line", HG_TYPE_STRING, "command that started the run"},
    {"/provenance", "hosts", HG_TYPE_STRING, "machines that the run used"},
    {"/provenance", "ranks", HG_TYPE_INT32, "number of processes"},
    {"/provenance", "threads", HG_TYPE_INT32, "threads of each process (the most, if they differ)"},
    {"/provenance", "cpu", HG_TYPE_STRING, "processor of the first machine"},
    {"/provenance", "kernels", HG_TYPE_STRING, "instruction set that the kernels used"},
    {"/provenance", "start", HG_TYPE_STRING, "time of the start, ISO 8601, UTC"},
    {"/provenance", "end", HG_TYPE_STRING, "time of the end, empty while it has not come"},
    {"/provenance", "resumed_from", HG_TYPE_STRING,
     "checkpoint that the run last went on from, or empty"},
    {"/provenance", "run_id", HG_TYPE_STRING,
     "drawn at the start: tells which checkpoints belong to the file"},
};
const int hg_attribute_count = (int)(sizeof hg_attributes / sizeof *hg_attributes);

static const struct {
    const char *name, *title;
} groups[HG_GROUPS] = {
    [HG_GROUP_NETWORK] = {"network", "the regulatory network"},
    [HG_GROUP_STATISTICS] = {"statistics", "statistics over all individuals, by generation"},
    [HG_GROUP_DEMES] = {"statistics/demes", "the same deme by deme, where there are several"},
    [HG_GROUP_SNAPSHOTS] = {"snapshots", "every individual of chosen generations"},
    [HG_GROUP_ANCESTRY] = {"ancestry", "the parents of every individual of every generation"},
    [HG_GROUP_PERFORMANCE] = {"performance", "where the time and the memory went"},
};

static const struct {
    const char *name, *title;
} axes[HG_AXES] = {
    [HG_AXIS_NONE] = {"", ""},
    [HG_AXIS_GENERATION] = {"generation", ""},
    [HG_AXIS_INDIVIDUAL] = {"individual", "individuals, from 0"},
    [HG_AXIS_DEME] = {"deme", ""},
    [HG_AXIS_GENE] = {"gene", ""},
    [HG_AXIS_EDGE] = {"edge", "edges of the network, in the order of /network"},
    [HG_AXIS_ALLELE] = {"allele", "alleles of a diploid: from the first parent, from the second"},
    [HG_AXIS_COMPONENT] = {"component", ""},
    [HG_AXIS_PHASE] = {"phase", ""},
    [HG_AXIS_CATEGORY] = {"category", ""},
    [HG_AXIS_RANK] = {"rank", ""},
    [HG_AXIS_KIND] = {"kind", ""},
    [HG_AXIS_SAMPLE] = {"sample", ""},
};

const char *hg_group_name(hg_group group) { return groups[group].name; }
const char *hg_group_title(hg_group group) { return groups[group].title; }
const char *hg_axis_name(hg_axis axis) { return axes[axis].name; }
const char *hg_axis_title(hg_axis axis) { return axes[axis].title; }

const char *hg_type_name(hg_type type)
{
    switch (type) {
    case HG_TYPE_INT8: return "int8";
    case HG_TYPE_INT32: return "int32";
    case HG_TYPE_INT64: return "int64";
    case HG_TYPE_FLOAT64: return "float64";
    case HG_TYPE_STRING: return "string";
    case HG_TYPE_REAL: return "float64 or float32";
    }
    return "";
}

/* Where clones share their parent's genotype, and founders are not read from a file, which does not
 * tell who are clones. Origins must be whole numbers that a double can hold. */
static bool genotypes_known(const hg_config *config)
{
    const double born = ((double)config->run.generations + 1.0) *
                        (double)config->population.individuals;
    return hg_config_clonal(config) && config->population.initial.from == NULL && born < 0x1p53;
}

bool hg_dataset_present(const hg_dataset *dataset, const hg_config *config,
                        const hg_network *network)
{
    const bool heritable = config->network.heritable && network->edges > 0;
    if (dataset->group == HG_GROUP_DEMES && config->population.demes < 2) return false;
    if (dataset->group == HG_GROUP_ANCESTRY && !config->output.ancestry) return false;
    switch (dataset->presence) {
    case HG_WITH_EDGES: return network->edges > 0;
    case HG_WITH_HERITABLE_WEIGHTS: return heritable;
    case HG_WITH_DEME_SERIES:
        return (hg_deme_series_of(config) & (unsigned)dataset->series) != 0 &&
               (dataset->series != HG_DEME_OPTIMUM || hg_optima_recorded(config) == 1);
    case HG_WITH_VARYING_OPTIMUM: return hg_optima_recorded(config) == 1;
    case HG_WITH_VARYING_OPTIMA: return hg_optima_recorded(config) > 1;
    case HG_WITH_DEME_OPTIMA:
        return (hg_deme_series_of(config) & HG_DEME_OPTIMUM) != 0 && hg_optima_recorded(config) > 1;
    case HG_WITH_GENOTYPES: return genotypes_known(config);
    case HG_WITH_NEUTRAL_DRAWS: return config->selection.neutral_on_extinction;
    case HG_WITH_SECOND_PARENTS: return config->mating.system == HG_MATING_SEXUAL;
    case HG_WITH_FIELD:
        return (config->output.fields & (unsigned)dataset->field) != 0 &&
               (dataset->field != HG_FIELD_WEIGHT || heritable);
    case HG_WITH_MACHINE: /* no matter of the run file */
    case HG_ALWAYS: break;
    }
    return true;
}

/* The compiler names what a switch over an enum leaves out. */
const char *hg_dataset_condition(const hg_dataset *dataset)
{
    switch (dataset->presence) {
    case HG_ALWAYS: return "";
    case HG_WITH_EDGES: return "where there are edges";
    case HG_WITH_HERITABLE_WEIGHTS: return "where weights are heritable";
    case HG_WITH_VARYING_OPTIMUM: return "where it varies in time, with one Gaussian component";
    case HG_WITH_VARYING_OPTIMA:
        return "where one varies in time, with several Gaussian components";
    case HG_WITH_DEME_OPTIMA:
        return "with several Gaussian components, where one of them has an ar1 series";
    case HG_WITH_DEME_SERIES: return "where each deme has an ar1 series of its own";
    case HG_WITH_GENOTYPES:
        return "with `mating.system: asexual`, `development.noise_sd: 0` and without "
               "`population.initial.from`";
    case HG_WITH_NEUTRAL_DRAWS: return "with `selection.on_extinction: neutral`";
    case HG_WITH_SECOND_PARENTS: return "with `mating.system: sexual`";
    case HG_WITH_MACHINE: return "where `happygene profile` measured it";
    case HG_WITH_FIELD:
        return dataset->field == HG_FIELD_WEIGHT
                   ? "with its name in `output.snapshots.fields`, where weights are heritable"
                   : "with its name in `output.snapshots.fields`";
    }
    return "";
}

int hg_dataset_rank(const hg_dataset *dataset, int ploidy)
{
    int rank = 0;
    while (rank < HG_RANK_MOST && dataset->axes[rank] != HG_AXIS_NONE &&
           (dataset->axes[rank] != HG_AXIS_ALLELE || ploidy == 2))
        rank++;
    return rank;
}

bool hg_dataset_has_axis(const hg_dataset *dataset, hg_axis axis)
{
    for (int i = 0; i < HG_RANK_MOST; i++)
        if (dataset->axes[i] == axis) return true;
    return false;
}

bool hg_dataset_is_scale(const hg_dataset *dataset)
{
    return dataset->axes[0] != HG_AXIS_NONE &&
           strcmp(dataset->name, hg_axis_name(dataset->axes[0])) == 0;
}

const hg_dataset *hg_dataset_find(hg_group group, const char *name)
{
    for (int i = 0; i < hg_dataset_count; i++)
        if (hg_datasets[i].group == group && strcmp(hg_datasets[i].name, name) == 0)
            return &hg_datasets[i];
    return NULL;
}

const hg_dataset *hg_dataset_other_form(const hg_dataset *dataset)
{
    for (int i = 0; i < hg_dataset_count; i++)
        if (&hg_datasets[i] != dataset && hg_datasets[i].group == dataset->group &&
            strcmp(hg_datasets[i].name, dataset->name) == 0)
            return &hg_datasets[i];
    return NULL;
}
