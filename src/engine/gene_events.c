/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Duplication and deletion of genes. The number of genes is fixed: a gene is copied over
 * another one's slot, or its slot is emptied, together with the weights of its edges.
 */
#include <string.h>

#include "base/memory.h"
#include "engine/engine.h"
#include "model/heredity.h"
#include "random/stream.h"

/* Edges by source: the network's own rows are by target. */
static hg_status index_outgoing(hg_gene_mutation *events, const hg_network *network)
{
    const size_t genes = (size_t)network->genes, edges = (size_t)network->edges;
    HG_TRY(hg_allocate(&events->outgoing, HG_MEMORY_NETWORK, genes + 1, sizeof(int64_t)));
    HG_TRY(hg_allocate(&events->edge, HG_MEMORY_NETWORK, edges, sizeof(int64_t)));
    for (int64_t e = 0; e < network->edges; e++) events->outgoing[network->source[e] + 1]++;
    for (int64_t g = 0; g < network->genes; g++) events->outgoing[g + 1] += events->outgoing[g];
    for (int64_t e = 0; e < network->edges; e++)
        events->edge[events->outgoing[network->source[e]]++] = e;
    for (int64_t g = network->genes; g > 0; g--) events->outgoing[g] = events->outgoing[g - 1];
    events->outgoing[0] = 0;
    return HG_OK;
}

hg_status hg_gene_events_create(hg_run *run)
{
    hg_gene_mutation *events = &run->gene_mutation;
    events->duplication = run->config.mutation.duplication;
    events->deletion = run->config.mutation.deletion;
    events->any = events->duplication > 0.0 || events->deletion > 0.0;
    if (!events->any) return HG_OK;
    if (run->genotypes.edges == 0) return HG_OK;
    for (int t = 0; t < run->threads; t++)
        HG_TRY(hg_allocate(&run->worker[t].copied, HG_MEMORY_TILES, 2 * (size_t)run->network.genes,
                           sizeof(hg_copied_weight)));
    return index_outgoing(events, &run->network);
}

void hg_gene_events_free(hg_run *run)
{
    for (int t = 0; run->worker != NULL && t < run->threads; t++)
        hg_release(&run->worker[t].copied);
    hg_release(&run->gene_mutation.outgoing);
    hg_release(&run->gene_mutation.edge);
}

static hg_stream stream_of(const hg_run *run, hg_purpose purpose, int64_t own)
{
    return hg_stream_of(run->config.run.seed, purpose, run->lineage, run->partition.first + own);
}

static bool happens(const hg_run *run, double rate, hg_purpose purpose, int64_t own)
{
    if (rate == 0.0) return false;
    const hg_stream stream = stream_of(run, purpose, own);
    return hg_stream_uniform(&stream, 0) < rate;
}

bool hg_has_gene_event(const hg_run *run, int64_t own)
{
    return happens(run, run->gene_mutation.duplication, HG_PURPOSE_DUPLICATION, own) ||
           happens(run, run->gene_mutation.deletion, HG_PURPOSE_DELETION, own);
}

/* The edge from one gene to another, or -1. */
static int64_t edge_between(const hg_network *network, int32_t source, int64_t target)
{
    int64_t low = network->first[target], end = network->first[target + 1], high = end;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (network->source[middle] < source) low = middle + 1;
        else high = middle;
    }
    return low < end && network->source[low] == source ? low : -1;
}

/* Copies gene `from` over gene `to`; `genome` points at the alleles of one haploid set. All
 * weights are read before the first one is written. */
static void duplicate(const hg_run *run, hg_worker *worker, double *genome, int64_t from,
                      int64_t to)
{
    const hg_network *network = &run->network;
    const hg_gene_mutation *events = &run->gene_mutation;
    const int64_t ploidy = run->genotypes.ploidy;
    double *weight = genome + run->genotypes.weight_offset;
    int64_t copies = 0;
    genome[to * ploidy] = genome[from * ploidy];
    if (run->genotypes.edges == 0) return;
    for (int64_t e = network->first[to]; e < network->first[to + 1]; e++) {
        const int64_t model = edge_between(network, network->source[e], from);
        if (model < 0) continue;
        worker->copied[copies++] = (hg_copied_weight){e, weight[model * ploidy]};
    }
    for (int64_t i = events->outgoing[to]; i < events->outgoing[to + 1]; i++) {
        const int64_t e = events->edge[i];
        const int64_t model = edge_between(network, (int32_t)from, network->target[e]);
        if (model < 0) continue;
        worker->copied[copies++] = (hg_copied_weight){e, weight[model * ploidy]};
    }
    for (int64_t i = 0; i < copies; i++)
        weight[worker->copied[i].edge * ploidy] = worker->copied[i].weight;
}

static void empty(const hg_run *run, double *genome, int64_t gene)
{
    const hg_gene_mutation *events = &run->gene_mutation;
    const int64_t ploidy = run->genotypes.ploidy;
    double *weight = genome + run->genotypes.weight_offset;
    genome[gene * ploidy] = 0.0;
    if (run->genotypes.edges == 0) return;
    for (int64_t e = run->network.first[gene]; e < run->network.first[gene + 1]; e++)
        weight[e * ploidy] = 0.0;
    for (int64_t i = events->outgoing[gene]; i < events->outgoing[gene + 1]; i++)
        weight[events->edge[i] * ploidy] = 0.0;
}

static void note_event(hg_run *run, hg_worker *worker, int64_t own)
{
    worker->mutations++;
    if (run->genotypes.clonal) hg_genotype_begins(run, run->partition.first + own);
    if (run->demes.count > 0) hg_demes_note_mutation(run, run->partition.first + own);
}

void hg_gene_events(hg_run *run, hg_worker *worker, int64_t own, double *genome)
{
    const int64_t genes = run->genotypes.genes, ploidy = run->genotypes.ploidy;
    const hg_stream duplication = stream_of(run, HG_PURPOSE_DUPLICATION, own);
    hg_gene_copy copy;
    if (hg_duplication_draw(&duplication, run->gene_mutation.duplication, genes, ploidy, &copy)) {
        duplicate(run, worker, genome + copy.set, copy.from, copy.to);
        note_event(run, worker, own);
    }
    if (happens(run, run->gene_mutation.deletion, HG_PURPOSE_DELETION, own)) {
        const hg_stream stream = stream_of(run, HG_PURPOSE_DELETION, own);
        const hg_block block = hg_stream_block(&stream, 1);
        const int second = ploidy == 2 && hg_uniform_of(block.word[1]) >= 0.5;
        empty(run, genome + second, hg_any_of(block.word[0], genes));
        note_event(run, worker, own);
    }
}
