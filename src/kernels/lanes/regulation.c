/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One synchronous step of regulation. A model is an activation function: what a gene
 * makes of its regulatory input u. step() is the loop over the network that all of
 * them share; the compiler makes one copy of it for each model.
 */
#include "kernels/lanes/vector.h"

typedef struct regulated {
    int64_t index;
    hg_vector u;                  /* regulatory input: sum of W[g,j] * x_j */
    hg_vector basal, promoted, x; /* of this gene, before the step */
} regulated;

typedef hg_vector activation(const hg_development *development, const regulated *gene);

HG_INLINE hg_vector activate_none(const hg_development *development, const regulated *gene)
{
    (void)development;
    return gene->promoted;
}

/* What is no number, of infinite levels with signs, stays so and is told of in the end; 0 has no sign. */
HG_INLINE hg_vector never_negative(hg_vector level) { return hg_max(hg_all(0.0), level) + 0.0; }

HG_INLINE hg_vector activate_additive(const hg_development *development, const regulated *gene)
{
    return never_negative(gene->promoted + development->strength * gene->u);
}

HG_INLINE hg_vector activate_multiplicative(const hg_development *development, const regulated *gene)
{
    return never_negative(gene->promoted * (1.0 + development->strength * gene->u));
}

/* base^exponent by squaring. */
HG_INLINE hg_vector integer_power(hg_vector base, int32_t exponent)
{
    if (exponent == 2) return base * base;
    hg_vector result = hg_all(1.0);
    for (; exponent > 0; exponent >>= 1, base *= base)
        if (exponent & 1) result *= base;
    return result;
}

/* With r = y/k the response is r^n/(1 + r^n): neither k^n nor y^n can overflow. From r^n = 2^64 on the
 * quotient is 1 to the last bit; where n is so large that no r gives just that, r^n may be infinite
 * below the ceiling of r. */
HG_INLINE hg_vector activate_hill(const hg_development *development, const regulated *gene)
{
    const int64_t g = gene->index;
    const hg_vector y = development->concentration + development->strength * gene->u;
    hg_vector r = hg_max(hg_all(0.0), y) * development->inverse_k[g]; /* NaN stays NaN */
    r = hg_min(hg_all(development->ceiling[g]), r);
    const int32_t power = development->power[g];
    const hg_vector z = power > 0 ? integer_power(r, power)
                                  : hg_min(hg_all(0x1p64), hg_vpow(r, hg_all(development->n[g])));
    return gene->basal * development->envelope * (z / (1.0 + z));
}

HG_INLINE hg_vector activate_sigmoid(const hg_development *development, const regulated *gene)
{
    const double a = development->constitutive;
    const double scale = (1.0 - a) / a, steepness = 1.0 / (a * (1.0 - a));
    return 1.0 / (1.0 + scale * hg_vexp(-steepness * gene->u));
}

HG_INLINE hg_vector activate_siegal_bergman(const hg_development *development, const regulated *gene)
{
    return 2.0 / (1.0 + hg_vexp(-development->slope * gene->u)) - 1.0;
}

HG_INLINE hg_vector activate_wagner(const hg_development *development, const regulated *gene)
{
    const hg_vector zero = hg_all(0.0);
    const hg_vector at_zero = development->zero_at_zero ? zero : gene->x;
    const hg_vector not_on = hg_select(gene->u < zero, hg_all(-1.0), at_zero);
    return hg_select(gene->u > zero, hg_all(1.0), not_on);
}

HG_INLINE void activate_gene(const hg_development *development, const hg_tile *tile,
                             const double *x, double *next, int64_t g, int v, hg_vector u,
                             activation *activate)
{
    const int64_t at = g * HG_LANES + v * HG_WIDTH;
    const regulated gene = {g, u, hg_load(tile->basal + at), hg_load(tile->promoted + at),
                            hg_load(x + at)};
    hg_store(next + at, activate(development, &gene));
}

