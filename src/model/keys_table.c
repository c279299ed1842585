/* SPDX-License-Identifier: GPL-3.0-or-later
 * The rows of the schema. */
#include <math.h>

#include "model/config.h"
#include "model/keys.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

/* Words that a key chooses from without being a family of models. */
static const hg_model weight_words[] = {
    {"shared", "", "One strength per edge serves all individuals.", true},
    {"heritable", "", "Each individual has its own strengths, which are inherited.", true}};
static const hg_model unstable_words[] = {
    {"viable", "", "The flag `stable` is recorded and changes nothing.", true},
    {"inviable", "", "An individual whose development does not settle has fitness 0.", true}};
static const hg_model at_zero_words[] = {
    {"keep", "", "The gene stays as it is.", true},
    {"zero", "", "The gene's expression becomes 0, neither on nor off.", true}};
static const hg_model per_words[] = {
    {"locus", "", "The rate is that of each allele at each locus.", true},
    {"genome", "", "The rate is that of a haploid genome: each of its loci mutates with an equal "
                   "share of it. A diploid has two such genomes.", true}};
static const hg_model extinction_words[] = {
    {"stop", "", "The run ends; the output is complete up to here (exit code 3).", true},
    {"neutral", "", "Parents are drawn with equal chances for that generation.", true}};
static const hg_model precision_words[] = {{"double", "", "64 bits a number.", true},
                                           {"single", "", "32 bits a number.", true}};
static const hg_model compression_words[] = {
    {"none", "", "Fast and large.", true},
    {"deflate", "", "As gzip does it, at `level`; slower to write.", true}};
static const hg_model interpolation_words[] = {
    {"step", "", "A value holds until the next one.", true},
    {"linear", "", "A straight line from one value to the next.", true}};
static const hg_model field_words[] = {
    {"basal", "", "Alleles: [individual, gene].", true},
    {"weight", "", "Edge strengths, where heritable: [individual, edge].", true},
    {"expression", "", "Phenotype: [individual, gene].", true},
    {"instability", "", "Variance over the window: [individual, gene].", true},
    {"fitness", "", "[individual].", true},
    {"stable", "", "Whether development settled: [individual].", true},
    {"parent", "", "Index of the parent in the generation before: [individual].", true},
    {"parent2", "", "Index of the second parent, where mating is sexual: [individual].", true},
    {"deme", "", "[individual], where there are several demes.", true}};

#define FAMILY(name, path, words)                                                                  \
    static const hg_model_family name = {path, "word", words, COUNT(words)}
FAMILY(weights_family, "network.weights", weight_words);
FAMILY(unstable_family, "development.unstable", unstable_words);
FAMILY(at_zero_family, "regulation.at_zero", at_zero_words);
FAMILY(per_family, "mutation.basal.per", per_words);
FAMILY(extinction_family, "selection.on_extinction", extinction_words);
FAMILY(precision_family, "output.snapshots.precision", precision_words);
FAMILY(compression_family, "output.snapshots.compression", compression_words);
FAMILY(interpolation_family, "interpolation", interpolation_words);
FAMILY(field_family, "output.snapshots.fields", field_words);
_Static_assert(HG_FIELD_DEME == 1 << (COUNT(field_words) - 1), "a word for each field");

#define FIELD(member) .offset = offsetof(hg_config, member)
#define COUNTED(member) .count_offset = offsetof(hg_config, member)
#define ANY .low = -INFINITY, .high = INFINITY
#define AT_LEAST(bound) .low = (bound), .high = INFINITY
#define ABOVE(bound) .low = (bound), .high = INFINITY, .open = HG_OPEN_LOW
#define WITHIN(from, to) .low = (from), .high = (to)
#define INSIDE(from, to) .low = (from), .high = (to), .open = HG_OPEN_LOW | HG_OPEN_HIGH
#define PROBABILITY WITHIN(0, 1), .unit = "probability"
#define SECTION(name, text) {.path = name, .type = HG_KEY_SECTION, .doc = text}

#define MOST_INDIVIDUALS 1e12
#define MOST_GENES 1e7              /* names and lists of them fit into any memory */

