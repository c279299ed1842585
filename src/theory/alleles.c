/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two alleles without mutation: fixation and heterozygosity. A gene that regulates itself in
 * Wagner's model is 1 or -1 by the sign of its heritable weight.
 */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

#define TWO_ALLELES                                                                                \
    "population: {initial: {weights: {distribution: normal, mean: %.17g, sd: 1}}}\n"               \
    "network: {genes: [a], edges: [[a, a, 1]], weights: heritable}\n"                              \
    "regulation: {model: wagner}\n"                                                                \
    "mutation: {basal: {rate: 0}, weights: {rate: 0}}\n"                                           \
    "fitness: [{model: gaussian, optimum: %d, strength: %.17g}]\n"                                 \
    "mating: {system: %s}\n"

/* Carriers of allele 1 in each deme. */
static hg_status count_carriers(hg_lab *lab, double *expression, int64_t *carriers)
{
    HG_TRY(hg_lab_read(lab, HG_EXPRESSION, 1, expression));
    for (int64_t d = 0; d < lab->demes; d++) {
        carriers[d] = 0;
        for (int64_t i = d * lab->size; i < (d + 1) * lab->size; i++)
            carriers[d] += expression[i] > 0.0;
    }
    return HG_OK;
}

/* --- fixation ------------------------------------------------------------------------------- */

/* Of k = 0 .. n carriers with relative fitness 1+s, the chance that all descend from them: the
 * absorption of the Wright-Fisher chain, k' ~ Binomial(n, k(1+s)/(n + ks)). */
static hg_status fixation_of(hg_lab *lab, double s, double *fixation)
{
    const size_t n = (size_t)lab->size, m = n - 1;
    double *matrix, *known, *inner;
    size_t *permutation;
    int sign;
    HG_TRY(hg_lab_array(lab, &matrix, (int64_t)(m * m), sizeof(double)));
    HG_TRY(hg_lab_array(lab, &known, (int64_t)m, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &inner, (int64_t)m, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &permutation, (int64_t)m, sizeof(size_t)));
    for (size_t k = 1; k < n; k++) {
        const double share = (double)k * (1.0 + s) / ((double)n + (double)k * s);
        for (size_t j = 1; j < n; j++)
            matrix[(k - 1) * m + j - 1] =
                (k == j) - gsl_ran_binomial_pdf((unsigned)j, share, (unsigned)n);
        known[k - 1] = gsl_ran_binomial_pdf((unsigned)n, share, (unsigned)n);
    }
    gsl_matrix_view view = gsl_matrix_view_array(matrix, m, m);
    gsl_vector_view right = gsl_vector_view_array(known, m), left = gsl_vector_view_array(inner, m);
    gsl_permutation order = {m, permutation};
    gsl_linalg_LU_decomp(&view.matrix, &order, &sign);
    gsl_linalg_LU_solve(&view.matrix, &order, &right.vector, &left.vector);
    fixation[0] = 0.0;
    for (size_t k = 1; k < n; k++) fixation[k] = inner[k - 1];
    fixation[n] = 1.0;
    return HG_OK;
}

static double kimura(double n, double s)
{
    return s == 0.0 ? 1.0 / n : expm1(-2.0 * s) / expm1(-2.0 * n * s);
}

/* Until every deme has one allele, or far beyond the time when every one should. */
static hg_status run_to_fixation(hg_lab *lab, double *expression, int64_t *carriers)
{
    int64_t unsettled = 1;
    while (unsettled > 0 && hg_run_generation(lab->run) < hg_run_generations(lab->run)) {
        unsettled = 0;
        HG_TRY(hg_lab_advance(lab, 50));
        HG_TRY(count_carriers(lab, expression, carriers));
        for (int64_t d = 0; d < lab->demes; d++)
            unsettled += carriers[d] > 0 && carriers[d] < lab->size;
    }
    if (unsettled > 0)
        hg_judge_exact(lab->theory, (double)unsettled, 0.0, "demes with both alleles after %d",
                       (int)hg_run_generations(lab->run));
    return HG_OK;
}

