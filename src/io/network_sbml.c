/* SPDX-License-Identifier: GPL-3.0-or-later
 * Networks from SBML (Hucka et al. 2003), read by libSBML. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/guard.h"
#include "base/text.h"
#include "io/libsbml.h"
#include "io/network_kinetics.h"
#include "io/network_parts.h"

#define LABEL HG_NETWORK_LABEL
#define BYTES_PER_BYTE 60.0 /* that libSBML makes of one of the file */
#define SBO_INHIBITOR 20
#define SBO_STIMULATOR 459

typedef struct model {
    hg_network_reading *reading;
    const hg_sbml *sbml;
    SBMLDocument_t *document;
    Model_t *model;
    hg_names ids;        /* of the species */
    int32_t *gene;       /* [ids.count] their genes, -1: none */
    int64_t untold;      /* edges whose sign the file does not tell */
    int64_t conversions; /* reactions with modifiers that consume genes */
    int64_t shift;       /* libSBML counts the declaration that it adds where there is none */
} model;

static hg_place place_of(const model *m, const SBase_t *thing)
{
    return (hg_place){(int64_t)m->sbml->SBase_getLine(thing) - m->shift,
                      m->sbml->SBase_getColumn(thing), NULL};
}

/* --- the document --------------------------------------------------------------------------- */

/* libSBML ends the process where memory does not suffice. */
static hg_status check_memory(const char *path, const char *text)
{
    const double needed = (double)strlen(text) * BYTES_PER_BYTE;
    const double present = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    if (needed <= present || present <= 0.0) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s: an SBML file of %.3g MB takes about %.3g GB to read, and the "
                   "machine has %.3g GB; allowed: a smaller one, or a table of edges", path,
                   (double)strlen(text) / 1e6, needed / 1e9, present / 1e9);
}

#define DECLARATION "; allowed: a file that begins with <?xml version=\"1.0\" encoding=\"UTF-8\"?>"

/* What libSBML leaves unsaid. */
static const char *allowed_instead(unsigned error)
{
    switch (error) {
    case MissingXMLDecl:
    case MissingXMLEncoding:
    case BadXMLDecl:
    case BadXMLDeclLocation: return DECLARATION;
    case XMLTranscoderError:
    case XMLBadUTF8Content:
    case InvalidCharInXML: return "; allowed: text in UTF-8, without control characters";
    default: return "";
    }
}

/* Its faults are told when the file has been read, with the place of the end. */
static bool is_of_declaration(unsigned error)
{
    return error == MissingXMLDecl || error == MissingXMLEncoding || error == BadXMLDecl ||
           error == NotUTF8;
}

/* What libSBML says, on one line: its messages are paragraphs. */
static void note_error(const model *m, const XMLError_t *error)
{
    const unsigned id = m->sbml->XMLError_getErrorId(error);
    char message[512];
    int64_t length = 0;
    bool blank = true;
    for (const char *c = m->sbml->XMLError_getMessage(error);
         *c != '\0' && length < (int64_t)sizeof message - 1; c++) {
        const bool is_blank = (unsigned char)*c <= ' ';
        if (!is_blank || !blank) message[length++] = is_blank ? ' ' : *c;
        blank = is_blank;
    }
    while (length > 0 && message[length - 1] == ' ') length--;
    message[length] = '\0';
    const int64_t line = (int64_t)m->sbml->XMLError_getLine(error) - m->shift;
    const bool at_end = line > 1 && is_of_declaration(id);
    const hg_place place = {line > 0 && !at_end ? line : 1,
                            at_end ? 1 : m->sbml->XMLError_getColumn(error), NULL};
    if (length > 0 && message[length - 1] == '.') message[length - 1] = '\0';
    hg_mistakes_add(m->reading->mistakes, place, "%s%s", message, allowed_instead(id));
}

