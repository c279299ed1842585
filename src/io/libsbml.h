/* SPDX-License-Identifier: GPL-3.0-or-later
 * libSBML (Bornstein et al. 2008), loaded when it is needed. */
#ifndef HG_IO_LIBSBML_H
#define HG_IO_LIBSBML_H

#include <sbml/SBMLTypes.h>

#include "base/status.h"

/* What is used of it. */
#define HG_SBML_SYMBOLS(USE)                                                                       \
    USE(readSBMLFromString) USE(SBMLDocument_free) USE(SBMLDocument_getModel)                      \
    USE(SBMLDocument_getNumErrors) USE(SBMLDocument_getError)                                      \
    USE(XMLError_isError) USE(XMLError_isFatal) USE(XMLError_getLine) USE(XMLError_getColumn)      \
    USE(XMLError_getMessage) USE(XMLError_getErrorId)                                              \
    USE(Model_getNumSpecies) USE(Model_getSpecies) USE(Model_getNumReactions)                      \
    USE(Model_getReaction)                                                                         \
    USE(Species_getId) USE(Species_getName) USE(Species_getBoundaryCondition)                      \
    USE(Species_getConstant)                                                                       \
    USE(Reaction_getNumReactants) USE(Reaction_getReactant) USE(Reaction_getNumProducts)           \
    USE(Reaction_getProduct) USE(Reaction_getNumModifiers) USE(Reaction_getModifier)               \
    USE(Reaction_getKineticLaw) USE(SpeciesReference_getSpecies)                                   \
    USE(KineticLaw_getNumParameters) USE(KineticLaw_getParameter)                                  \
    USE(KineticLaw_getNumLocalParameters) USE(KineticLaw_getLocalParameter)                        \
    USE(Parameter_getId) USE(Parameter_getValue) USE(Parameter_isSetValue)                         \
    USE(LocalParameter_getId) USE(LocalParameter_getValue) USE(LocalParameter_isSetValue)          \
    USE(SBase_getLine) USE(SBase_getColumn) USE(SBase_getSBOTerm)                                  \
    USE(SBML_parseL3Formula) USE(ASTNode_free) USE(writeMathMLToString)

/** Its functions by their own names: `sbml->Model_getNumSpecies(model)`. */
typedef struct hg_sbml {
#define HG_MEMBER(name) __typeof__(&(name)) (name);
    HG_SBML_SYMBOLS(HG_MEMBER)
#undef HG_MEMBER
} hg_sbml;

/** Loads libSBML; HG_IO where that cannot be. */
hg_status hg_sbml_load(const hg_sbml **sbml);

#endif
