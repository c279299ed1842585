/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each genome of the generation reached carries the pieces of the samples' genomes that descend
 * from it, each piece with the node below. A generation back, pieces go to the genomes that they
 * came from; where pieces of several nodes meet in one genome, it becomes their parent node.
 */
#include "analysis/genealogy.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"

/* Genes left .. right-1 of a node, in slots left+shift .. of a genome of the generation reached. */
typedef struct piece {
    int32_t genome, shift, left, right, node;
} piece;

typedef struct pieces {
    piece *piece;
    int64_t count, room;
} pieces;

/* An edge, of genomes while nodes are not known yet. */
typedef struct link {
    int32_t parent, child, left, right;
} link;

typedef struct links {
    link *link;
    int64_t count, room;
} links;

typedef struct tracer {
    hg_inheritance *inheritance;
    const hg_genealogy_tables *tables;
    int64_t genes, ploidy, genomes, last;
    pieces now, before;
    piece *active;   /* [genomes] that overlap */
    links edges;
    int64_t nodes, individuals;
    int64_t owner;   /* individual (of the generation reached) that the newest row stands for */
} tracer;

/* --- lists that grow ------------------------------------------------------------------------- */

static hg_status make_room(void *list, size_t size, int64_t count, int64_t *room)
{
    if (count < *room) return HG_OK;
    const int64_t wanted = *room < 1024 ? 1024 : *room + *room / 2;
    HG_TRY(hg_reallocate(list, HG_MEMORY_OTHER, (size_t)wanted, size));
    *room = wanted;
    return HG_OK;
}

static hg_status add_piece(pieces *to, piece added)
{
    HG_TRY(make_room(&to->piece, sizeof *to->piece, to->count, &to->room));
    to->piece[to->count++] = added;
    return HG_OK;
}

static hg_status add_link(links *to, link added)
{
    HG_TRY(make_room(&to->link, sizeof *to->link, to->count, &to->room));
    to->link[to->count++] = added;
    return HG_OK;
}

/* --- rows ------------------------------------------------------------------------------------- */

static hg_status add_individual(tracer *to, int64_t generation, int64_t individual)
{
    to->owner = individual;
    to->individuals++;
    return to->tables->individual(to->tables->context, generation, individual);
}

/* A node for a genome of a generation, and a row for whose it is unless that has one. */
static hg_status add_node(tracer *to, int64_t generation, int64_t genome, int64_t shift,
                          bool sample)
{
    if (to->nodes == INT32_MAX)
        return hg_fail(HG_BAD_INPUT, "%s: the genealogy has more nodes than tskit can number (%d)",
                       to->inheritance->ancestry->results->path, INT32_MAX);
    if (to->owner != genome / to->ploidy)
        HG_TRY(add_individual(to, generation, genome / to->ploidy));
    to->nodes++;
    const hg_genealogy_node node = {sample, to->last - generation, to->individuals - 1,
                                    (int)(genome % to->ploidy), shift};
    return to->tables->node(to->tables->context, &node);
}

static int by_parent_and_child(const void *a, const void *b)
{
    const link *x = a, *y = b;
    if (x->parent != y->parent) return x->parent < y->parent ? -1 : 1;
    if (x->child != y->child) return x->child < y->child ? -1 : 1;
    return (x->left > y->left) - (x->left < y->left);
}

/* Edges side by side are one. */
static hg_status write_edges(tracer *to, int64_t parents_from, int64_t children_from)
{
    links *edges = &to->edges;
    if (edges->count > 1)
        qsort(edges->link, (size_t)edges->count, sizeof *edges->link, by_parent_and_child);
    for (int64_t k = 0; k < edges->count;) {
        link edge = edges->link[k];
        for (k++; k < edges->count && edges->link[k].parent == edge.parent &&
                  edges->link[k].child == edge.child && edges->link[k].left == edge.right; k++)
            edge.right = edges->link[k].right;
        HG_TRY(to->tables->edge(to->tables->context, edge.left, edge.right,
                                parents_from + edge.parent, children_from + edge.child));
    }
    edges->count = 0;
    return HG_OK;
}

/* --- where genes come from --------------------------------------------------------------------- */

/* The end of the run of genes from `left` on, before `right`, that are of the same slots of one
 * genome. */
