#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Draws a result: fitness over the generations with its spread, and the mean expression of every
# gene. Needs h5dump (hdf5-tools) and gnuplot.
#
#   bash jobs/plot.sh RUN.h5 [PICTURE.png|.svg|.pdf]     # default: RUN.png
set -euo pipefail

if [ $# -lt 1 ] || [ $# -gt 2 ] || [ ! -r "$1" ]; then
    echo "usage: plot.sh RUN.h5 [PICTURE.png|.svg|.pdf]; RUN.h5 must be readable" >&2
    exit 2
fi
result=$1
picture=${2:-${result%.h5}.png}
columns=500 # of the expression map: longer runs are thinned out

case "$picture" in
*.png) terminal="pngcairo size 1200,900 font 'sans,14'" ;;
*.svg) terminal="svg size 900,675 dynamic font 'sans,13' background '#ffffff'" ;;
*.pdf) terminal="pdfcairo size 16cm,12cm font 'sans,9'" ;;
*) echo "plot.sh: $picture should end in .png, .svg or .pdf" >&2; exit 2 ;;
esac

data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT

# dump DATASET [h5dump options]: its numbers, one a line, in $data/values
dump() {
    local dataset=$1
    shift
    h5dump -d "/statistics/$dataset" "$@" -y -w 1 -m %.9g -o "$data/values" "$result" >/dev/null
    sed -i -e 's/[ ,]//g; /^$/d' -e '$a\' "$data/values" # the last line ends, too
}

for name in generation fitness_mean fitness_variance fitness_min fitness_max; do
    dump $name
    mv "$data/values" "$data/$name"
done
paste "$data"/{generation,fitness_mean,fitness_variance,fitness_min,fitness_max} > "$data/fitness"

records=$(wc -l < "$data/generation")
last=$(tail -n 1 "$data/generation")
genes=$(h5dump -H -d /statistics/expression_mean "$result" |
        sed -n 's/.*SIMPLE { ( [0-9]*, \([0-9]*\) ).*/\1/p')
stride=$(( (records + columns - 1) / columns ))
dump expression_mean -s 0,0 -S "$stride,1" -c "$(( (records + stride - 1) / stride )),$genes"

# One row for each gene, the rows in the order of the genes' last levels.
awk -v genes="$genes" '
    { level[NR - 1] = $1 }
    END {
        times = int(NR / genes)
        columns = times > 1 ? times : 2 # an image has two at least: one generation is drawn twice
        for (i = 0; i < genes; i++) { # insertion sort
            last = level[(times - 1) * genes + i]
            for (j = i; j > 0 && level[(times - 1) * genes + order[j - 1]] > last; j--)
                order[j] = order[j - 1]
            order[j] = i
        }
        for (i = 0; i < genes; i++)
            for (t = 0; t < columns; t++)
                printf "%s%s", level[t % times * genes + order[i]], t < columns - 1 ? " " : "\n"
    }' "$data/values" > "$data/expression"

# quoted TEXT: for gnuplot, where an apostrophe in apostrophes is written twice
quoted() { printf '%s' "$1" | sed "s/'/''/g; 1s/^/'/; \$s/\$/'/"; }

title=$(quoted "$(basename "$result" .h5)")
output=$(quoted "$picture")
fitness=$(quoted "$data/fitness")
expression=$(quoted "$data/expression")
gnuplot <<PLOT
set terminal $terminal
set output $output
set multiplot layout 2,1
set title $title noenhanced
set lmargin at screen 0.09
set rmargin at screen 0.86
set xrange [0:$last > 0 ? $last : 1]
set yrange [0:*]
set ylabel 'fitness'
set key tmargin center vertical maxrows 1 Left reverse samplen 2
set grid lc rgb '#dddddd'
plot $fitness using 1:(\$2-sqrt(\$3)):(\$2+sqrt(\$3)) with filledcurves \
         fc rgb '#56b4e9' fs transparent solid 0.5 title '± standard deviation', \
     '' using 1:4 with lines lc rgb '#999999' title 'least and greatest', \
     '' using 1:5 with lines lc rgb '#999999' notitle, \
     '' using 1:2 with lines lw 2 lc rgb '#0072b2' title 'mean'
unset grid
unset key
unset title
set xlabel 'generation'
set ylabel 'gene, by final level'
set yrange [-0.5:$genes-0.5]
unset ytics
set cblabel 'mean expression'
set cbrange [0:*]
set palette defined (0 '#440154', 1 '#3b528b', 2 '#21918c', 3 '#5ec962', 4 '#fde725')
stats $expression matrix nooutput
step = $last > 0 ? $last / (STATS_size_x - 1.0) : 1
plot $expression matrix using (\$1*step):2:3 with image
PLOT
