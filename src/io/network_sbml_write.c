/* SPDX-License-Identifier: GPL-3.0-or-later
 * A network as an SBML model. Formulas become MathML by libSBML; the frame around them is written
 * here, for libSBML writes numbers with 15 digits: weights would not be the same when read back. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "io/libsbml.h"
#include "io/network_write.h"
#include "io/xml.h"
#include "model/expression.h"
#include "model/models.h"

typedef struct writer {
    FILE *file;
    const hg_sbml *sbml;
    const hg_network *network;
    const hg_network_state *state;
    hg_expression_model expression;
    hg_regulation_model regulation;
} writer;

static double of_gene(const hg_profile *profile, int64_t g)
{
    return profile->kind == HG_PROFILE_LIST ? profile->list[g] : profile->scalar;
}

/* --- parameters and species ----------------------------------------------------------------- */

static void write_parameter(const writer *w, const char *id, double value)
{
    char number[HG_NUMBER_SIZE];
    hg_number_format(number, value);
    fprintf(w->file, "      <parameter id=\"%s\" value=\"%s\" units=\"dimensionless\" "
            "constant=\"true\"/>\n", id, number);
}

static void write_gene_parameter(const writer *w, const char *name, int64_t g, double value)
{
    char id[64];
    snprintf(id, sizeof id, "%s_%" PRId64, name, g);
    write_parameter(w, id, value);
}

static bool has_basal(const writer *w) { return w->regulation < HG_REGULATION_SIGMOID; }

static bool has_hill(const writer *w)
{
    return has_basal(w) && (w->expression == HG_EXPRESSION_HILL ||
                            w->regulation == HG_REGULATION_HILL);
}

/* B_g, the basal level in the environment; *envelope is what temperature and nutrients make of all
 * rates. */
static double basal_level(const hg_network_state *state, int64_t g, double *envelope)
{
    const hg_config *config = state->config;
    const double slope = of_gene(&config->expression.slope, g);
    const double k = of_gene(&config->expression.k, g), n = of_gene(&config->expression.n, g);
    const hg_expression_parameters parameters = {
        .model = config->expression.model, .slope = &slope, .k = &k, .n = &n,
        .q10 = config->expression.q10,
        .temperature_reference = config->expression.temperature_reference,
        .nutrient_half_saturation = config->expression.nutrient_half_saturation};
    const hg_environment_state environment = {.tf_concentration = state->tf_concentration,
                                              .temperature = state->temperature,
                                              .nutrients = state->nutrients};
    double offset, factor;
    hg_expression_promoters(&parameters, &environment, 1, &offset, &factor, envelope);
    return fmax(state->basal[g] + offset, 0.0) * factor;
}

static double environment_factor(const hg_network_state *state)
{
    double envelope;
    basal_level(state, 0, &envelope);
    return envelope;
}

/* x_g at the start of development (model/regulation.c). */
static double start_of(const writer *w, int64_t g)
{
    double envelope;
    switch (w->regulation) {
    case HG_REGULATION_SIGMOID: return w->state->config->regulation.constitutive;
    case HG_REGULATION_SIEGAL_BERGMAN:
    case HG_REGULATION_WAGNER: return of_gene(&w->state->config->regulation.initial_state, g);
    default: return basal_level(w->state, g, &envelope);
    }
}

static void write_parameters(const writer *w)
{
    const hg_config *config = w->state->config;
    fputs("    <listOfParameters>\n", w->file);
    write_parameter(w, "strength", config->regulation.strength);
    write_parameter(w, "constitutive", config->regulation.constitutive);
    write_parameter(w, "slope", config->regulation.slope);
    write_parameter(w, "tf_concentration", w->state->tf_concentration);
    write_parameter(w, "environment_factor", environment_factor(w->state));
    for (int64_t g = 0; has_basal(w) && g < w->network->genes; g++) {
        write_gene_parameter(w, "basal", g, w->state->basal[g]);
        if (w->expression == HG_EXPRESSION_LINEAR)
            write_gene_parameter(w, "slope", g, of_gene(&config->expression.slope, g));
        if (!has_hill(w)) continue;
        write_gene_parameter(w, "k", g, of_gene(&config->expression.k, g));
        write_gene_parameter(w, "n", g, of_gene(&config->expression.n, g));
    }
    fputs("    </listOfParameters>\n", w->file);
}

static void write_species(const writer *w)
{
    char number[HG_NUMBER_SIZE];
    fputs("    <listOfSpecies>\n", w->file);
    for (int64_t g = 0; g < w->network->genes; g++) {
        hg_number_format(number, start_of(w, g));
        fprintf(w->file, "      <species id=\"gene_%" PRId64 "\" name=\"", g);
        hg_xml_write(w->file, w->network->name[g]);
        fprintf(w->file, "\" compartment=\"cell\" initialAmount=\"%s\" hasOnlySubstanceUnits="
                "\"true\" boundaryCondition=\"false\" constant=\"false\"/>\n", number);
    }
    fputs("    </listOfSpecies>\n", w->file);
}

