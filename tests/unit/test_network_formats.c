/* SPDX-License-Identifier: GPL-3.0-or-later
 * Networks from SBML and GraphML, and what GeneNetWeaver's parameters say. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "io/network_file.h"
#include "io/network_kinetics.h"

static hg_sign signs[] = {{(char[]){"+"}, 1.0}, {(char[]){"-"}, -1.0}, {(char[]){"+-"}, 0.0}};

typedef hg_status reader(hg_edge_list *, const char *, const char *, const hg_config *);

static hg_config config_of(void)
{
    hg_config config = {0};
    config.network.default_weight = 0.25;
    config.network.signs = signs;
    config.network.sign_count = 3;
    return config;
}

static void assert_refused(reader *read, const char *text, const char *words)
{
    const hg_config config = config_of();
    hg_edge_list list;
    ck_assert_int_eq(read(&list, "net", text, &config), HG_BAD_INPUT);
    if (strstr(hg_error_message(), words) != hg_error_message())
        ck_abort_msg("'%s' does not begin with '%s'", hg_error_message(), words);
    hg_edge_list_free(&list);
    ck_assert_int_eq(hg_memory_total().current, 0);
}

static void assert_read(reader *read, const char *text, int genes, const char *const *names,
                        int edges, const hg_edge *edge, const char *notes)
{
    const hg_config config = config_of();
    hg_edge_list list;
    if (read(&list, "net", text, &config) != HG_OK) ck_abort_msg("%s", hg_error_message());
    ck_assert_int_eq(list.names.count, genes);
    ck_assert_int_eq(list.count, edges);
    for (int g = 0; g < genes; g++) ck_assert_str_eq(list.names.name[g], names[g]);
    for (int e = 0; e < edges; e++) {
        ck_assert_int_eq(list.edges[e].source, edge[e].source);
        ck_assert_int_eq(list.edges[e].target, edge[e].target);
        ck_assert(list.edges[e].weight == edge[e].weight);
    }
    if (notes == NULL) ck_assert_ptr_null(list.notes);
    else if (list.notes == NULL || strstr(list.notes, notes) == NULL)
        ck_abort_msg("notes are '%s'", list.notes == NULL ? "" : list.notes);
    hg_edge_list_free(&list);
    ck_assert_int_eq(hg_memory_total().current, 0);
}

/* --- SBML ----------------------------------------------------------------------------------- */

#define SBML2(content)                                                                             \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                 \
    "<sbml xmlns=\"http://www.sbml.org/sbml/level2\" level=\"2\" version=\"1\">\n"                 \
    "<model><listOfCompartments><compartment id=\"c\"/></listOfCompartments>\n" content            \
    "</model></sbml>\n"
#define SPECIES(id, name, more)                                                                    \
    "<species id=\"" id "\" name=\"" name "\" compartment=\"c\" " more "/>\n"
#define VOID SPECIES("void", "void", "boundaryCondition=\"true\"")
#define MAKES(gene, modifiers, parameters)                                                         \
    "<reaction id=\"make_" gene "\"><listOfReactants><speciesReference species=\"void\"/>"         \
    "</listOfReactants><listOfProducts><speciesReference species=\"" gene "\"/></listOfProducts>\n" \
    "<listOfModifiers>\n" modifiers "</listOfModifiers>\n<kineticLaw>"                             \
    "<math xmlns=\"http://www.w3.org/1998/Math/MathML\"><ci>" gene "</ci></math>"                  \
    "<listOfParameters>" parameters "</listOfParameters></kineticLaw></reaction>\n"
#define BY(gene) "<modifierSpeciesReference species=\"" gene "\"/>\n"
#define GIVEN(id, value) "<parameter id=\"" id "\" value=\"" value "\"/>"