static hg_status open_document(model *m, const char *path, const char *text)
{
    HG_TRY(hg_sbml_load(&m->sbml));
    HG_TRY(check_memory(path, text));
    m->shift = strncmp(text, "<?xml version=", 14) != 0;
    hg_guard_enter(path);
    m->document = m->sbml->readSBMLFromString(text);
    hg_guard_leave();
    if (m->document == NULL) return hg_fail(HG_BAD_INPUT, "%s: not SBML", path);
    const unsigned count = m->sbml->SBMLDocument_getNumErrors(m->document);
    for (unsigned i = 0; i < count; i++) {
        const XMLError_t *error =
            (const XMLError_t *)m->sbml->SBMLDocument_getError(m->document, i);
        if (m->sbml->XMLError_isError(error) || m->sbml->XMLError_isFatal(error))
            note_error(m, error);
    }
    HG_TRY(hg_mistakes_report(m->reading->mistakes));
    m->model = m->sbml->SBMLDocument_getModel(m->document);
    if (m->model == NULL || m->sbml->Model_getNumSpecies(m->model) == 0)
        return hg_fail(HG_BAD_INPUT, "%s: holds no species; allowed: a model whose species are "
                       "genes", path);
    return HG_OK;
}

/* --- genes ---------------------------------------------------------------------------------- */

static int64_t species_of(const model *m, const char *id)
{
    return id == NULL ? -1 : hg_names_find(&m->ids, id);
}

static hg_status list_species(model *m)
{
    const unsigned count = m->sbml->Model_getNumSpecies(m->model);
    for (unsigned i = 0; i < count; i++) {
        const Species_t *species = m->sbml->Model_getSpecies(m->model, i);
        const char *id = m->sbml->Species_getId(species);
        int64_t number;
        bool added;
        HG_TRY(hg_names_add(&m->ids, id == NULL ? "" : id, &number, &added));
        if (!added)
            hg_mistakes_add(m->reading->mistakes, place_of(m, (const SBase_t *)species),
                            "two species have the id '%.60s'", id == NULL ? "" : id);
    }
    HG_TRY(hg_mistakes_report(m->reading->mistakes));
    return hg_allocate(&m->gene, LABEL, (size_t)m->ids.count, sizeof *m->gene);
}

/* Species that something else sets are what genes are made of (GeneNetWeaver's _void_), unless
 * they regulate. Marks genes by 0. */
static void mark_genes(model *m)
{
    for (unsigned i = 0; i < (unsigned)m->ids.count; i++) {
        const Species_t *species = m->sbml->Model_getSpecies(m->model, i);
        m->gene[i] = m->sbml->Species_getBoundaryCondition(species) ||
                     m->sbml->Species_getConstant(species) ? -1 : 0;
    }
    const unsigned reactions = m->sbml->Model_getNumReactions(m->model);
    for (unsigned r = 0; r < reactions; r++) {
        Reaction_t *reaction = m->sbml->Model_getReaction(m->model, r);
        const unsigned modifiers = m->sbml->Reaction_getNumModifiers(reaction);
        for (unsigned i = 0; i < modifiers; i++) {
            const int64_t s = species_of(m, m->sbml->SpeciesReference_getSpecies(
                                                m->sbml->Reaction_getModifier(reaction, i)));
            if (s >= 0) m->gene[s] = 0;
        }
    }
}

/* Numbers the genes. Two of the same name would be one. */
static hg_status name_genes(model *m)
{
    hg_names seen = hg_names_of(LABEL);
    hg_status status = HG_OK;
    for (unsigned i = 0; i < (unsigned)m->ids.count; i++) {
        const Species_t *species = m->sbml->Model_getSpecies(m->model, i);
        const char *name = m->sbml->Species_getName(species);
        const hg_place place = place_of(m, (const SBase_t *)species);
        int64_t number;
        bool added;
        if (m->gene[i] < 0) continue;
        if (name == NULL || name[0] == '\0') name = m->ids.name[i];
        HG_TRY_OUT(hg_names_add(&seen, name, &number, &added));
        if (!added)
            hg_mistakes_add(m->reading->mistakes, place, "two species are named '%.60s'; allowed: "
                            "distinct names", name);
        HG_TRY_OUT(hg_network_reading_gene(m->reading, place, name, &m->gene[i]));
    }
out:
    hg_names_free(&seen);
    return status;
}