/* --- kinetic laws --------------------------------------------------------------------------- */

/* u_g: the weighted sum of the regulators' amounts. */
static void add_input(const writer *w, hg_text *formula, int64_t g)
{
    const hg_network *network = w->network;
    const int64_t first = network->first[g], count = network->first[g + 1] - first;
    if (count == 0) hg_text_add(formula, "0");
    if (count > 1) hg_text_add(formula, "plus(");
    for (int64_t e = first; e < first + count; e++)
        hg_text_add(formula, "%sweight_gene_%" PRId32 " * gene_%" PRId32, e > first ? ", " : "",
                    network->source[e], network->source[e]);
    if (count > 1) hg_text_add(formula, ")");
}

/* B_g, the basal level in the environment (model/expression.c). */
static void add_basal(const writer *w, hg_text *formula, int64_t g)
{
    const char *c = "tf_concentration";
    const long long i = g;
    if (w->expression == HG_EXPRESSION_LINEAR)
        hg_text_add(formula, "environment_factor * piecewise(basal_%lld + slope_%lld * %s, "
                    "basal_%lld + slope_%lld * %s > 0, 0)", i, i, c, i, i, c);
    else if (w->expression == HG_EXPRESSION_HILL)
        hg_text_add(formula, "environment_factor * basal_%lld * %s^n_%lld / "
                    "(k_%lld^n_%lld + %s^n_%lld)", i, c, i, i, i, c, i);
    else
        hg_text_add(formula, "environment_factor * basal_%lld", i);
}

/* The argument that a model cuts off at 0. */
static void add_level(const writer *w, hg_text *formula, int64_t g)
{
    if (w->regulation == HG_REGULATION_HILL) hg_text_add(formula, "tf_concentration");
    else add_basal(w, formula, g);
    hg_text_add(formula, w->regulation == HG_REGULATION_MULTIPLICATIVE ? " * (1 + strength * "
                                                                       : " + strength * ");
    add_input(w, formula, g);
    if (w->regulation == HG_REGULATION_MULTIPLICATIVE) hg_text_add(formula, ")");
}

static void add_hill(const writer *w, hg_text *formula, int64_t g)
{
    const long long i = g;
    hg_text_add(formula, "environment_factor * basal_%lld * (", i);
    add_level(w, formula, g);
    hg_text_add(formula, ")^n_%lld / (k_%lld^n_%lld + (", i, i, i);
    add_level(w, formula, g);
    hg_text_add(formula, ")^n_%lld)", i);
}

/* The level that the model calls for (model/regulation.c). */
static void add_response(const writer *w, hg_text *formula, int64_t g)
{
    switch (w->regulation) {
    case HG_REGULATION_ADDITIVE:
    case HG_REGULATION_MULTIPLICATIVE:
    case HG_REGULATION_HILL:
        hg_text_add(formula, "piecewise(");
        if (w->regulation == HG_REGULATION_HILL) add_hill(w, formula, g);
        else add_level(w, formula, g);
        hg_text_add(formula, ", ");
        add_level(w, formula, g);
        hg_text_add(formula, " > 0, 0)");
        return;
    case HG_REGULATION_SIGMOID:
        hg_text_add(formula, "1 / (1 + (1 - constitutive) / constitutive * exp(-(");
        add_input(w, formula, g);
        hg_text_add(formula, ") / (constitutive * (1 - constitutive))))");
        return;
    case HG_REGULATION_SIEGAL_BERGMAN:
        hg_text_add(formula, "2 / (1 + exp(-slope * ");
        add_input(w, formula, g);
        hg_text_add(formula, ")) - 1");
        return;
    case HG_REGULATION_WAGNER:
        hg_text_add(formula, "piecewise(1, ");
        add_input(w, formula, g);
        hg_text_add(formula, " > 0, -1, ");
        add_input(w, formula, g);
        hg_text_add(formula, " < 0, gene_%lld)", (long long)g);
        return;
    default: add_basal(w, formula, g);
    }
}

/* A formula as MathML; the declaration that libSBML begins it with is left out. */
static hg_status write_math(const writer *w, hg_text *formula)
{
    char *words;
    HG_TRY(hg_text_take(formula, &words));
    ASTNode_t *tree = w->sbml->SBML_parseL3Formula(words);
    char *math = tree == NULL ? NULL : w->sbml->writeMathMLToString(tree);
    const char *start = math == NULL ? NULL : strstr(math, "<math");
    hg_status status = HG_OK;
    if (start != NULL) fprintf(w->file, "%s\n", start);
    else status = hg_fail(HG_BUG, "libSBML does not take the formula %.200s", words);
    free(math);
    if (tree != NULL) w->sbml->ASTNode_free(tree);
    hg_release(&words);
    return status;
}

