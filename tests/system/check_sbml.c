/* SPDX-License-Identifier: GPL-3.0-or-later
 * check_sbml FILE...: libSBML's consistency check. Errors, and the number of warnings, are printed;
 * exit code 1 when there are errors. */
#include <sbml/SBMLTypes.h>
#include <stdio.h>

static int check(const char *path)
{
    SBMLDocument_t *document = readSBMLFromFile(path);
    int errors = 0, warnings = 0;
    SBMLDocument_checkConsistency(document);
    const unsigned count = SBMLDocument_getNumErrors(document);
    for (unsigned i = 0; i < count; i++) {
        const XMLError_t *error = (const XMLError_t *)SBMLDocument_getError(document, i);
        if (!XMLError_isError(error) && !XMLError_isFatal(error)) {
            warnings++;
            continue;
        }
        errors++;
        printf("%s:%u:%u: %s\n", path, XMLError_getLine(error), XMLError_getColumn(error),
               XMLError_getMessage(error));
    }
    printf("%s: level %u version %u, %d errors, %d warnings\n", path,
           SBMLDocument_getLevel(document), SBMLDocument_getVersion(document), errors, warnings);
    SBMLDocument_free(document);
    return errors;
}

int main(int count, char **words)
{
    int errors = 0;
    for (int i = 1; i < count; i++) errors += check(words[i]);
    return errors > 0;
}