/* One mutation law: the same rows for alleles and for weights. */
#define LAW(path_, member, used, chance, means, what)                                              \
    {.path = path_, .type = HG_KEY_SECTION, .used_by = used, .doc = "Mutation of " what "."},      \
    {.path = path_ ".model", .type = HG_KEY_MODEL, FIELD(member.model),                            \
        .family = &hg_mutation_family, .fallback = "gaussian", .unit = "1",                        \
        .doc = "How a mutant differs from its parent."},                                           \
    {.path = path_ ".rate", .type = HG_KEY_NUMBER, FIELD(member.rate), AT_LEAST(0),                \
        .unit = "probability", .fallback = chance, .doc = "Probability of a mutation, of " what    \
        ", per generation: at most 1. With `per: genome` the number of mutations to be expected "  \
        "in a haploid genome."},                                                                   \
    {.path = path_ ".per", .type = HG_KEY_CHOICE, FIELD(member.per_genome),                        \
        .family = &per_family, .fallback = "locus", .unit = "1", .input_only = true,               \
        .doc = "What `rate` is the rate of. The resolved file has the rate of a locus."},          \
    {.path = path_ ".sd", .type = HG_KEY_NUMBER, FIELD(member.sd), AT_LEAST(0),                    \
        .fallback = "0.1", .unit = "1", .used_by = path_ ".model=gaussian " path_                  \
        ".model=lognormal " path_ ".model=regression", .doc = "Standard deviation of a step."},    \
    {.path = path_ ".mean", .type = HG_KEY_NUMBER, FIELD(member.mean), means, .fallback = "0",     \
        .unit = "1", .used_by = path_ ".model=regression", .doc = "What mutants fall back to."},   \
    {.path = path_ ".retention", .type = HG_KEY_NUMBER, FIELD(member.retention), WITHIN(-1, 1),    \
        .fallback = "1", .unit = "1", .used_by = path_ ".model=regression",                        \
        .doc = "The share of the distance from the mean that a mutant keeps."}