static void write_modifiers(const writer *w, int64_t g)
{
    const hg_network *network = w->network;
    if (network->first[g] == network->first[g + 1]) return;
    fputs("        <listOfModifiers>\n", w->file);
    for (int64_t e = network->first[g]; e < network->first[g + 1]; e++)
        fprintf(w->file, "          <modifierSpeciesReference species=\"gene_%" PRId32 "\"%s/>\n",
                network->source[e], network->weight[e] > 0.0 ? " sboTerm=\"SBO:0000459\"" :
                network->weight[e] < 0.0 ? " sboTerm=\"SBO:0000020\"" : "");
    fputs("        </listOfModifiers>\n", w->file);
}

static void write_weights(const writer *w, int64_t g)
{
    const hg_network *network = w->network;
    char number[HG_NUMBER_SIZE];
    if (network->first[g] == network->first[g + 1]) return;
    fputs("          <listOfLocalParameters>\n", w->file);
    for (int64_t e = network->first[g]; e < network->first[g + 1]; e++) {
        hg_number_format(number, network->weight[e]);
        fprintf(w->file, "            <localParameter id=\"weight_gene_%" PRId32 "\" "
                "value=\"%s\" units=\"dimensionless\"/>\n", network->source[e], number);
    }
    fputs("          </listOfLocalParameters>\n", w->file);
}

static hg_status write_synthesis(const writer *w, int64_t g)
{
    /* the models with levels below 0 turn their reactions round */
    const char *reversible = w->regulation > HG_REGULATION_SIGMOID ? "true" : "false";
    fprintf(w->file, "      <reaction id=\"synthesis_%" PRId64 "\" reversible=\"%s\" "
            "fast=\"false\">\n        <listOfProducts>\n          <speciesReference "
            "species=\"gene_%" PRId64 "\" stoichiometry=\"1\" constant=\"true\"/>\n"
            "        </listOfProducts>\n", g, reversible, g);
    write_modifiers(w, g);
    fputs("        <kineticLaw>\n", w->file);
    hg_text formula = hg_text_of(HG_MEMORY_OUTPUT);
    add_response(w, &formula, g);
    HG_TRY(write_math(w, &formula));
    write_weights(w, g);
    fputs("        </kineticLaw>\n      </reaction>\n", w->file);
    return HG_OK;
}

static hg_status write_decay(const writer *w, int64_t g)
{
    fprintf(w->file, "      <reaction id=\"decay_%" PRId64 "\" reversible=\"%s\" fast=\"false\">\n"
            "        <listOfReactants>\n          <speciesReference species=\"gene_%" PRId64
            "\" stoichiometry=\"1\" constant=\"true\"/>\n        </listOfReactants>\n"
            "        <kineticLaw>\n", g, w->regulation > HG_REGULATION_SIGMOID ? "true" : "false",
            g);
    hg_text formula = hg_text_of(HG_MEMORY_OUTPUT);
    hg_text_add(&formula, "gene_%" PRId64, g);
    HG_TRY(write_math(w, &formula));
    fputs("        </kineticLaw>\n      </reaction>\n", w->file);
    return HG_OK;
}

static void write_head(const writer *w, const char *title)
{
    const hg_model *model = &hg_regulation_family.models[w->regulation];
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<sbml xmlns=\"http://www.sbml.org/sbml/level3/version1/core\" level=\"3\" "
          "version=\"1\">\n  <model id=\"network\" name=\"", w->file);
    hg_xml_write(w->file, title);
    fputs("\" substanceUnits=\"dimensionless\" timeUnits=\"dimensionless\" "
          "extentUnits=\"dimensionless\">\n    <notes>\n"
          "      <body xmlns=\"http://www.w3.org/1999/xhtml\">\n        <p>"
          "Written by happygene. regulation.model: ", w->file);
    hg_xml_write(w->file, model->name);
    fputs(", ", w->file);
    hg_xml_write(w->file, model->equation);
    fputs(". Each gene is made at the rate x that its regulators call for and decays at the rate "
          "of its amount; steady states are those of development, a step of which is an Euler step "
          "of length 1. The initial amounts are those that development starts from.</p>\n"
          "      </body>\n    </notes>\n    <listOfCompartments>\n"
          "      <compartment id=\"cell\" spatialDimensions=\"3\" size=\"1\" "
          "units=\"dimensionless\" constant=\"true\"/>\n    </listOfCompartments>\n", w->file);
}

hg_status hg_network_write_sbml(FILE *file, const hg_network *network, const char *title,
                                const hg_network_state *state)
{
    writer w = {.file = file, .network = network, .state = state,
                .expression = state->config->expression.model,
                .regulation = state->config->regulation.model};
    HG_TRY(hg_sbml_load(&w.sbml));
    write_head(&w, title);
    write_species(&w);
    write_parameters(&w);
    fputs("    <listOfReactions>\n", file);
    for (int64_t g = 0; g < network->genes; g++) {
        HG_TRY(write_synthesis(&w, g));
        HG_TRY(write_decay(&w, g));
    }
    fputs("    </listOfReactions>\n  </model>\n</sbml>\n", file);
    return HG_OK;
}
