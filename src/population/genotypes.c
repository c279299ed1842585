/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population/genotypes.h"

#include "base/memory.h"

static int64_t padded(int64_t count) { return (count + 7) / 8 * 8; }

hg_status hg_genotypes_create(hg_genotypes *genotypes, int64_t rows, int64_t genes, int64_t edges,
                              int ploidy, bool clonal, bool alone)
{
    *genotypes = (hg_genotypes){.rows = rows, .genes = genes, .edges = edges, .ploidy = ploidy,
                                .clonal = clonal};
    genotypes->weight_offset = padded(genes * ploidy);
    genotypes->stride = genotypes->weight_offset + padded(edges * ploidy);
    const int64_t alleles = genotypes->stride;
    if (clonal && !alone) genotypes->stride += padded(1);
    genotypes->value_weight_offset = genotypes->expression_stride = padded(genes);
    genotypes->value_stride = padded(genes) + padded(edges);
    const size_t many = (size_t)rows, bytes = sizeof(double);
    const size_t genome = (size_t)genotypes->stride * bytes;
    HG_TRY(hg_allocate(&genotypes->genome, HG_MEMORY_GENOTYPES, many, genome));
    if (!clonal) HG_TRY(hg_allocate(&genotypes->parental, HG_MEMORY_GENOTYPES, many, genome));
    if (clonal)
        HG_TRY(hg_allocate(&genotypes->expression, HG_MEMORY_PHENOTYPES, many,
                           (size_t)genotypes->expression_stride * bytes));
    HG_TRY(hg_allocate(&genotypes->fitness, HG_MEMORY_PHENOTYPES, many, bytes));
    HG_TRY(hg_allocate(&genotypes->stable, HG_MEMORY_PHENOTYPES, many, sizeof(int8_t)));
    HG_TRY(hg_allocate(&genotypes->copies, HG_MEMORY_INDIVIDUALS, many, sizeof(int32_t)));
    if (!clonal) return HG_OK;
    HG_TRY(hg_allocate(&genotypes->claim, HG_MEMORY_INDIVIDUALS, many, sizeof(int8_t)));
    HG_TRY(hg_allocate(&genotypes->shared, HG_MEMORY_INDIVIDUALS, many, sizeof(int8_t)));
    genotypes->origin_step = alone ? 1 : genotypes->stride;
    if (!alone) genotypes->origin = genotypes->genome + alleles;
    else HG_TRY(hg_allocate(&genotypes->origin, HG_MEMORY_INDIVIDUALS, many, bytes));
    return hg_allocate(&genotypes->free_row, HG_MEMORY_INDIVIDUALS, many, sizeof(int32_t));
}

void hg_genotypes_free(hg_genotypes *genotypes)
{
    hg_release(&genotypes->genome);
    hg_release(&genotypes->parental);
    hg_release(&genotypes->expression);
    hg_release(&genotypes->fitness);
    hg_release(&genotypes->stable);
    hg_release(&genotypes->copies);
    if (genotypes->origin_step == 1) hg_release(&genotypes->origin);
    hg_release(&genotypes->claim);
    hg_release(&genotypes->shared);
    hg_release(&genotypes->free_row);
    *genotypes = (hg_genotypes){0};
}

/* Alleles lie side by side: value[i] is the mean of allele[2*i] and allele[2*i + 1]. */
static void mean_of_two(const double *allele, int64_t count, double *value)
{
    for (int64_t i = 0; i < count; i++) value[i] = 0.5 * (allele[2 * i] + allele[2 * i + 1]);
}

const double *hg_values(const hg_genotypes *genotypes, const double *genome, double *room)
{
    if (genotypes->ploidy == 1) return genome;
    mean_of_two(genome, genotypes->genes, room);
    mean_of_two(genome + genotypes->weight_offset, genotypes->edges,
                room + genotypes->value_weight_offset);
    return room;
}