/* --- edges ---------------------------------------------------------------------------------- */

static hg_status read_parameters(const model *m, KineticLaw_t *law, hg_kinetics *kinetics)
{
    const hg_sbml *sbml = m->sbml;
    const unsigned local = law == NULL ? 0 : sbml->KineticLaw_getNumLocalParameters(law);
    const unsigned own = law == NULL || local > 0 ? 0 : sbml->KineticLaw_getNumParameters(law);
    for (unsigned i = 0; i < local; i++) {
        const LocalParameter_t *parameter = sbml->KineticLaw_getLocalParameter(law, i);
        const char *id = sbml->LocalParameter_getId(parameter);
        if (id != NULL && sbml->LocalParameter_isSetValue(parameter))
            HG_TRY(hg_kinetics_add(kinetics, id, sbml->LocalParameter_getValue(parameter)));
    }
    for (unsigned i = 0; i < own; i++) {
        const Parameter_t *parameter = sbml->KineticLaw_getParameter(law, i);
        const char *id = sbml->Parameter_getId(parameter);
        if (id != NULL && sbml->Parameter_isSetValue(parameter))
            HG_TRY(hg_kinetics_add(kinetics, id, sbml->Parameter_getValue(parameter)));
    }
    return HG_OK;
}

static hg_status find_weight(const hg_kinetics *kinetics, const char *id, bool *found,
                             double *weight)
{
    hg_text name = hg_text_of(LABEL);
    char *taken;
    hg_text_add(&name, "weight_%s", id);
    HG_TRY(hg_text_take(&name, &taken));
    *found = hg_kinetics_find(kinetics, taken, weight) && isfinite(*weight);
    hg_release(&taken);
    return HG_OK;
}

/* The weight of a modifier whose sign the kinetic parameters give as `sign` (0: they do not). */
static hg_status weigh(model *m, const SpeciesReference_t *modifier, const hg_kinetics *kinetics,
                       int8_t sign, double *weight)
{
    const double size = m->reading->config->network.default_weight;
    const int term = m->sbml->SBase_getSBOTerm((const SBase_t *)modifier);
    bool found;
    HG_TRY(find_weight(kinetics, m->sbml->SpeciesReference_getSpecies(modifier), &found, weight));
    if (found) return HG_OK;
    if (sign == 0) sign = (int8_t)(term == SBO_STIMULATOR ? 1 : term == SBO_INHIBITOR ? -1 : 0);
    m->untold += sign == 0;
    *weight = sign < 0 ? -size : size;
    return HG_OK;
}

static hg_status add_edges(model *m, Reaction_t *reaction, const SpeciesReference_t *modifier,
                           double weight)
{
    const hg_place place = place_of(m, (const SBase_t *)modifier);
    const int64_t source = species_of(m, m->sbml->SpeciesReference_getSpecies(modifier));
    const unsigned products = m->sbml->Reaction_getNumProducts(reaction);
    if (source < 0) {
        hg_mistakes_add(m->reading->mistakes, place, "the modifier is no species of the model");
        return HG_OK;
    }
    for (unsigned p = 0; p < products; p++) {
        const int64_t target = species_of(m, m->sbml->SpeciesReference_getSpecies(
                                                 m->sbml->Reaction_getProduct(reaction, p)));
        if (target < 0 || m->gene[target] < 0 || m->gene[source] < 0) continue;
        HG_TRY(hg_network_reading_edge(m->reading, place,
                                       (hg_edge){m->gene[source], m->gene[target], weight}));
    }
    return HG_OK;
}

static bool consumes_genes(const model *m, Reaction_t *reaction)
{
    const unsigned reactants = m->sbml->Reaction_getNumReactants(reaction);
    for (unsigned i = 0; i < reactants; i++) {
        const int64_t s = species_of(m, m->sbml->SpeciesReference_getSpecies(
                                            m->sbml->Reaction_getReactant(reaction, i)));
        if (s >= 0 && m->gene[s] >= 0) return true;
    }
    return false;
}

