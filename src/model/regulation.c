/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/config.h"
#include "model/models.h"

static const hg_model models[HG_REGULATION_MODELS] = {
    [HG_REGULATION_NONE] = {"none", "x = B", "Genes do not regulate one another.", true},
    [HG_REGULATION_ADDITIVE] = {"additive", "x = max(0, B + strength*u)",
        "Regulators add to or take from the basal level.", true},
    [HG_REGULATION_MULTIPLICATIVE] = {"multiplicative", "x = max(0, B*(1 + strength*u))",
        "Regulators scale the basal level.", true},
    [HG_REGULATION_HILL] = {"hill", "x = basal*y^n/(k^n + y^n), y = max(0, c + strength*u)",
        "Regulators act like the transcription factor c on a saturating promoter; k and n are "
        "those of expression.", true},
    [HG_REGULATION_SIGMOID] = {"sigmoid",
        "x = 1/(1 + L*exp(-M*u)), L = (1-a)/a, M = 1/(a(1-a)), a = constitutive",
        "A network of saturating genes with constitutive expression a (Rünneburger & Le Rouzic "
        "2016); basal levels and the environment do not enter.", true},
    [HG_REGULATION_SIEGAL_BERGMAN] = {"siegal_bergman", "x = 2/(1 + exp(-slope*u)) - 1",
        "Expression between -1 and 1 with a steep switch (Siegal & Bergman 2002); basal levels "
        "and the environment do not enter.", true},
    [HG_REGULATION_WAGNER] = {"wagner", "x = sign(u); where u = 0 unchanged, or 0 with at_zero: zero",
        "Genes that are on or off (Wagner 1996); basal levels and the environment do not enter.",
        true},
};

const hg_model_family hg_regulation_family = {"regulation.model", "regulation model", models,
                                              HG_REGULATION_MODELS};