START_TEST(sbml_is_read)
{
    const char *text = SBML2(
        "<listOfSpecies>" SPECIES("b", "lac I", "") SPECIES("a", "", "") VOID
        SPECIES("i", "input", "boundaryCondition=\"true\"") "</listOfSpecies>\n<listOfReactions>"
        MAKES("a", BY("b") BY("a") BY("i"), GIVEN("weight_b", "-0.30000000000000004")
              GIVEN("weight_a", "1e-300") GIVEN("weight", "3"))
        "<reaction id=\"decay\"><listOfReactants><speciesReference species=\"a\"/>"
        "</listOfReactants><listOfModifiers>" BY("b") "</listOfModifiers></reaction>"
        "</listOfReactions>");
    const char *const names[] = {"lac I", "a", "input"};
    const hg_edge edges[] = {{0, 1, -0.30000000000000004}, {1, 1, 1e-300}, {2, 1, 0.25}};
    assert_read(hg_network_sbml_read, text, 3, names, 3, edges,
                "net: neither kinetic parameters nor SBO terms tell the sign of 1 of 3 edges; "
                "their weight is network.default_weight, 0.25\nnet: 1 reaction that consumes");
}
END_TEST

START_TEST(sbo_terms_are_signs)
{
    const char *text =
        "<sbml xmlns=\"http://www.sbml.org/sbml/level3/version1/core\" level=\"3\" version=\"1\">"
        "<model><listOfCompartments><compartment id=\"c\" constant=\"true\"/></listOfCompartments>"
        "<listOfSpecies>"
        "<species id=\"x\" compartment=\"c\" hasOnlySubstanceUnits=\"true\" "
        "boundaryCondition=\"false\" constant=\"false\"/>"
        "<species id=\"y\" compartment=\"c\" hasOnlySubstanceUnits=\"true\" "
        "boundaryCondition=\"false\" constant=\"false\"/></listOfSpecies><listOfReactions>"
        "<reaction id=\"r\" reversible=\"false\" fast=\"false\"><listOfProducts>"
        "<speciesReference species=\"y\" constant=\"true\"/></listOfProducts><listOfModifiers>"
        "<modifierSpeciesReference species=\"x\" sboTerm=\"SBO:0000459\"/>"
        "<modifierSpeciesReference species=\"y\" sboTerm=\"SBO:0000020\"/></listOfModifiers>"
        "</reaction></listOfReactions></model></sbml>";
    const char *const names[] = {"x", "y"};
    const hg_edge edges[] = {{0, 1, 0.25}, {1, 1, -0.25}};
    assert_read(hg_network_sbml_read, text, 2, names, 2, edges, NULL);
}
END_TEST

START_TEST(broken_sbml_is_refused)
{
    reader *const read = hg_network_sbml_read;
    assert_refused(read, "", "net");
    assert_refused(read, "no XML", "net:1:");
    assert_refused(read, "<sbml", "net:1:6: XML content is not well-formed");
    assert_refused(read, "<?xml version=\"1.0\"?>\n<graphml/>", "net:");
    assert_refused(read, SBML2(""), "net: holds no species");
    assert_refused(read, SBML2("<listOfSpecies>" VOID "</listOfSpecies>"), "net: holds no genes");
    assert_refused(read, SBML2("<listOfSpecies>" SPECIES("a", "A", "") SPECIES("b", "A", "")
                               "</listOfSpecies>"), "net:5:");
    assert_refused(read, SBML2("<listOfSpecies>" SPECIES("a", "A", "") SPECIES("a", "B", "")
                               "</listOfSpecies>"), "net:5:");
    const char *twice = SBML2("<listOfSpecies>" SPECIES("a", "A", "") VOID "</listOfSpecies>\n"
                              "<listOfReactions>" MAKES("a", BY("a") BY("a"), GIVEN("k", "1"))
                              "</listOfReactions>");
    assert_refused(read, twice, "net:");
    ck_assert_ptr_nonnull(strstr(hg_error_message(), "the edge A -> A is given twice, first on"));
    assert_refused(read, SBML2("<listOfSpecies>" SPECIES("a", "A", "") VOID "</listOfSpecies>\n"
                               "<listOfReactions>" MAKES("a", BY("q"), GIVEN("k", "1"))
                               "</listOfReactions>"), "net:9:");
    ck_assert_ptr_nonnull(strstr(hg_error_message(), "the modifier is no species of the model"));
}
END_TEST