static void judge_fixation(hg_lab *lab, double s, const double *fixation, const int64_t *founders,
                           const int64_t *carriers)
{
    double seen[2] = {0}, expected[2] = {0}, variance[2] = {0}, demes[2] = {0};
    for (int64_t d = 0; d < lab->demes; d++) {
        const int64_t k = founders[d];
        if (k == 0 || k == lab->size) continue;
        for (int which = k == 1 ? 0 : 1; which < 2; which++) { /* one founder; any number */
            seen[which] += carriers[d] == lab->size;
            expected[which] += fixation[k];
            variance[which] += fixation[k] * (1.0 - fixation[k]);
            demes[which] += 1.0;
        }
    }
    hg_theory_note(lab->theory, "Kimura %.6g", kimura((double)lab->size, s));
    hg_judge(lab->theory, expected[0] / demes[0], seen[0] / demes[0], sqrt(variance[0]) / demes[0],
             "new mutant, s = %g, N = %d", s, (int)lab->size);
    hg_judge(lab->theory, expected[1] / demes[1], seen[1] / demes[1], sqrt(variance[1]) / demes[1],
             "1, 2, ... carriers, s = %g", s);
}

static hg_status observe_fixation(hg_lab *lab, void *context)
{
    const double s = *(const double *)context;
    double *expression, *fixation;
    int64_t *founders, *carriers;
    HG_TRY(hg_lab_array(lab, &expression, lab->individuals, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &fixation, lab->size + 1, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &founders, lab->demes, sizeof(int64_t)));
    HG_TRY(hg_lab_array(lab, &carriers, lab->demes, sizeof(int64_t)));
    HG_TRY(fixation_of(lab, s, fixation));
    HG_TRY(count_carriers(lab, expression, founders));
    HG_TRY(run_to_fixation(lab, expression, carriers));
    judge_fixation(lab, s, fixation, founders, carriers);
    return HG_OK;
}

hg_status hg_theory_fixation(hg_theory *theory)
{
    static const double advantage[] = {0.04, 0.0, -0.02};
    const hg_lab_size size = {hg_scaled(theory, 3000, 20000), 50, 1500};
    for (int i = 0; i < 3; i++) {
        /* (e - optimum)^2 is 0 for the one allele and 4 for the other */
        const double s = advantage[i], strength = fabs(log1p(s)) / 4.0;
        HG_TRY(hg_lab_conduct(theory, size, observe_fixation, (void *)&advantage[i], TWO_ALLELES,
                              gsl_cdf_ugaussian_Pinv(1.0 / (double)size.size), s < 0.0 ? -1 : 1,
                              strength, "asexual"));
    }
    return HG_OK;
}

/* --- heterozygosity ------------------------------------------------------------------------- */

static double heterozygosity(const hg_lab *lab, int64_t carriers)
{
    const double p = (double)carriers / (double)lab->size;
    return 2.0 * p * (1.0 - p);
}

static hg_status observe_heterozygosity(hg_lab *lab, void *context)
{
    double *expression, *initial;
    int64_t *carriers;
    HG_TRY(hg_lab_array(lab, &expression, lab->individuals, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &initial, lab->demes, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &carriers, lab->demes, sizeof(int64_t)));
    HG_TRY(count_carriers(lab, expression, carriers));
    for (int64_t d = 0; d < lab->demes; d++) initial[d] = heterozygosity(lab, carriers[d]);
    const int64_t times[] = {1, lab->size / 2, 2 * lab->size};
    for (int i = 0; i < 3; i++) {
        const double kept = pow(1.0 - 1.0 / (double)lab->size, (double)times[i]);
        hg_residuals h = {0};
        HG_TRY(hg_lab_advance(lab, times[i] - hg_run_generation(lab->run)));
        HG_TRY(count_carriers(lab, expression, carriers));
        for (int64_t d = 0; d < lab->demes; d++)
            hg_residuals_add(&h, heterozygosity(lab, carriers[d]), kept * initial[d]);
        hg_judge_residuals(lab->theory, &h, "H_%d, N = %d, %s", (int)times[i], (int)lab->size,
                           (const char *)context);
    }
    return HG_OK;
}

hg_status hg_theory_heterozygosity(hg_theory *theory)
{
    static const char *const systems[] = {"asexual", "sexual"};
    const hg_lab_size size = {hg_scaled(theory, 4000, 20000), 40, 80};
    for (int i = 0; i < 2; i++)
        HG_TRY(hg_lab_conduct(theory, size, observe_heterozygosity, (void *)systems[i], TWO_ALLELES,
                              0.0, 1, 0.0, systems[i]));
    return HG_OK;
}