static hg_status read_reaction(model *m, Reaction_t *reaction)
{
    const unsigned modifiers = m->sbml->Reaction_getNumModifiers(reaction);
    if (modifiers == 0) return HG_OK;
    if (consumes_genes(m, reaction)) {
        m->conversions++;
        return HG_OK;
    }
    hg_kinetics kinetics = hg_kinetics_of();
    int8_t *sign = NULL;
    hg_status status;
    HG_TRY_OUT(read_parameters(m, m->sbml->Reaction_getKineticLaw(reaction), &kinetics));
    HG_TRY_OUT(hg_allocate(&sign, LABEL, modifiers, sizeof *sign));
    hg_kinetics_genenetweaver(&kinetics, modifiers, sign);
    for (unsigned i = 0; i < modifiers; i++) {
        const SpeciesReference_t *modifier = m->sbml->Reaction_getModifier(reaction, i);
        double weight = 0.0;
        HG_TRY_OUT(weigh(m, modifier, &kinetics, sign[i], &weight));
        HG_TRY_OUT(add_edges(m, reaction, modifier, weight));
    }
out:
    hg_release(&sign);
    hg_kinetics_free(&kinetics);
    return status;
}

/* What was chosen where the file is silent. */
static hg_status tell_choices(const model *m)
{
    const hg_network_reading *reading = m->reading;
    hg_text notes = hg_text_of(LABEL);
    if (m->untold > 0)
        hg_text_add(&notes, "%s: neither kinetic parameters nor SBO terms tell the sign of %" PRId64
                    " of %" PRId64 " edges; their weight is network.default_weight, %g\n",
                    reading->mistakes->path, m->untold, reading->count,
                    reading->config->network.default_weight);
    if (m->conversions > 0)
        hg_text_add(&notes, "%s: %" PRId64 " reaction%s that consume%s a gene %s no synthesis, and "
                    "what modifies %s no regulation\n", reading->mistakes->path, m->conversions,
                    m->conversions == 1 ? "" : "s", m->conversions == 1 ? "s" : "",
                    m->conversions == 1 ? "is" : "are", m->conversions == 1 ? "it" : "them");
    if (notes.length == 0) return notes.status;
    return hg_text_take(&notes, &reading->list->notes);
}

static hg_status read_model(model *m)
{
    HG_TRY(list_species(m));
    mark_genes(m);
    HG_TRY(name_genes(m));
    HG_TRY(hg_mistakes_report(m->reading->mistakes));
    const unsigned reactions = m->sbml->Model_getNumReactions(m->model);
    for (unsigned r = 0; r < reactions; r++)
        HG_TRY(read_reaction(m, m->sbml->Model_getReaction(m->model, r)));
    if (m->reading->list->names.count == 0)
        return hg_fail(HG_BAD_INPUT, "%s: holds no genes; allowed: species that reactions make",
                       m->reading->mistakes->path);
    HG_TRY(hg_network_reading_finish(m->reading));
    return tell_choices(m);
}

hg_status hg_network_sbml_read(hg_edge_list *list, const char *path, const char *text,
                               const hg_config *config)
{
    *list = (hg_edge_list){.names = hg_names_of(LABEL)};
    hg_mistakes mistakes = {.path = path};
    hg_network_reading reading = {.list = list, .config = config, .mistakes = &mistakes};
    model m = {.reading = &reading, .ids = hg_names_of(LABEL)};
    hg_status status;
    HG_TRY_OUT(hg_network_reading_begin(&reading));
    HG_TRY_OUT(open_document(&m, path, text));
    HG_TRY_OUT(read_model(&m));
out:
    if (m.document != NULL) m.sbml->SBMLDocument_free(m.document);
    hg_names_free(&m.ids);
    hg_release(&m.gene);
    hg_network_reading_free(&reading);
    return status;
}