/* --- GeneNetWeaver -------------------------------------------------------------------------- */

static void give(hg_kinetics *kinetics, const char *const *names, const double *values, int count)
{
    *kinetics = hg_kinetics_of();
    for (int i = 0; i < count; i++)
        ck_assert_int_eq(hg_kinetics_add(kinetics, names[i], values[i]), HG_OK);
}

START_TEST(modules_have_signs)
{
    static const char *const names[] = {"numActivators_1", "numDeactivators_1", "numActivators_2",
                                        "numDeactivators_2", "a_0", "a_1", "a_2", "a_3"};
    const double enhancing[] = {1, 1, 1, 0, 0.2, 1.0, 0.0, 0.7}; /* module 1 up, module 2 down */
    const double both_ways[] = {1, 1, 1, 0, 0.2, 1.0, 0.1, 0.05};
    hg_kinetics kinetics;
    int8_t sign[4];
    give(&kinetics, names, enhancing, 8);
    hg_kinetics_genenetweaver(&kinetics, 3, sign);
    ck_assert_int_eq(sign[0], 1);
    ck_assert_int_eq(sign[1], -1); /* a deactivator of an enhancing module */
    ck_assert_int_eq(sign[2], -1);
    hg_kinetics_genenetweaver(&kinetics, 4, sign); /* more regulators than the modules have */
    for (int i = 0; i < 4; i++) ck_assert_int_eq(sign[i], 0);
    hg_kinetics_free(&kinetics);
    give(&kinetics, names, both_ways, 8);
    hg_kinetics_genenetweaver(&kinetics, 3, sign);
    ck_assert_int_eq(sign[0], 0);
    ck_assert_int_eq(sign[1], 0);
    ck_assert_int_eq(sign[2], -1);
    hg_kinetics_free(&kinetics);
    give(&kinetics, names, enhancing, 7); /* a_3 is missing */
    hg_kinetics_genenetweaver(&kinetics, 3, sign);
    for (int i = 0; i < 3; i++) ck_assert_int_eq(sign[i], 0);
    hg_kinetics_free(&kinetics);
}
END_TEST

START_TEST(dream4_is_read)
{
    const hg_config config = config_of();
    hg_edge_list list;
    ck_assert_int_eq(hg_network_file_read(&list, HG_JOBS "/networks/dream4-size10-1.xml", &config),
                     HG_OK);
    ck_assert_int_eq(list.names.count, 10);
    ck_assert_int_eq(list.count, 15);
    ck_assert_ptr_null(list.notes);
    /* G2_synthesis: ~(1) + ~(2*3), of G8, G6 and G1 */
    for (int e = 0; e < 3; e++) {
        ck_assert_int_eq(list.edges[e].target, 1);
        ck_assert(list.edges[e].weight == -0.25);
    }
    ck_assert_str_eq(list.names.name[list.edges[0].source], "G8");
    hg_edge_list_free(&list);
}
END_TEST

/* --- GraphML -------------------------------------------------------------------------------- */

#define GRAPHML(content)                                                                           \
    "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n"                                  \
    "<key id=\"n\" for=\"node\" attr.name=\"name\" attr.type=\"string\"/>\n"                       \
    "<key id=\"l\" for=\"node\" attr.name=\"label\" attr.type=\"int\"/>\n"                         \
    "<key id=\"w\" for=\"edge\" attr.name=\"weight\" attr.type=\"double\"/>\n"                     \
    "<key id=\"s\" for=\"edge\" attr.name=\"sign\" attr.type=\"string\"/>\n"                       \
    "<graph edgedefault=\"directed\">\n" content "</graph></graphml>\n"
#define NODE(id, data) "<node id=\"" id "\">" data "</node>\n"
#define EDGE(from, to, data)                                                                       \
    "<edge source=\"" from "\" target=\"" to "\">" data "</edge>\n"