static const hg_key run_keys[] = {
    SECTION("run", "The run as a whole."),
    {.path = "run.name", .type = HG_KEY_TEXT, FIELD(run.name), .derived = "the run file's name",
        .unit = "1", .doc = "What the run is called; the output file is named after it."},
    {.path = "run.seed", .type = HG_KEY_SEED, FIELD(run.seed), WITHIN(0, 18446744073709551615.0),
        .derived = "drawn from the system, printed and recorded", .unit = "1",
        .doc = "All random numbers follow from it: the same seed gives the same results to the "
               "last bit, whatever the number of ranks and threads."},
    {.path = "run.generations", .type = HG_KEY_INTEGER, FIELD(run.generations),
        WITHIN(0, (double)HG_GENERATIONS_MOST), .unit = "generations",
        .doc = "The last generation; generation 0 is the initial population."},

    SECTION("population", "Who evolves."),
    {.path = "population.individuals", .type = HG_KEY_INTEGER, FIELD(population.individuals),
        WITHIN(1, MOST_INDIVIDUALS), .unit = "individuals",
        .doc = "Population size, over all demes; it is constant."},
    {.path = "population.genes", .type = HG_KEY_INTEGER, FIELD(population.genes),
        WITHIN(1, MOST_GENES), .derived = "the network's; required where it names none",
        .unit = "genes", .doc = "Number of genes. Genes beyond the network's are unconnected; "
                                "fewer than the network's is an error."},
    {.path = "population.ploidy", .type = HG_KEY_INT, FIELD(population.ploidy), WITHIN(1, 2),
        .fallback = "1", .unit = "1",
        .doc = "Alleles per gene and individual; with 2 the gene's value is their mean."},
    {.path = "population.demes", .type = HG_KEY_DEMES, FIELD(population.deme_sizes),
        COUNTED(population.demes), WITHIN(1, MOST_INDIVIDUALS), .fallback = "1", .unit = "1", .doc = "Number of demes of equal size, or a list of their sizes, "
                                    "which add up to `individuals`."},
    SECTION("population.initial", "Generation 0."),
    {.path = "population.initial.basal", .type = HG_KEY_PROFILE, FIELD(population.initial.basal),
        AT_LEAST(0), .fallback = "0.5", .unit = "1",
        .beside_from = "mutation.basal.model=replace",
        .doc = "Alleles. A list holds one number per gene; a distribution is drawn anew for "
               "every allele, a negative draw becoming 0. With `from` only mutation.basal.model: "
               "replace draws from it."},
    {.path = "population.initial.clonal", .type = HG_KEY_FLAG, FIELD(population.initial.clonal),
        .fallback = "false", .unit = "1", .beside_from = "",
        .doc = "One draw shared by everyone, instead of one each."},
    {.path = "population.initial.weights", .type = HG_KEY_INITIAL_WEIGHTS,
        FIELD(population.initial.weights), ANY, .fallback = "network", .unit = "1",
        .used_by = "network.weights=heritable",
        .beside_from = "mutation.weights.model=replace mutation.edge_gain",
        .doc = "Strengths of the edges: the network's, or drawn from a distribution. With `from` "
               "only mutation.weights.model: replace and mutation.edge_gain draw from them."},
    {.path = "population.initial.from", .type = HG_KEY_TEXT, FIELD(population.initial.from),
        .fallback = "none", .unit = "file",
        .doc = "Start from the last snapshot of an earlier run, of as many individuals and the "
               "same genes: its result file. It takes the place of basal, clonal and weights. A "
               "relative path is relative to the run file."},
    {.path = "population.initial.generation", .type = HG_KEY_INTEGER,
        FIELD(population.initial.generation), WITHIN(0, (double)HG_GENERATIONS_MOST),
        .derived = "that of the snapshot", .used_by = "population.initial.from",
        .unit = "generations",
        .doc = "With `from`: the generation that the lineage has reached in generation 0, counted "
               "through all runs that it comes from. Random numbers go on from there. It follows "
               "from the snapshot, is recorded, and must agree with it."},

    SECTION("network", "Who regulates whom: a file, a random network, or edges spelt out; "
                       "`network: none` is the default."),
    {.path = "network.file", .type = HG_KEY_TEXT, FIELD(network.file), .fallback = "none",
        .used_by = "network.file", .unit = "file", 
        .doc = "SBML (.xml, .sbml), GraphML (.graphml), else a table of edges: source, target and, "
               "optionally, a sign or a weight, separated by tabs or blanks; # starts a comment. "
               "A relative path is relative to the run file."},
    {.path = "network.default_weight", .type = HG_KEY_NUMBER, FIELD(network.default_weight), ANY,
        .fallback = "0.1", .unit = "1", .used_by = "network.file",
        .doc = "Strength of an edge that the file gives without a number; times its sign."},
    {.path = "network.signs", .type = HG_KEY_SIGNS, FIELD(network.signs),
        COUNTED(network.sign_count), ANY, .fallback = "{\"+\": 1, \"-\": -1, \"+-\": 0, \"?\": 0}",
        .unit = "1", .used_by = "network.file",
        .doc = "What the words of a sign column mean; times default_weight."},
    {.path = "network.random", .type = HG_KEY_SECTION, .used_by = "network.random",
        .doc = "A random network: each ordered pair of genes independently."},
    {.path = "network.random.density", .type = HG_KEY_NUMBER, FIELD(network.random.density),
        PROBABILITY, .fallback = "0.1", .doc = "Probability of an edge."},
    {.path = "network.random.weight", .type = HG_KEY_DISTRIBUTION, FIELD(network.random.weight),
        ANY, .fallback = "{distribution: normal, mean: 0, sd: 1}", .unit = "1",
        .doc = "Strength of an edge."},
    {.path = "network.random.self", .type = HG_KEY_FLAG, FIELD(network.random.self),
        .fallback = "false", .unit = "1", .doc = "Whether a gene may regulate itself."},
    {.path = "network.random.seed", .type = HG_KEY_SEED, FIELD(network.random.seed),
        WITHIN(0, 18446744073709551615.0),
        .derived = "that of the run named by population.initial.from; else follows from run.seed",
        .unit = "1", .doc = "Keeps the network while run.seed changes."},
    {.path = "network.edges", .type = HG_KEY_EDGES, FIELD(network.edges),
        COUNTED(network.edge_count), ANY, .derived = "none", .used_by = "network.edges",
        .unit = "1", .doc = "Edges spelt out: [source, target, weight], genes by name."},
    {.path = "network.genes", .type = HG_KEY_NAMES, FIELD(network.genes),
        COUNTED(network.gene_count), .derived = "in the order of first appearance, then g<index>",
        .unit = "1", .doc = "Names of the genes, in their order."},
    {.path = "network.weights", .type = HG_KEY_CHOICE, FIELD(network.heritable),
        .family = &weights_family, .fallback = "shared", .unit = "1",
        .doc = "Whether the strengths of the edges evolve."},

    SECTION("environment", "What all individuals live in; each a number or a series."),
    {.path = "environment.tf_concentration", .type = HG_KEY_SERIES,
        FIELD(environment.tf_concentration), AT_LEAST(0), .fallback = "0", .unit = "1",
        .doc = "Concentration c of the external transcription factor."},
    {.path = "environment.temperature", .type = HG_KEY_SERIES, FIELD(environment.temperature),
        AT_LEAST(-273.15), .fallback = "37", .unit = "degree_Celsius", .doc = "Temperature."},
    {.path = "environment.nutrients", .type = HG_KEY_SERIES, FIELD(environment.nutrients),
        WITHIN(0, 1), .fallback = "1", .unit = "1", .doc = "Supply of nutrients."},

    SECTION("expression", "Basal expression: what a promoter makes of its allele and the "
                          "environment."),
    {.path = "expression.model", .type = HG_KEY_MODEL, FIELD(expression.model),
        .family = &hg_expression_family, .fallback = "constant", .unit = "1",
        .doc = "Model of basal expression."},
    {.path = "expression.slope", .type = HG_KEY_PROFILE, FIELD(expression.slope), ANY,
        .fallback = "1", .unit = "1", .used_by = "expression.model=linear", .stream = 1,
        .doc = "Response to the transcription factor."},
    {.path = "expression.k", .type = HG_KEY_PROFILE, FIELD(expression.k), ABOVE(0),
        .fallback = "0.5", .unit = "concentration", .stream = 2,
        .used_by = "expression.model=hill regulation.model=hill",
        .doc = "Concentration of half saturation."},
    {.path = "expression.n", .type = HG_KEY_PROFILE, FIELD(expression.n), ABOVE(0),
        .fallback = "2", .unit = "1", .stream = 3,
        .used_by = "expression.model=hill regulation.model=hill", .doc = "Hill coefficient."},
    {.path = "expression.q10", .type = HG_KEY_NUMBER, FIELD(expression.q10), ABOVE(0),
        .fallback = "1", .unit = "1",
        .doc = "Factor on expression for ten degrees more."},
    {.path = "expression.temperature_reference", .type = HG_KEY_NUMBER,
        FIELD(expression.temperature_reference), AT_LEAST(-273.15), .fallback = "37",
        .unit = "degree_Celsius", .doc = "Temperature at which that factor is 1."},
    {.path = "expression.nutrient_half_saturation", .type = HG_KEY_NUMBER,
        FIELD(expression.nutrient_half_saturation), AT_LEAST(0), .fallback = "0", .unit = "1", .doc = "Nutrients at which expression is half; 0: no effect."},

    SECTION("regulation", "What the network does with basal expression."),
    {.path = "regulation.model", .type = HG_KEY_MODEL, FIELD(regulation.model),
        .family = &hg_regulation_family, .fallback = "none", .unit = "1",
        .doc = "Model of one step of regulation."},
    {.path = "regulation.strength", .type = HG_KEY_NUMBER, FIELD(regulation.strength), ANY,
        .fallback = "1", .unit = "1", .doc = "Factor on every regulatory input.",
        .used_by = "regulation.model=additive regulation.model=multiplicative "
                   "regulation.model=hill"},
    {.path = "regulation.constitutive", .type = HG_KEY_NUMBER, FIELD(regulation.constitutive),
        INSIDE(0, 1), .fallback = "0.2", .unit = "1", .used_by = "regulation.model=sigmoid",
        .doc = "Expression of a gene without regulatory input."},
    {.path = "regulation.slope", .type = HG_KEY_NUMBER, FIELD(regulation.slope), ABOVE(0),
        .fallback = "1", .unit = "1", .used_by = "regulation.model=siegal_bergman",
        .doc = "Steepness of the switch."},
    {.path = "regulation.initial_state", .type = HG_KEY_PROFILE, FIELD(regulation.initial_state),
        WITHIN(-1, 1), .fallback = "1", .unit = "1", .stream = 4,
        .used_by = "regulation.model=siegal_bergman regulation.model=wagner",
        .doc = "Expression at the start of development; -1 or 1 in the wagner model."},
    {.path = "regulation.at_zero", .type = HG_KEY_CHOICE, FIELD(regulation.zero_at_zero),
        .family = &at_zero_family, .fallback = "keep", .unit = "1",
        .used_by = "regulation.model=wagner",
        .doc = "What becomes of a gene whose regulatory input is 0."},

    SECTION("development", "From genotype to phenotype."),
    {.path = "development.steps", .type = HG_KEY_INTEGER, FIELD(development.steps),
        WITHIN(1, 1e9), .fallback = "1", .unit = "steps", .doc = "Regulatory steps."},
    {.path = "development.window", .type = HG_KEY_INTEGER, FIELD(development.window),
        WITHIN(1, 1e9), .fallback = "1", .unit = "steps",
        .doc = "The phenotype is the mean over the last `window` steps, the instability the "
               "variance over them; at most `steps`."},
    {.path = "development.tolerance", .type = HG_KEY_NUMBER, FIELD(development.tolerance),
        AT_LEAST(0), .fallback = "0", .unit = "1",
        .doc = "Development is stable once no gene changes by more in a step; 0: not looked at."},
    {.path = "development.unstable", .type = HG_KEY_CHOICE, FIELD(development.inviable),
        .family = &unstable_family, .fallback = "viable", .unit = "1",
        .doc = "What becomes of those that are not stable."},
    {.path = "development.noise_sd", .type = HG_KEY_NUMBER, FIELD(development.noise_sd),
        AT_LEAST(0), .fallback = "0", .unit = "1",
        .doc = "Developmental noise: standard deviation of the logarithm of expression; it is "
               "not inherited."},

    {.path = "fitness", .type = HG_KEY_COMPONENTS, FIELD(fitness), COUNTED(fitness_count),
        .fallback = "[{model: proportional}]", .unit = "1",
        .doc = "A list of components; fitness is their product."},

    SECTION("selection", "Who reproduces."),
    {.path = "selection.scheme", .type = HG_KEY_MODEL, FIELD(selection.scheme),
        .family = &hg_selection_family, .fallback = "wright_fisher", .unit = "1",
        .doc = "How parents are drawn."},
    {.path = "selection.size", .type = HG_KEY_INTEGER, FIELD(selection.size),
        WITHIN(1, MOST_INDIVIDUALS), .fallback = "2", .unit = "individuals",
        .used_by = "selection.scheme=tournament", .doc = "Contestants of a tournament."},
    {.path = "selection.fraction", .type = HG_KEY_NUMBER, FIELD(selection.fraction),
        .low = 0, .high = 1, .open = HG_OPEN_LOW, .fallback = "0.5", .unit = "1",
        .used_by = "selection.scheme=truncation", .doc = "The share that reproduces."},
    {.path = "selection.overlap", .type = HG_KEY_NUMBER, FIELD(selection.overlap), .low = 0,
        .high = 1, .open = HG_OPEN_HIGH, .fallback = "0", .unit = "probability",
        .doc = "Probability that an individual lives on instead of being replaced."},
    {.path = "selection.on_extinction", .type = HG_KEY_CHOICE,
        FIELD(selection.neutral_on_extinction), .family = &extinction_family, .fallback = "stop",
        .unit = "1", .used_by = "selection.scheme=wright_fisher selection.scheme=tournament "
                                "selection.scheme=truncation",
        .doc = "What happens when everyone has fitness 0."},

    SECTION("mating", "How genomes come together."),
    {.path = "mating.system", .type = HG_KEY_MODEL, FIELD(mating.system),
        .family = &hg_mating_family, .fallback = "asexual", .unit = "1",
        .doc = "One parent or two."},
    {.path = "mating.selfing", .type = HG_KEY_FLAG, FIELD(mating.selfing), .fallback = "false",
        .unit = "1", .used_by = "mating.system=sexual",
        .doc = "Whether both parents may be the same individual."},
    {.path = "mating.recombination", .type = HG_KEY_SECTION, .used_by = "mating.system=sexual",
        .doc = "Which gene comes from which parent."},
    {.path = "mating.recombination.model", .type = HG_KEY_MODEL, FIELD(mating.recombination),
        .family = &hg_recombination_family, .fallback = "uniform", .unit = "1",
        .doc = "Model of recombination."},
    {.path = "mating.recombination.rate", .type = HG_KEY_NUMBERS, FIELD(mating.rates),
        COUNTED(mating.rate_count), PROBABILITY, .fallback = "0.5",
        .doc = "uniform: probability of a gene from the second parent. map: of a crossover "
               "between neighbours, at most 0.5, one for all or one per interval between neighbours "
               "on the same chromosome, in order."},
    {.path = "mating.recombination.chromosomes", .type = HG_KEY_INTEGERS,
        FIELD(mating.chromosomes), COUNTED(mating.chromosome_count), WITHIN(1, MOST_GENES),
        .derived = "one chromosome", .unit = "genes",
        .used_by = "mating.recombination.model=map",
        .doc = "Sizes of the chromosomes, adding up to the number of genes; between them the "
               "rate is 0.5."},

    {.path = "migration", .type = HG_KEY_SECTION, .used_by = "population.demes",
        .doc = "Where parents come from, with several demes."},
    {.path = "migration.scheme", .type = HG_KEY_MODEL, FIELD(migration.scheme),
        .family = &hg_migration_family, .fallback = "island", .unit = "1",
        .doc = "Pattern of migration."},
    {.path = "migration.rate", .type = HG_KEY_NUMBER, FIELD(migration.rate), PROBABILITY,
        .fallback = "0", .used_by = "migration.scheme=island migration.scheme=stepping_stone",
        .doc = "Probability that a parent comes from another deme."},
    {.path = "migration.ring", .type = HG_KEY_FLAG, FIELD(migration.ring), .fallback = "false",
        .unit = "1", .used_by = "migration.scheme=stepping_stone",
        .doc = "Whether the first and the last deme are neighbours."},
    {.path = "migration.matrix", .type = HG_KEY_SQUARE, FIELD(migration.matrix),
        COUNTED(migration.matrix_count), PROBABILITY, .derived = "none",
        .used_by = "migration.scheme=matrix",
        .doc = "Row d: probabilities that a parent of an offspring in deme d comes from each "
               "deme; a row adds up to 1."},

    SECTION("mutation", "Mutation of the offspring."),
    LAW("mutation.basal", mutation.basal, NULL, "0.01", AT_LEAST(0), "an allele"),
    LAW("mutation.weights", mutation.weights, "network.weights=heritable", "0.01", ANY,
        "an edge's strength"),
    {.path = "mutation.edge_loss", .type = HG_KEY_NUMBER, FIELD(mutation.edge_loss), PROBABILITY,
        .fallback = "0", .used_by = "network.weights=heritable",
        .doc = "Probability that an edge's strength becomes 0, per generation."},
    {.path = "mutation.edge_gain", .type = HG_KEY_NUMBER, FIELD(mutation.edge_gain), PROBABILITY,
        .fallback = "0", .used_by = "network.weights=heritable",
        .doc = "Probability that an edge whose strength is 0 is drawn anew, as in generation 0, "
               "per generation."},
    {.path = "mutation.duplication", .type = HG_KEY_NUMBER, FIELD(mutation.duplication),
        PROBABILITY, .fallback = "0",
        .doc = "Probability of one gene copied over another, per individual and generation."},
    {.path = "mutation.deletion", .type = HG_KEY_NUMBER, FIELD(mutation.deletion), PROBABILITY,
        .fallback = "0",
        .doc = "Probability of one gene emptied, per individual and generation."},

    SECTION("output", "What is written."),
    {.path = "output.file", .type = HG_KEY_TEXT, FIELD(output.file), .derived = "NAME.h5",
        .unit = "file", .doc = "The result file, HDF5."},
    SECTION("output.statistics", "Means and variances over the population."),
    {.path = "output.statistics.every", .type = HG_KEY_INTEGER, FIELD(output.statistics_every),
        WITHIN(0, (double)HG_GENERATIONS_MOST), .fallback = "1", .unit = "generations",
        .doc = "Distance between records; 0: the first and the last generation only."},
    SECTION("output.snapshots", "Every individual."),
    {.path = "output.snapshots.every", .type = HG_KEY_INTEGER, FIELD(output.snapshots_every),
        WITHIN(0, (double)HG_GENERATIONS_MOST), .fallback = "100", .unit = "generations",
        .doc = "Distance between snapshots; 0: none but the first and the last generation."},
    {.path = "output.snapshots.at", .type = HG_KEY_INTEGERS, FIELD(output.snapshots_at),
        COUNTED(output.snapshots_at_count), WITHIN(0, (double)HG_GENERATIONS_MOST), .fallback = "[]",
        .unit = "generations", .doc = "Further generations, in any order."},
    {.path = "output.snapshots.fields", .type = HG_KEY_FIELDS, FIELD(output.fields),
        .family = &field_family, .fallback = "[basal, expression, fitness]", .unit = "1",
        .doc = "What a snapshot holds."},
    {.path = "output.snapshots.precision", .type = HG_KEY_CHOICE, FIELD(output.single_precision),
        .family = &precision_family, .fallback = "double", .unit = "1",
        .doc = "Of basal levels, weights, expression and instability."},
    {.path = "output.snapshots.compression", .type = HG_KEY_COMPRESSION, FIELD(output.deflate),
        .family = &compression_family, .fallback = "none", .unit = "1",
        .doc = "Compression of the snapshots."},
    {.path = "output.snapshots.level", .type = HG_KEY_INT, FIELD(output.deflate), WITHIN(1, 9),
        .derived = "4", .unit = "1", .used_by = "output.snapshots.compression=deflate",
        .doc = "Effort of the compression."},
    {.path = "output.ancestry", .type = HG_KEY_FLAG, FIELD(output.ancestry), .fallback = "false",
        .unit = "1", .doc = "Whether the parents of everybody in every generation are recorded."},

    {.path = "checkpoint", .type = HG_KEY_SECTION,
        .doc = "Files from which an interrupted run goes on."},
    {.path = "checkpoint.every", .type = HG_KEY_INTEGER, FIELD(checkpoint.every),
        WITHIN(0, (double)HG_GENERATIONS_MOST), .fallback = "0", .unit = "generations",
        .doc = "Distance between checkpoints; 0: by time alone."},
    {.path = "checkpoint.minutes", .type = HG_KEY_NUMBER, FIELD(checkpoint.minutes), AT_LEAST(0),
        .fallback = "30", .unit = "minutes",
        .doc = "Time between checkpoints; 0: by generations alone."},
    {.path = "checkpoint.keep", .type = HG_KEY_INTEGER, FIELD(checkpoint.keep), WITHIN(1, 1000),
        .fallback = "2", .unit = "1", .doc = "How many are kept: the newest, and those before."},
    {.path = "limits", .type = HG_KEY_SECTION, .doc = "When to stop early."},
    {.path = "limits.wall_time", .type = HG_KEY_DURATION, FIELD(limits.wall_time), AT_LEAST(0),
        .fallback = "none", .unit = "h:m:s",
        .doc = "Write a checkpoint and stop before this much time from the start is up."},
};