/* Edge by edge. */
HG_INLINE void step_sparse(const hg_development *shared, const hg_tile *tile,
                           const double *restrict x, double *restrict next, bool heritable,
                           activation *activate)
{
    const hg_development development = *shared; /* stays in registers while `next` is written */
    const int32_t *restrict source = development.source;
    for (int64_t g = 0; g < development.genes; g++) {
        const int64_t end = development.first[g + 1];
        hg_vector u[HG_VECTORS];
#pragma GCC unroll 16
        for (int v = 0; v < HG_VECTORS; v++) u[v] = hg_all(0.0);
#pragma GCC unroll 2 /* measured: more is no faster */
        for (int64_t e = development.first[g]; e < end; e++) {
            const double *regulator = x + (int64_t)source[e] * HG_LANES;
#pragma GCC unroll 16
            for (int v = 0; v < HG_VECTORS; v++) {
                const hg_vector weight =
                    heritable ? hg_load(tile->weights + e * HG_LANES + v * HG_WIDTH)
                              : hg_all(development.weight[e]);
                u[v] += weight * hg_load(regulator + v * HG_WIDTH);
            }
        }
#pragma GCC unroll 16
        for (int v = 0; v < HG_VECTORS; v++)
            activate_gene(&development, tile, x, next, g, v, u[v], activate);
    }
}

/* As a product of matrices, HG_TARGETS genes at a time: a regulator is read once for all of them.
 * Where there is no edge, 0 is added, which changes nothing as long as levels are finite. */
HG_INLINE void step_dense(const hg_development *shared, const hg_tile *tile,
                          const double *restrict x, double *restrict next, activation *activate)
{
    enum { TOGETHER = HG_VECTORS > 1 ? 2 : 1 }; /* sums that fit the registers */
    const hg_development development = *shared;
    const int64_t genes = development.genes;
    for (int64_t g = 0; g < genes; g += HG_TARGETS)
        for (int v = 0; v < HG_VECTORS; v += TOGETHER) {
            const double *restrict weight = development.matrix + g * genes;
            hg_vector u[HG_TARGETS][TOGETHER];
            for (int t = 0; t < HG_TARGETS; t++)
                for (int k = 0; k < TOGETHER; k++) u[t][k] = hg_all(0.0);
            for (int64_t j = 0; j < genes; j++, weight += HG_TARGETS)
                for (int t = 0; t < HG_TARGETS; t++)
                    for (int k = 0; k < TOGETHER; k++)
                        u[t][k] += hg_all(weight[t]) *
                                   hg_load(x + j * HG_LANES + (v + k) * HG_WIDTH);
            for (int t = 0; t < HG_TARGETS && g + t < genes; t++)
                for (int k = 0; k < TOGETHER; k++)
                    activate_gene(&development, tile, x, next, g + t, v + k, u[t][k], activate);
        }
}

/* One model with shared weights, in few or many of the places, and with heritable ones. */
#define HG_MODEL(name)                                                                             \
    static void name##_sparse(const hg_development *development, const hg_tile *tile,              \
                              const double *x, double *next)                                       \
    {                                                                                              \
        step_sparse(development, tile, x, next, false, activate_##name);                           \
    }                                                                                              \
    static void name##_dense(const hg_development *development, const hg_tile *tile,               \
                             const double *x, double *next)                                        \
    {                                                                                              \
        step_dense(development, tile, x, next, activate_##name);                                   \
    }                                                                                              \
    static void name##_heritable(const hg_development *development, const hg_tile *tile,           \
                                 const double *x, double *next)                                    \
    {                                                                                              \
        step_sparse(development, tile, x, next, true, activate_##name);                            \
    }

HG_MODEL(none)
HG_MODEL(additive)
HG_MODEL(multiplicative)
HG_MODEL(hill)
HG_MODEL(sigmoid)
HG_MODEL(siegal_bergman)
HG_MODEL(wagner)

#define HG_ROW(name) {name##_sparse, name##_dense, name##_heritable}

static hg_regulation_step *const steps[HG_REGULATION_MODELS][3] = {
    [HG_REGULATION_NONE] = HG_ROW(none),
    [HG_REGULATION_ADDITIVE] = HG_ROW(additive),
    [HG_REGULATION_MULTIPLICATIVE] = HG_ROW(multiplicative),
    [HG_REGULATION_HILL] = HG_ROW(hill),
    [HG_REGULATION_SIGMOID] = HG_ROW(sigmoid),
    [HG_REGULATION_SIEGAL_BERGMAN] = HG_ROW(siegal_bergman),
    [HG_REGULATION_WAGNER] = HG_ROW(wagner),
};

void hg_regulate(const hg_development *development, const hg_tile *tile, const double *x,
                 double *next)
{
    const int kind = development->weight == NULL ? 2 : development->matrix != NULL;
    steps[development->regulation][kind](development, tile, x, next);
}