#define DATA(key, value) "<data key=\"" key "\">" value "</data>"

START_TEST(graphml_is_read)
{
    const char *const names[] = {"lac I", "B"}, *const ids[] = {"x", "y"},
               *const labels[] = {"7", "8"};
    const hg_edge edges[] = {{0, 1, -0.30000000000000004}, {1, 0, -0.25}, {1, 1, 0.25}};
    assert_read(hg_network_graphml_read,
                GRAPHML(NODE("x", DATA("n", "lac I")) NODE("y", DATA("n", "B"))
                        EDGE("x", "y", DATA("w", "-0.30000000000000004"))
                        EDGE("y", "x", DATA("s", "-")) EDGE("y", "y", "")),
                2, names, 3, edges, "net: 1 of 3 edges have neither a weight nor a sign");
    const hg_edge one[] = {{0, 1, 2.0}};
    const char *weighed = GRAPHML(NODE("x", "") NODE("y", "") EDGE("x", "y", DATA("w", "2")));
    assert_read(hg_network_graphml_read, weighed, 2, ids, 1, one, NULL);
    assert_read(hg_network_graphml_read,
                GRAPHML(NODE("x", DATA("l", "7")) NODE("y", DATA("l", "8"))
                        EDGE("x", "y", DATA("w", "2"))), 2, labels, 1, one, NULL);
    const char *later = GRAPHML(EDGE("x", "y", DATA("w", "2")) NODE("x", "") NODE("&#121;", ""));
    assert_read(hg_network_graphml_read, later, 2, ids, 1, one, NULL);
    const char *alone = GRAPHML(NODE("x", "") NODE("y", ""));
    assert_read(hg_network_graphml_read, alone, 2, ids, 0, NULL, NULL);
}
END_TEST

START_TEST(numbers_of_signs_are_factors)
{
    const char *text = "<graphml><key id=\"d\" for=\"edge\" attr.name=\"sign\" attr.type=\"int\"/>"
                       "<graph edgedefault=\"directed\"><node id=\"a\"/><edge source=\"a\" "
                       "target=\"a\"><data key=\"d\">-1</data></edge></graph></graphml>";
    const char *const names[] = {"a"};
    const hg_edge edges[] = {{0, 0, -0.25}};
    assert_read(hg_network_graphml_read, text, 1, names, 1, edges, NULL);
}
END_TEST

START_TEST(broken_graphml_is_refused)
{
    reader *const read = hg_network_graphml_read;
    assert_refused(read, "", "net: an empty file");
    assert_refused(read, "no XML", "net:1:1: Document is empty");
    assert_refused(read, "<a/>", "net: holds no graph");
    assert_refused(read, "<graphml>\n<graph>\n</graphml>", "net:3:1: Opening and ending tag");
    assert_refused(read, GRAPHML(""), "net: holds no nodes");
    assert_refused(read, "<graphml><graph edgedefault=\"undirected\"><node id=\"a\"/></graph>"
                         "</graphml>", "net: an undirected graph");
    assert_refused(read, GRAPHML(NODE("x", DATA("n", "A")) NODE("y", DATA("n", "A"))),
                   "net: two nodes have the name 'A'");
    assert_refused(read, GRAPHML(NODE("x", DATA("n", "A")) NODE("y", "")),
                   "net: node 2 has no name, which others have");
    assert_refused(read, GRAPHML(NODE("x", "") EDGE("x", "x", "") EDGE("x", "x", "")),
                   "net: the edge x -> x is given twice");
    assert_refused(read, GRAPHML(NODE("x", "") EDGE("x", "x", DATA("w", "inf"))),
                   "net: the weight of an edge is not a finite number");
    assert_refused(read, GRAPHML(NODE("x", "") EDGE("x", "x", DATA("w", "much"))), "net: ");
    assert_refused(read, GRAPHML(NODE("x", "") EDGE("x", "y", "")),
                   "net:8:1: an edge names the node 'y', which is not declared");
    assert_refused(read, GRAPHML(EDGE("z", "x", "") NODE("x", "") EDGE("x", "z", "")),
                   "net:7:1: an edge names the node 'z', which is not declared");
    assert_refused(read, GRAPHML(NODE("x", "") NODE("x", "")), "net:8:1: two nodes have the id 'x'");
    assert_refused(read, GRAPHML("<!-- " NODE("y", "") " --><data key='n'><![CDATA[<node id='y'/>]]>"
                                 "</data>" NODE("x", "") EDGE("x", "y", "")),
                   "net:9:1: an edge names the node 'y'");
    assert_refused(read, GRAPHML(NODE("x", "") EDGE("x", "y", "") "</graph><graph>" NODE("y", "")),
                   "net:8:1: an edge names the node 'y'");
    assert_refused(read, "<graphml><key id='d' for='edge' attr.name='weight' attr.type='double'/>\n"
                         "<key id='l' for='edge' attr.name='weight' attr.type='long'/>\n"
                         "<graph edgedefault='directed'><node id='x'/><edge source='x' target='x'>"
                         "<data key='l'>-1</data></edge></graph></graphml>",
                   "net:2:1: the attribute 'weight' of edges has two keys");
}
END_TEST