#undef FIELD
#undef COUNTED
#define FIELD(member) .offset = offsetof(hg_fitness_component, member)
#define COUNTED(member) .count_offset = offsetof(hg_fitness_component, member)

static const hg_key component_keys[] = {
    {.path = "model", .type = HG_KEY_MODEL, FIELD(model), .family = &hg_fitness_family,
        .unit = "1", .doc = "What the component rewards."},
    {.path = "threshold", .type = HG_KEY_NUMBER, FIELD(threshold), ANY, .fallback = "0.5",
        .unit = "1", .used_by = "model=threshold", .doc = "Least mean expression that lives."},
    {.path = "weights", .type = HG_KEY_PROFILE, FIELD(weights), AT_LEAST(0), .fallback = "1",
        .unit = "1", .used_by = "model=weighted", .stream = 0, .doc = "What each gene counts."},
    {.path = "optimum", .type = HG_KEY_OPTIMUM, FIELD(optimum), ANY, .fallback = "0.5",
        .unit = "1", .used_by = "model=gaussian", .stream = 1,
        .doc = "Best expression: a number per gene, or a series in time for all genes."},
    {.path = "strength", .type = HG_KEY_PROFILE, FIELD(strength), AT_LEAST(0), .fallback = "1",
        .unit = "1", .used_by = "model=gaussian model=stability", .stream = 2,
        .doc = "Strength of selection; per gene for gaussian, one number for stability."},
    {.path = "width", .type = HG_KEY_PROFILE, FIELD(strength), ABOVE(0), .derived = "none",
        .unit = "1", .used_by = "model=gaussian", .input_only = true, .stream = 2,
        .doc = "Another way to give the strength: 1/(2 width^2)."},
    {.path = "matrix", .type = HG_KEY_MATRIX, FIELD(named), COUNTED(interaction_count), ANY,
        .derived = "none", .unit = "1", .used_by = "model=epistatic", .input_only = true,
        .doc = "The interactions of all genes, a row each."},
    {.path = "interactions", .type = HG_KEY_INTERACTIONS, FIELD(named),
        COUNTED(interaction_count), ANY, .fallback = "[]", .unit = "1",
        .used_by = "model=epistatic",
        .doc = "The interactions that are not 0: [gene, gene, value], genes by name or index."},
    {.path = "genes", .type = HG_KEY_NAMES, FIELD(gene_names), COUNTED(gene_count),
        .derived = "all genes", .unit = "1", .used_by = "model=pareto",
        .doc = "The genes compared, by name or index."},
};