static int32_t run_end(const tracer *to, const int32_t from[2], int32_t left, int32_t right)
{
    const hg_inheritance *by = to->inheritance;
    const int32_t copied = (int32_t)by->copy.to;
    if (left == copied) return left + 1;
    if (left < copied && copied < right) right = copied;
    if (from[0] == from[1]) return right;
    int32_t end = left + 1;
    while (end < right && by->origin[end] == by->origin[left]) end++;
    return end;
}

/* The slot of the generation before that a gene was in. */
static int32_t slot_of(const tracer *to, int32_t gene)
{
    const hg_gene_copy *copy = &to->inheritance->copy;
    return gene == copy->to ? (int32_t)copy->from : gene;
}

static int32_t genome_of(const tracer *to, const int32_t from[2], int32_t gene)
{
    return from[0] == from[1] ? from[0] : from[to->inheritance->origin[gene]];
}

/* --- the genealogy of the samples -------------------------------------------------------------- */

static bool same_slots(const piece *a, const piece *b)
{
    return a->genome == b->genome && a->shift == b->shift;
}

static int by_slots_and_left(const void *a, const void *b)
{
    const piece *x = a, *y = b;
    if (x->genome != y->genome) return x->genome < y->genome ? -1 : 1;
    if (x->shift != y->shift) return x->shift < y->shift ? -1 : 1;
    if (x->left != y->left) return x->left < y->left ? -1 : 1;
    return (x->node > y->node) - (x->node < y->node);
}

/* All pieces to the genomes of the generation before. */
static hg_status inherit(tracer *to, int64_t generation)
{
    int32_t from[2] = {0, 0};
    to->before.count = 0;
    for (int64_t k = 0; k < to->now.count; k++) {
        const piece *p = &to->now.piece[k];
        if (k == 0 || p->genome != p[-1].genome)
            HG_TRY(hg_inheritance_find(to->inheritance, generation, p->genome, from));
        for (int32_t left = p->left, end; left < p->right; left = end) {
            const int32_t gene = left + p->shift, slot = slot_of(to, gene);
            end = run_end(to, from, gene, p->right + p->shift) - p->shift;
            HG_TRY(add_piece(&to->before, (piece){genome_of(to, from, slot), slot - left, left, end,
                                                  p->node}));
        }
    }
    if (to->before.count > 1)
        qsort(to->before.piece, (size_t)to->before.count, sizeof *to->before.piece,
              by_slots_and_left);
    to->now.count = 0;
    return HG_OK;
}

/* Genes left .. right-1 of a genome: what lies there is one piece of one node, or the genome
 * becomes the node above all of them. */
static hg_status settle(tracer *to, int64_t generation, int32_t left, int32_t right, int64_t count,
                        int64_t *node)
{
    const int32_t genome = to->active[0].genome, shift = to->active[0].shift;
    const bool meet = count > 1 || generation == 0; /* founders are the roots */
    if (meet && *node < 0) {
        *node = to->nodes;
        HG_TRY(add_node(to, generation, genome, shift, false));
    }
    for (int64_t k = 0; meet && k < count; k++)
        HG_TRY(add_link(&to->edges, (link){(int32_t)*node, to->active[k].node, left, right}));
    const int32_t below = meet ? (int32_t)*node : to->active[0].node;
    piece *last = to->now.count > 0 ? &to->now.piece[to->now.count - 1] : NULL;
    if (last != NULL && same_slots(last, to->active) && last->node == below &&
        last->right == left) {
        last->right = right;
        return HG_OK;
    }
    return add_piece(&to->now, (piece){genome, shift, left, right, below});
}

static int32_t next_border(const tracer *to, int64_t count, const piece *coming)
{
    int32_t border = to->active[0].right;
    for (int64_t k = 1; k < count; k++)
        if (to->active[k].right < border) border = to->active[k].right;
    if (coming != NULL && same_slots(coming, to->active) && coming->left < border)
        border = coming->left;
    return border;
}

/* Pieces k and those that follow, of the same slots of one genome, by their left ends. Returns
 * where the next ones begin. */
