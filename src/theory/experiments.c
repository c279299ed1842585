/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of experiments. To add one: a function, its line in experiments.h, a row here. */
#include "theory/experiments.h"

#include <stddef.h>

const hg_experiment hg_experiments[] = {
    {"fixation", "chance that a new mutant takes over a deme, against the absorption of the "
     "Wright-Fisher chain", "Kimura 1962", hg_theory_fixation},
    {"heterozygosity", "H_t = H_0 (1-1/N)^t of two neutral alleles", "Wright 1931",
     hg_theory_heterozygosity},
    {"parents", "two offspring share a parent with probability (1 + CV_w^2)/N; the selection "
     "differential is Cov(w,z)/mean(w)", "Price 1970", hg_theory_shared_parents},
    {"unequal-demes", "each deme draws parents by its own fitness, be it 10^100 times another's",
     "Price 1970", hg_theory_unequal_demes},
    {"mates", "second parents are drawn by fitness, independently of the first", "Wright 1931",
     hg_theory_mates},
    {"migrants", "where parents come from in the island model, and their fitness", "Wright 1931",
     hg_theory_migrants},
    {"coalescence", "generations to the common ancestor of n of N", "Kingman 1982",
     hg_theory_coalescence},
    {"islands", "coalescence within and between demes, and F_ST", "Slatkin 1991",
     hg_theory_islands},
    {"neutral-trait", "variance N V_m (1 - (1-1/N)^t) within demes, and the drift of their means",
     "Lynch & Hill 1986", hg_theory_neutral_trait},
    {"regression", "the same where mutants fall back towards a mean", "Zeng & Cockerham 1993",
     hg_theory_regression},
    {"balance", "clonal variance under Gaussian selection and mutation", "Lande 1976",
     hg_theory_balance},
    {"response", "one generation of Gaussian selection: mean, variance, fitness", "Lande 1976",
     hg_theory_response},
    {"load", "mean fitness e^-U, and the number of deleterious alleles", "Haldane 1937; Haigh 1978",
     hg_theory_load},
    {"crossovers", "which parent each gene comes from", "Haldane 1919", hg_theory_crossovers},
    {"linkage", "linkage disequilibrium falls by (1-r)(1-1/N) a generation",
     "Hill & Robertson 1968", hg_theory_linkage},
    {"diploids", "H_t = H_0 (1-1/2N)^t of 2N gene copies; segregation and crossovers in gametes",
     "Wright 1931", hg_theory_diploids},
    {"mutations", "sites and steps of mutations are independent, of the given rate and variance",
     "", hg_theory_mutations},
    {"development", "a sigmoid network develops what it was built for; expression and fitness are "
     "those of the genotype", "Rünneburger & Le Rouzic 2016", hg_theory_development},
    {"ranks", "shared parents and selection differential under tournament and truncation",
     "Blickle & Thiele 1996", hg_theory_ranks},
    {"classes", "the same where many are equally fit: two classes of fitness, Pareto fronts",
     "Fonseca & Fleming 1993", hg_theory_classes},
    {"equals", "generations to the common ancestor where selection by rank finds all equally fit",
     "Kingman 1982", hg_theory_equals},
    {"founders", "alleles and weights of generation 0; random networks", "", hg_theory_founders},
    {"mutants", "what mutants are like by each law; edges and genes that come and go", "",
     hg_theory_mutants},
    {"inheritance", "each allele is one of a parent's, and incoming edges travel with their gene",
     "", hg_theory_inheritance},
    {"migration", "where parents come from by a matrix, on a line, on a ring",
     "Kimura & Weiss 1964", hg_theory_migration},
    {"overlap", "who lives on, unchanged and whatever its fitness; who begets the others", "",
     hg_theory_overlap},
    {"series", "environment and optimum, generation by generation, and what wanders", "",
     hg_theory_series},
    {"noise", "developmental noise has mean 1, its variance, and is nobody's but one's own", "",
     hg_theory_noise},
    {"models", "expression, its variance in the window and its stability, model by model", "",
     hg_theory_models},
    {"fitness", "components of fitness", "", hg_theory_fitness},
    {"records", "recorded means, variances and extremes are those of the individuals", "",
     hg_theory_records},
    {NULL, NULL, NULL, NULL},
};

hg_status hg_experiment_conduct(hg_theory *theory, int number)
{
    theory->runs = (uint64_t)number * 1000; /* seeds do not depend on what was done before */
    theory->note[0] = '\0';
    return hg_experiments[number].conduct(theory);
}