#undef FIELD
#define FIELD(member) .offset = offsetof(hg_distribution, member)

static const hg_key distribution_keys[] = {
    {.path = "distribution", .type = HG_KEY_MODEL, FIELD(kind), .family = &hg_distribution_family,
        .unit = "1", .doc = "The kind of distribution."},
    {.path = "value", .type = HG_KEY_NUMBER, FIELD(a), ANY, .unit = "1",
        .used_by = "distribution=constant", .doc = "The value."},
    {.path = "low", .type = HG_KEY_NUMBER, FIELD(a), ANY, .unit = "1",
        .used_by = "distribution=uniform", .doc = "Lower bound."},
    {.path = "high", .type = HG_KEY_NUMBER, FIELD(b), ANY, .unit = "1",
        .used_by = "distribution=uniform", .doc = "Upper bound."},
    {.path = "mean", .type = HG_KEY_NUMBER, FIELD(a), ANY, .unit = "1",
        .used_by = "distribution=normal distribution=lognormal distribution=exponential",
        .doc = "Mean; of the logarithm for lognormal; > 0 for exponential."},
    {.path = "sd", .type = HG_KEY_NUMBER, FIELD(b), AT_LEAST(0), .unit = "1",
        .used_by = "distribution=normal distribution=lognormal",
        .doc = "Standard deviation; of the logarithm for lognormal."},
};