static hg_status meet(tracer *to, int64_t generation, int64_t *k)
{
    const pieces *all = &to->before;
    const piece first = all->piece[*k];
    int64_t count = 0, node = -1;
    int32_t left = 0;
    while (count > 0 || (*k < all->count && same_slots(&all->piece[*k], &first))) {
        if (count == 0) left = all->piece[*k].left;
        for (; *k < all->count && same_slots(&all->piece[*k], &first) &&
               all->piece[*k].left == left; (*k)++)
            to->active[count++] = all->piece[*k];
        const piece *coming = *k < all->count ? &all->piece[*k] : NULL;
        const int32_t right = next_border(to, count, coming);
        HG_TRY(settle(to, generation, left, right, count, &node));
        int64_t kept = 0;
        for (int64_t a = 0; a < count; a++)
            if (to->active[a].right > right) to->active[kept++] = to->active[a];
        count = kept;
        left = right;
    }
    return HG_OK;
}

static hg_status begin_samples(tracer *to)
{
    for (int64_t g = 0; g < to->genomes; g++) {
        HG_TRY(add_piece(&to->now, (piece){(int32_t)g, 0, 0, (int32_t)to->genes,
                                           (int32_t)to->nodes}));
        HG_TRY(add_node(to, to->last, g, 0, true));
    }
    return HG_OK;
}

static hg_status trace_samples(tracer *to)
{
    HG_TRY(begin_samples(to));
    for (int64_t t = to->last; t > 0; t--) {
        HG_TRY(inherit(to, t));
        to->owner = -1;
        for (int64_t k = 0; k < to->before.count;) HG_TRY(meet(to, t - 1, &k));
        HG_TRY(write_edges(to, 0, 0));
    }
    return HG_OK;
}

/* --- everybody ---------------------------------------------------------------------------------- */

static hg_status add_generation(tracer *to, int64_t generation)
{
    to->owner = -1;
    for (int64_t g = 0; g < to->genomes; g++)
        HG_TRY(add_node(to, generation, g, 0, generation == to->last));
    return HG_OK;
}

static hg_status trace_everybody(tracer *to)
{
    HG_TRY(add_generation(to, to->last));
    for (int64_t t = to->last; t > 0; t--) {
        const int64_t children_from = (to->last - t) * to->genomes;
        HG_TRY(add_generation(to, t - 1));
        for (int32_t g = 0; g < to->genomes; g++) {
            int32_t from[2];
            HG_TRY(hg_inheritance_find(to->inheritance, t, g, from));
            for (int32_t left = 0, end; left < to->genes; left = end) {
                end = run_end(to, from, left, (int32_t)to->genes);
                HG_TRY(add_link(&to->edges, (link){genome_of(to, from, left), g, left, end}));
            }
        }
        HG_TRY(write_edges(to, children_from + to->genomes, children_from));
    }
    return HG_OK;
}

/* --- both ---------------------------------------------------------------------------------------- */

hg_status hg_genealogy_trace(hg_inheritance *inheritance, bool all,
                             const hg_genealogy_tables *tables)
{
    const hg_ancestry *ancestry = inheritance->ancestry;
    const int64_t ploidy = inheritance->config.population.ploidy;
    tracer to = {.inheritance = inheritance, .tables = tables, .genes = inheritance->network.genes,
                 .ploidy = ploidy, .genomes = ancestry->individuals * ploidy,
                 .last = ancestry->last, .owner = -1};
    if (ancestry->last < 0)
        return hg_fail(HG_BAD_INPUT, "%s: nothing is recorded yet", ancestry->results->path);
    if (all && inheritance->config.mutation.duplication > 0.0)
        return hg_fail(HG_BAD_INPUT, "%s: mutation.duplication is %g: a copied gene descends from "
                       "another gene of its parents, which one node for each genome cannot say; "
                       "allowed: the samples' genealogy, without --generation all",
                       ancestry->results->path, inheritance->config.mutation.duplication);
    hg_status status =
        hg_allocate(&to.active, HG_MEMORY_OTHER, (size_t)to.genomes, sizeof *to.active);
    if (status == HG_OK) status = all ? trace_everybody(&to) : trace_samples(&to);
    hg_release(&to.active);
    hg_release(&to.now.piece);
    hg_release(&to.before.piece);
    hg_release(&to.edges.link);
    return status;
}