/* --- both ----------------------------------------------------------------------------------- */

static const char *const sound[] = {
    SBML2("<listOfSpecies>" SPECIES("a", "A", "") VOID "</listOfSpecies><listOfReactions>"
          MAKES("a", BY("a"), GIVEN("k", "1")) "</listOfReactions>"),
    GRAPHML(NODE("x", DATA("n", "A")) EDGE("x", "x", ""))};
static reader *const readers[] = {hg_network_sbml_read, hg_network_graphml_read};

START_TEST(listed_genes_keep_their_order)
{
    hg_config config = config_of();
    char *genes[] = {(char[]){"B"}, (char[]){"A"}};
    for (int format = 0; format < 2; format++) {
        hg_edge_list list;
        config.network.genes = genes;
        config.network.gene_count = 2;
        ck_assert_int_eq(readers[format](&list, "net", sound[format], &config), HG_OK);
        ck_assert_int_eq(list.names.count, 2);
        ck_assert_int_eq(list.edges[0].source, 1);
        hg_edge_list_free(&list);
        config.network.gene_count = 1;
        ck_assert_int_eq(readers[format](&list, "net", sound[format], &config), HG_BAD_INPUT);
        ck_assert_ptr_nonnull(strstr(hg_error_message(), "there is no gene 'A' in network.genes"));
        hg_edge_list_free(&list);
    }
}
END_TEST

START_TEST(every_failed_allocation_is_survived)
{
    const hg_config config = config_of();
    for (int format = 0; format < 2; format++) {
        hg_status status = HG_NO_MEMORY;
        for (int k = 1; k < 80 && status != HG_OK; k++) {
            hg_edge_list list;
            hg_memory_fail_at(k);
            status = readers[format](&list, "net", sound[format], &config);
            hg_memory_fail_at(0);
            hg_edge_list_free(&list);
            if (hg_memory_total().current != 0)
                ck_abort_msg("format %d, allocation %d: memory is lost", format, k);
            ck_assert(status == HG_OK || status == HG_NO_MEMORY);
        }
        ck_assert_int_eq(status, HG_OK);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("network_formats");
    TCase *tests = tcase_create("network_formats");
    tcase_add_test(tests, sbml_is_read);
    tcase_add_test(tests, sbo_terms_are_signs);
    tcase_add_test(tests, broken_sbml_is_refused);
    tcase_add_test(tests, modules_have_signs);
    tcase_add_test(tests, dream4_is_read);
    tcase_add_test(tests, graphml_is_read);
    tcase_add_test(tests, numbers_of_signs_are_factors);
    tcase_add_test(tests, broken_graphml_is_refused);
    tcase_add_test(tests, listed_genes_keep_their_order);
    tcase_add_test(tests, every_failed_allocation_is_survived);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