#undef FIELD
#undef COUNTED
#define FIELD(member) .offset = offsetof(hg_series, member)
#define COUNTED(member) .count_offset = offsetof(hg_series, member)

static const hg_key series_keys[] = {
    {.path = "series", .type = HG_KEY_MODEL, FIELD(kind), .family = &hg_series_family,
        .unit = "1", .doc = "The kind of series."},
    {.path = "value", .type = HG_KEY_NUMBER, FIELD(value), ANY, .unit = "1",
        .used_by = "series=constant", .doc = "The value."},
    {.path = "at", .type = HG_KEY_NUMBERS, FIELD(at), COUNTED(count), AT_LEAST(0),
        .unit = "generations", .used_by = "series=table", .doc = "Generations, rising."},
    {.path = "values", .type = HG_KEY_NUMBERS, FIELD(values), COUNTED(count), ANY, .unit = "1",
        .used_by = "series=table series=steps", .doc = "The value at, or from, each of them."},
    {.path = "interpolation", .type = HG_KEY_CHOICE, FIELD(linear),
        .family = &interpolation_family, .fallback = "step", .unit = "1",
        .used_by = "series=table", .doc = "What holds between two of them."},
    {.path = "from", .type = HG_KEY_NUMBER, FIELD(from), ANY, .unit = "1",
        .used_by = "series=ramp", .doc = "Value until `start`."},
    {.path = "to", .type = HG_KEY_NUMBER, FIELD(to), ANY, .unit = "1", .used_by = "series=ramp",
        .doc = "Value from `end` on."},
    {.path = "start", .type = HG_KEY_NUMBER, FIELD(start), AT_LEAST(0), .unit = "generations",
        .used_by = "series=ramp", .doc = "Where the ramp begins."},
    {.path = "end", .type = HG_KEY_NUMBER, FIELD(end), AT_LEAST(0), .unit = "generations",
        .used_by = "series=ramp", .doc = "Where it ends."},
    {.path = "mean", .type = HG_KEY_NUMBER, FIELD(mean), ANY, .unit = "1",
        .used_by = "series=sine series=ar1", .doc = "Mean value."},
    {.path = "amplitude", .type = HG_KEY_NUMBER, FIELD(amplitude), ANY, .unit = "1",
        .used_by = "series=sine", .doc = "Half the distance from trough to crest."},
    {.path = "period", .type = HG_KEY_NUMBER, FIELD(period), ABOVE(0), .unit = "generations",
        .used_by = "series=sine", .doc = "Length of a wave."},
    {.path = "phase", .type = HG_KEY_NUMBER, FIELD(phase), ANY, .fallback = "0",
        .unit = "radian", .used_by = "series=sine", .doc = "Phase at generation 0."},
    {.path = "duration", .type = HG_KEY_NUMBER, FIELD(duration), ABOVE(0), .unit = "generations",
        .used_by = "series=steps", .doc = "How long each value holds."},
    {.path = "sd", .type = HG_KEY_NUMBER, FIELD(sd), AT_LEAST(0), .unit = "1",
        .used_by = "series=ar1", .doc = "Stationary standard deviation."},
    {.path = "autocorrelation", .type = HG_KEY_NUMBER, FIELD(autocorrelation), INSIDE(-1, 1),
        .unit = "1", .used_by = "series=ar1", .doc = "Correlation of neighbouring generations."},
};

const hg_key_table hg_run_keys = {"run file", "", run_keys, COUNT(run_keys)};
const hg_key_table hg_component_keys = {"fitness component", "fitness.", component_keys,
                                        COUNT(component_keys)};
const hg_key_table hg_distribution_keys = {"distribution", "", distribution_keys,
                                           COUNT(distribution_keys)};
const hg_key_table hg_series_keys = {"series", "", series_keys, COUNT(series_keys)};

_Static_assert(COUNT(run_keys) <= HG_KEYS_MAXIMUM, "readers keep a note per key");

const hg_key_table *const hg_key_tables[] = {&hg_run_keys, &hg_component_keys,
                                             &hg_distribution_keys, &hg_series_keys, NULL};
