/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plot.h"
static hg_status needs(const hg_plot *plot, const hg_plot_run *run){(void)plot;(void)run;return hg_fail(HG_BAD_INPUT,"not yet");}
static double height(const hg_plot *plot, const hg_plot_run *run){(void)plot;(void)run;return 1;}
static hg_status draw(hg_plot *plot, const hg_plot_run *run, const hg_plot_box *box){(void)plot;(void)run;(void)box;return HG_OK;}
const hg_figure hg_figure_network={"network","",false,false,needs,height,draw};
