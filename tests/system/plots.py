# SPDX-License-Identifier: GPL-3.0-or-later
"""happygene plot: each figure in each format is what it should be, the data that gnuplot gets are
those of the file, and nothing that a file or a name holds breaks or directs gnuplot.

plots.py PROGRAM JOBS FOLDER
"""
import os
import re
import shutil
import struct
import subprocess
import sys
from xml.etree import ElementTree

from common import Program, Verdict, require

require("h5py", "numpy")
import h5py  # noqa: E402
import numpy as np  # noqa: E402

for tool, package in (("gnuplot", "gnuplot-nox"), ("pdfinfo", "poppler-utils")):
    if shutil.which(tool) is None:
        sys.exit(f"FAILED: {tool} is missing; on Debian: apt-get install {package}")
program, jobs, folder = Program(sys.argv[1]), sys.argv[2], sys.argv[3]
verdict = Verdict()
check = verdict.check
shutil.rmtree(folder, ignore_errors=True)
os.makedirs(folder)
os.chdir(folder)

HOSTILE = ["it's", 'a "b"', "@home", "`touch pwned`", "a_b^c{/Symbol x}", "%s%n 1%", "$x <<EOD",
           "back\\slash\\n", "; system('touch pwned')", "'; system 'touch pwned'; x='",
           "EOD", "éß→漢", "#note", "~a & <b>"]

ALIVE = """
run: {{name: {name}, seed: {seed}, generations: {generations}}}
population: {{individuals: {individuals}, initial: {{basal: {{distribution: uniform, low: 0.1, high: 1}}}}}}
network: {{genes: {genes}, edges: {edges}, weights: heritable}}
environment: {{temperature: {{series: sine, mean: 30, amplitude: 5, period: 20}}}}
regulation: {{model: additive}}
fitness: [{{model: gaussian, optimum: {optimum}, strength: 0.5}}]
mutation: {{basal: {{rate: 0.05, sd: 0.1}}, weights: {{rate: 0.01, sd: 0.1}}}}
output: {{ancestry: true, snapshots: {{every: 10, fields: [basal, expression, fitness]}}}}
"""


def write(path, **given):
    values = dict(name="alive", seed=5, generations=40, individuals=60, optimum="0.5",
                  genes="[a, b, c, d]",
                  edges="[[a, b, 0.5], [b, a, -0.25], [c, c, 0.5], [d, c, -1]]")
    values.update(given)
    with open(path, "w", encoding="utf-8") as file:
        file.write(ALIVE.format(**values))
    return path


def call(*words, code=0, says="", quiet=True):
    """Runs happygene plot; checks its code and message, and that a failure leaves nothing."""
    before = set(os.listdir("."))
    got, out, err = program.call("plot", *words)
    what = f"plot {' '.join(words)}"
    check(got == code, f"{what}: exit code {got} instead of {code}: {err}")
    check(re.search(says, err) is not None, f"{what}: {says!r} is not in: {err}")
    if code != 0:
        check(set(os.listdir(".")) == before, f"{what}: leaves {set(os.listdir('.')) - before}")
        check(len(err.strip().splitlines()) == 1, f"{what}: not one message: {err}")
    elif quiet:
        check("gnuplot" not in err, f"{what}: gnuplot complains: {err}")
    check(not [n for n in os.listdir(".") if re.search(r"\.(png|svg|pdf|gp)\.", n)],
          f"{what}: a temporary file is left")
    return out, err


# --- formats ------------------------------------------------------------------------------------

def png_size(path):
    data = open(path, "rb").read()
    check(data[:8] == b"\x89PNG\r\n\x1a\n" and data[-8:-4] == b"IEND", f"{path}: no whole PNG")
    return struct.unpack(">II", data[16:24])


def svg_texts(path):
    root = ElementTree.parse(path).getroot()
    check(root.tag == "{http://www.w3.org/2000/svg}svg", f"{path}: {root.tag}")
    return ["".join(e.itertext()) for e in root.iter("{http://www.w3.org/2000/svg}text")]


def pdf_info(path):
    done = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=False)
    check(done.returncode == 0, f"{path}: pdfinfo: {done.stderr}")
    words = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=False)
    return done.stdout, words.stdout


TITLES = {"fitness": ["Fitness", "mean ± s.d.", "extremes", "generation", "fitness"],
          "expression": ["Mean expression", "generation", "a", "b", "c", "d"],
          "phenotypes": ["Fitness of individuals", "Mean expression of individuals", "20"],
          "optimum": ["optimum", "generation 0", "generation 40", "expression"],
          "environment": ["Environment", "temp. / °C", "constant: TF conc. 0, nutrients 1"],
          "ancestry": ["Ancestors of the last generation", "lineages", "individuals", "generation"],
          "network": ["activates", "represses", "a", "d"],
          "performance": ["Time of each phase", "time / s", "reproduction"]}

program.run(write("alive.yaml"), "alive.h5")
for figure, titles in TITLES.items():
    call("alive.h5", "--what", figure, "-o", "x.png", "--size", "12.7,10")
    check(png_size("x.png") == (1500, 1181), f"{figure}: size {png_size('x.png')}")
    call("alive.h5", "--what", figure, "-o", "x.svg")
    texts = svg_texts("x.svg")
    for title in ["alive", *titles]:
        check(title in texts, f"{figure}: '{title}' is not among {texts}")
    call("alive.h5", "--what", figure, "-o", "x.pdf", "--size", "12.7,10")
    info, words = pdf_info("x.pdf")
    check(re.search(r"Page size: +360 x 28[34]", info), f"{figure}: {info}")
    check(titles[0] in words, f"{figure}: '{titles[0]}' is not in the PDF")
    call("alive.h5", "--what", figure, "-o", "x.gp")
    done = subprocess.run(["gnuplot", "-d", "x.gp"], capture_output=True, check=False)
    check(done.returncode == 0 and not done.stderr and b"</svg>" in done.stdout[-20:],
          f"{figure}: the script does not draw: {done.stderr}")
out, _ = call("alive.h5")
check(out == "alive.png\n", f"the picture's name is {out!r}")
check(png_size("alive.png")[0] == 1890, "16 cm at 300 dots an inch are 1890 dots")
out, _ = call("alive.h5", "--quiet", "-o", "x.PNG")
check(out == "", "--quiet says something")
call("alive.h5", "--what", "all", "-o", "all.svg")
for titles in TITLES.values():
    check(set(titles) <= set(svg_texts("all.svg")), f"all: {titles} are not all there")

call("alive.h5", "--what", "expression,phenotypes", "-o", "x.svg")
groups = [g for g in ElementTree.parse("x.svg").getroot().iter("{http://www.w3.org/2000/svg}g")
          if g.get("shape-rendering")]
check({(len(g) > 1, g.get("shape-rendering").strip()) for g in groups} ==
      {(False, "auto"), (True, "crispEdges")}, "edges of shapes by themselves are smooth, no others")

# --- the data are those of the file ---------------------------------------------------------------


def blocks(path):
    """The data blocks of a script, as arrays."""
    found = {}
    for match in re.finditer(r"^\$(\w+) << EOD\n(.*?)^EOD$", open(path, encoding="utf-8").read(),
                             re.M | re.S):
        rows = [line.split() for line in match[2].splitlines() if line.strip()]
        found[match[1]] = np.array(rows, dtype=float)
    return found


def close(a, b, what, tolerance=1e-9):
    a, b = np.asarray(a), np.asarray(b)
    check(a.shape == b.shape and np.allclose(a, b, rtol=tolerance, atol=tolerance),
          f"{what}: {a.shape} {a.ravel()[:5]} instead of {b.shape} {b.ravel()[:5]}")


def script(*words):
    call(*words, "-o", "data.gp")
    return blocks("data.gp")


file = h5py.File("alive.h5")
statistics, snapshots = file["statistics"], file["snapshots"]
generation = statistics["generation"][:]
data = script("alive.h5", "--what", "fitness")
for column in ("mean", "min", "max"):
    close(data[f"fitness_{column}_1"],
          np.column_stack([generation, statistics[f"fitness_{column}"][:]]), f"fitness {column}")


def band(values):
    """The outline of mean and standard deviation, as far as the extremes, and whether it is cut."""
    generations, middle, low, high = (values[name][:] for name in (
        "generation", "fitness_mean", "fitness_min", "fitness_max"))
    spread = np.sqrt(values["fitness_variance"][:])
    below, above = np.maximum(middle - spread, low), np.minimum(middle + spread, high)
    outline = np.concatenate([np.column_stack([generations, below]),
                              np.column_stack([generations, above])[::-1]])
    return outline, (below > middle - spread).any() or (above < middle + spread).any()


outline, cut = band(statistics)
check(not cut, "nothing to be clipped in this run")
close(data["fitness_band_1"], outline, "fitness band")

levels = statistics["expression_mean"][:].T
data = script("alive.h5", "--what", "expression", "--order", "file")
close(data["expression_1"], levels, "expression", 1e-5)
data = script("alive.h5", "--what", "expression", "--order", "variance")
close(data["expression_1"], levels[np.argsort(-levels.var(axis=1))], "by variance", 1e-5)
data = script("alive.h5", "--what", "expression", "--order", "file", "--scale", "gene")
low, high = levels.min(axis=1, keepdims=True), levels.max(axis=1, keepdims=True)
close(data["expression_1"], (levels - low) / (high - low), "scaled by gene", 1e-5)

fitness = snapshots["fitness"][:]
data = script("alive.h5", "--what", "phenotypes", "--generation", "0,20,40")
for i, g in enumerate((0, 20, 40)):
    row = list(snapshots["generation"][:]).index(g)
    for number, values in ((1, fitness[row]), (2, snapshots["expression"][row].mean(axis=1))):
        close(data[f"sample_{number}_1_{i + 1}_quartiles"][0, 1:],
              np.quantile(values, [0.25, 0.5, 0.75]), f"quartiles {number} of {g}")
        outline = data[f"sample_{number}_1_{i + 1}"]
        close([outline[:, 1].min(), outline[:, 1].max()], [values.min(), values.max()],
              f"range {number} of {g}")
        place, half = i, 0.42
        grid, sample = outline[:129, 1], np.sort(values)
        spread = min(values.std(ddof=1), np.subtract(*np.quantile(values, [0.75, 0.25])) / 1.34)
        width = 0.9 * spread * len(values) ** -0.2
        density = np.exp(-0.5 * ((grid[:, None] - sample) / width) ** 2).sum(axis=1)
        close((place - outline[:129, 0]) / half, density / density.max(),
              f"density {number} of {g}", 0.02)
data = script("alive.h5", "--what", "phenotypes", "--gene", "c", "--generation", "10")
close(data["sample_1_1_1_quartiles"][0, 1:],
      np.quantile(snapshots["expression"][1][:, 2], [0.25, 0.5, 0.75]), "quartiles of a gene")

data = script("alive.h5", "--what", "optimum")
spread = np.sqrt(statistics["expression_variance"][:]).T
check((levels < spread).any(), "no standard deviation would reach below 0")
for name, row in (("start", 0), ("end", -1)):
    close(data[f"optimum_{name}_1"],
          np.column_stack([range(4), [0.5] * 4, levels[:, row],
                           np.maximum(levels - spread, 0)[:, row], (levels + spread)[:, row]]),
          f"optimum {name}")
data = script("alive.h5", "--what", "environment")
close(data["temperature_1"], np.column_stack([generation, statistics["temperature"][:]]),
      "temperature")
check("nutrients_1" not in data, "a constant quantity has a panel")
data = script("alive.h5", "--what", "ancestry")
parents, living = file["ancestry/parent"][:], np.arange(60)
lines = [len(living)]
for row in parents[:0:-1]:
    living = np.unique(row[living])
    lines.insert(0, len(living))
close(data["lineages_1"], np.column_stack([np.arange(41), lines]), "lineages")
check("lineages_expected" not in data, "neutral expectation of a run with selection")
data = script("alive.h5", "--what", "network")
weights, ends = statistics["weight_mean"][-1], file["network/edge_target"][:]
check(len(data["genes_1"]) == 4 and len(data["edges_1"]) == 4, f"network: {data.keys()}")
loops = sum(len(data[f"loops_1_{s}"]) > 1 for s in range(1, 7))
check(loops == 1, f"network: {loops} loops")
check(sorted(data["edges_1"][:, 4] > 3) == sorted(weights < 0), "network: signs of the edges")
data = script("alive.h5", "--what", "performance")
times = dict(zip(file["performance/phase"].asstr()[:], file["performance/seconds_mean"][:]))
close(data["time_1"][-1][[0, 5]], [max(times.values()),
                                  100 * max(times.values()) / sum(times.values())], "longest phase")

# a moving optimum, by gene; diploids; demes with environments of their own
program.run(write("moving.yaml", optimum="{series: ramp, from: 0, to: 1, start: 0, end: 40}"),
            "moving.h5", ["population.ploidy=2", "population.demes=3",
                          "environment.nutrients={series: ar1, mean: 0.5, sd: 0.1, "
                          "autocorrelation: 0.9}", "migration.scheme=island", "migration.rate=0.1"])
with h5py.File("moving.h5") as other:
    data = script("moving.h5", "--what", "optimum,environment,phenotypes", "--gene", "b")
    close(data["level_1_0"][:, 1], other["statistics/expression_mean"][:, 1], "level of b")
    close(data["optimum_1_0"][:, 1], other["statistics/optimum"][:, 1], "optimum of b")
    close(data["nutrients_1_deme_2"][:, 1], other["statistics/demes/nutrients"][:, 2], "a deme")
call("moving.h5", "--what", "all", "-o", "x.svg")
check("mean of the demes (grey)" in svg_texts("x.svg"), "the demes' legend")

# --- a given height, with and without notes -------------------------------------------------------------


def heights(*words):
    """Of the page and of its foot."""
    _, err = call(*words, "-o", "data.gp")
    text = open("data.gp", encoding="utf-8").read()
    return [float(re.search(rf"^{name} = (\S+)", text, re.M)[1]) for name in "HF"], err


check(heights("alive.h5", "--what", "fitness", "--size", "8.5,7")[0] == [7, 0], "room for notes that are not there")
shutil.copy("alive.h5", "again.h5")
(height, foot), err = heights("alive.h5", "again.h5", "--what", "fitness", "--size", "16,7")
check(height == 7 and foot == 0.47 and err.count("note") == 1, f"a line of notes: {foot} {err}")
(height, foot), err = heights("alive.h5", "again.h5", "--what", "fitness", "--size", "6.5,7")
check(height == 7 and foot == 0.79 and err.count("note") == 1, f"in two lines: {foot} {err}")

# --- scales of the map -----------------------------------------------------------------------------------
many = "[" + ", ".join(f"g{i}" for i in range(12)) + "]"
basal = "population.initial.basal=[5000" + ", 1" * 11 + "]"
program.run(write("uneven.yaml", genes=many, edges="[]"), "uneven.h5",
            [basal, "network.weights=shared", "fitness=[{model: neutral}]",
             "output.snapshots.fields=[basal]", "mutation={basal: {rate: 0.5, sd: 0.1}}"])
with h5py.File("uneven.h5") as other:
    levels = other["statistics/expression_mean"][:].T
low, high = levels.min(axis=1, keepdims=True), levels.max(axis=1, keepdims=True)
uneven = ["uneven.h5", "--what", "expression", "--order", "file"]
close(script(*uneven)["expression_1"], (levels - low) / (high - low), "a scale of each gene", 1e-5)
close(script(*uneven, "--scale", "common")["expression_1"], levels, "a common scale", 1e-5)
_, err = call(*uneven, "-o", "x.svg")
check("On a common scale most genes would look alike" in err, f"not noted: {err}")
check({"Mean expression, scaled by gene", "min", "max"} <= set(svg_texts("x.svg")), "not said")
_, err = call(*uneven, "--scale", "common", "-o", "x.svg")
check("scale" not in err and "Mean expression" in svg_texts("x.svg"), f"asked for: {err}")
program.run("uneven.yaml", "still.h5", [basal, "network.weights=shared", "fitness=[{model: neutral}]",
                                        "output.snapshots.fields=[basal]", "mutation={basal: {rate: 0}}"])
call("still.h5", "--what", "expression", "-o", "x.svg")
check("Mean expression" in svg_texts("x.svg"), "genes that do not change need no scale of their own")

# --- several runs ------------------------------------------------------------------------------------
program.run(write("second.yaml", name="second", seed=6, generations=30), "second.h5")
call("alive.h5", "second.h5", "--what", "all", "-o", "x.svg")
texts = svg_texts("x.svg")
check({"alive", "second", "Mean expression – alive", "Mean expression – second",
       "Fitness: mean ± s.d. (clipped), extremes"} <= set(texts), f"two runs: {texts}")
data = script("second.h5", "--what", "fitness")
with h5py.File("second.h5") as other:
    outline, cut = band(other["statistics"])
    check(cut, "a band that reaches beyond the extremes is wanted here")
    close(data["fitness_band_1"], outline, "clipped band")
call("second.h5", "--what", "fitness", "-o", "x.svg")
check("Fitness (s.d. clipped at the extremes)" in svg_texts("x.svg"), "clipping is not said")
_, err = call("alive.h5", "second.h5", "--what", "fitness", "-o", "x.svg")
check("same run" not in err, f"two runs are the same: {err}")
for figure, axis in (("expression", "cb"), ("optimum", "y")):
    each = []
    for runs in (["alive.h5"], ["second.h5"], ["alive.h5", "second.h5"], ["second.h5", "alive.h5"]):
        call(*runs, "--what", figure, "--scale", "common", "-o", "x.gp", "-q")
        ranges = re.findall(rf"set {axis}range \[(\S+):(\S+)\]", open("x.gp", encoding="utf-8").read())
        ranges = [(float(low), float(high)) for low, high in ranges]
        each.append([(low, high) for low, high in ranges if low <= high])  # a map's rows go down
    first, second, both, turned = each
    low, high = (choose(first[0][k], second[0][k]) for k, choose in ((0, min), (1, max)))
    check(first != second and both == turned and both[0] == both[1] and len(both) == 2 and
          both[0][0] <= low and high <= both[0][1] < high + 0.04 * (high - low),
          f"{figure} of two runs on the same axes: {each}")
shutil.copy("alive.h5", "copy.h5")
same = "alive.h5 and copy.h5 hold the same run: their lines coincide."
_, err = call("alive.h5", "second.h5", "copy.h5", "--what", "fitness", "-o", "x.svg")
check(err.count("same run") == 1 and same in err, f"the same run twice: {err}")
texts = svg_texts("x.svg")
check({"alive", "copy", "second", same} <= set(texts),
      f"runs of the same title go by their files: {texts}")
call("alive.h5", "alive.h5", "--what", "fitness", "-o", "x.svg")
check({"alive.h5", "alive.h5 (2)"} <= set(svg_texts("x.svg")), "the same file twice")
os.mkdir("other")
shutil.copy("alive.h5", "other/alive.h5")
call("alive.h5", "other/alive.h5", "--what", "fitness", "-o", "x.svg")
check("other/alive.h5" in svg_texts("x.svg"), "files of the same name go by their paths")
call(*["alive.h5"] * 12, "--what", "fitness,performance", "-o", "x.svg")
call(*["alive.h5"] * 40, "--what", "fitness", "-o", "x.gp")
styles = re.findall(r"linecolor rgb '(#\w+)' dashtype (\S+) title", open("x.gp", encoding="utf-8").read())
check(len(styles) == 40 and len(set(styles)) == 40, f"lines of 40 runs: {len(set(styles))} styles")

# environments that are the same, or constant
call("alive.h5", "second.h5", "--what", "environment", "-o", "x.svg")
texts = svg_texts("x.svg")
check("Environment, the same in all runs" in texts and "alive" not in texts, f"the same: {texts}")
program.run("alive.yaml", "cold.h5", ["run.name=cold", "environment.temperature=20"])
call("alive.h5", "second.h5", "cold.h5", "--what", "environment", "-o", "x.gp")
styles = re.findall(r"(#\w+)' dashtype 1 title \"(\w+)\"", open("x.gp", encoding="utf-8").read())
check([name for _, name in styles] == ["alive", "second", "cold"] and
      styles[0][0] == styles[1][0] != styles[2][0], f"lines that coincide: {styles}")
call("cold.h5", "--what", "environment", "-o", "x.svg")
check({"Constant environment", "TF conc. 0, temp. 20 °C, nutrients 1"} <= set(svg_texts("x.svg")),
      f"constant: {svg_texts('x.svg')}")
call("cold.h5", "--what", "all", "-o", "x.png")

program.run("alive.yaml", "basal.h5", ["output.snapshots.fields=[basal]"])
_, err = call("alive.h5", "basal.h5", "--what", "phenotypes", "-o", "x.svg")
check("Basal levels are drawn" in err and "Fitness is left out" in err, f"not noted: {err}")
check("Mean basal level of individuals" in svg_texts("x.svg"), "like beside like")
data = script("alive.h5", "basal.h5", "--what", "phenotypes")
close(data["sample_1_1_1_quartiles"][0, 2], data["sample_1_2_1_quartiles"][0, 2], "the same run")
call(*["alive.h5"] * 9, "--what", "phenotypes", "-o", "x.svg", code=65, says="9 runs; allowed: at most 8")
_, err = call("alive.h5", "second.h5", "--what", "phenotypes", "-o", "x.svg")
check("4 generations are drawn, which all runs have" in err, f"not noted: {err}")

# --- axes ---------------------------------------------------------------------------------------------
program.run("alive.yaml", "large.h5", ["population.initial.basal=3e6", "run.generations=2",
                                      "fitness=[{model: neutral}]", "mutation.basal.sd=1e5"])
call("large.h5", "--what", "expression,phenotypes", "-o", "x.svg")
texts = svg_texts("x.svg")
check("×10⁶" in texts and not [t for t in texts if re.search("e[+]", t)], f"large numbers: {texts}")
check([t for t in texts if t in ("0", "1", "2")] and "0.5" not in texts[:12], f"whole tics: {texts}")
many = "population: {individuals: 40, genes: 60, initial: {basal: {distribution: uniform, low: 0, high: 1}}}\n"
with open("many.yaml", "w", encoding="utf-8") as ranked:
    ranked.write("run: {seed: 1, generations: 5}\n" + many +
                 "fitness: [{model: gaussian, optimum: 0.4, strength: 1}]\n")
program.run("many.yaml", "many.h5")
data = script("many.h5", "--what", "optimum")
with h5py.File("many.h5") as other:
    for name, row in (("start", 0), ("end", -1)):
        close(data[f"optimum_{name}_1"], np.column_stack(
            [range(1, 61), np.sort(other["statistics/expression_mean"][row])]), f"ranks {name}")
call("alive.h5", "--what", "all", "--size", "8.5,6", code=2, says="too small .* allowed: from 13,")

# --- several optima -----------------------------------------------------------------------------------
several = ["fitness=[{model: gaussian, optimum: [1, 2, 3, 4], strength: 0.1}, neutral, "
           "{model: gaussian, optimum: {series: steps, values: [0, 1], duration: 9}, strength: 0.5}, "
           "{model: gaussian, optimum: {series: ramp, from: 1, to: 2, start: 0, end: 40}}]"]
program.run("alive.yaml", "several.h5", several)
data = script("several.h5", "--what", "optimum")
with h5py.File("several.h5") as other:
    optimum, component = other["statistics/optimum"][:], other["statistics/component"][:]
    check(optimum.shape == (41, 3, 4) and list(component) == [0, 2, 3], f"axes {optimum.shape}")
    check(np.array_equal(optimum[:, 0], np.tile([1, 2, 3, 4], (41, 1))), "an optimum that does not vary")
    close(data["optimum_1_1"][:, 1], optimum[:, 2, 0], "the optimum of component 3")
    close(data["optimum_1_0"][[0, 1, 2], 1], optimum[[0, 8, 9], 1, 0], "the optimum of component 2")
call("several.h5", "--what", "optimum", "-o", "x.svg")
check({"optimum (component 2)", "optimum (component 3)"} <= set(svg_texts("x.svg")), "which components")

# --- steps, few values, decades ----------------------------------------------------------------------
program.run(write("steps.yaml", optimum="{series: steps, values: [0, 1, 0.5], duration: 9}"),
            "steps.h5", ["environment.temperature={series: table, at: [0, 15], values: [20, 30]}",
                         "environment.nutrients={series: table, at: [0, 10, 20], values: [1, 0.5, 1], "
                         "interpolation: linear}"])
data = script("steps.h5", "--what", "optimum,environment")
close(data["temperature_1"], [[0, 20], [15, 20], [15, 30], [40, 30]], "a table that is held")
close(data["optimum_1_0"], [[0, 0], [9, 0], [9, 1], [18, 1], [18, 0.5], [27, 0.5], [27, 0], [36, 0],
                            [36, 1], [40, 1]], "steps")
close(data["nutrients_1"][:, 1], np.interp(range(41), [0, 10, 20], [1, 0.5, 1]), "a table of slopes")

program.run("alive.yaml", "few.h5", ["population.individuals=200", "regulation.model=none",
                                     "fitness=[{model: threshold, threshold: 0.5}]"])
with h5py.File("few.h5") as other:
    data = script("few.h5", "--what", "phenotypes", "--generation", "0")
    share = np.mean(other["snapshots/fitness"][0])
    check(0.2 < share < 0.8, f"{share} of the founders are fit")
    bars = data["sample_1_1_1"]
    close(bars, [[-0.42 * (1 - share), 0, 0.84 * (1 - share), 1],
                 [-0.42 * share, 1, 0.84 * share, 1]],
          "bars as long as their shares", 1e-5)
    check(len(data["sample_2_1_1"]) == 258, "many values are a shape")
call("few.h5", "--what", "phenotypes", "-o", "x.png")
call("few.h5", "--what", "phenotypes", "-o", "x.png", "--size", "8.5,9")
call("few.h5", "--what", "phenotypes", "-o", "x.png", "--size", "8.5,7", code=2,
     says="phenotypes: --size leaves no room for 2 panels; allowed: 13 cm of width")
program.run("few.h5", "near.h5", ["fitness=[{model: neutral}]", "mutation.basal.rate=0.001",
                                  "run.generations=400", "population.individuals=40",
                                  "output.snapshots.every=0"])
with h5py.File("near.h5") as other:
    values, counts = np.unique(other["snapshots/basal"][-1][:, 0], return_counts=True)
    data = script("near.h5", "--what", "phenotypes", "--gene", "a", "--generation", "400")
    close(data["sample_1_1_1"][:, 1:3], np.column_stack([values, 0.84 * counts / 40]), "each allele", 1e-5)

deep = ["fitness=[{model: gaussian, optimum: {series: steps, values: [0.5, 3], duration: 20}, "
        "strength: 3}]"]
program.run("alive.yaml", "deep.h5", deep)
call("deep.h5", "--what", "fitness,phenotypes", "-o", "x.svg")
texts = svg_texts("x.svg")
check(texts.count("fitness (logarithmic)") == 2 and {"10⁻⁶", "1"} <= set(texts),
      f"many decades on a logarithmic axis: {texts}")
call("deep.h5", "--what", "fitness,phenotypes", "--axis", "linear", "-o", "x.svg")
texts = svg_texts("x.svg")
check(texts.count("fitness") == 2 and "10⁻⁶" not in texts, f"--axis linear: {texts}")
call("alive.h5", "--what", "fitness", "--axis", "log", "-o", "x.svg")
check("fitness (logarithmic)" in svg_texts("x.svg"), "--axis log")
with h5py.File("deep.h5") as other:
    data = script("deep.h5", "--what", "phenotypes", "--generation", "20")
    values = np.log10(other["snapshots/fitness"][2])
    check(other["statistics/fitness_mean"][:].min() * 1000 < other["statistics/fitness_mean"][:].max(),
          "no three decades")
data = script("deep.h5", "--what", "phenotypes", "--generation", "20", "--axis", "log")
outline = data["sample_1_1_1"]
close(np.log10([outline[:, 1].min(), outline[:, 1].max()]), [values.min(), values.max()],
      "the shape on a logarithmic axis")
close(np.log10(data["sample_1_1_1_quartiles"][0, 1:]), np.quantile(values, [0.25, 0.5, 0.75]),
      "its quartiles")
shutil.copy("deep.h5", "zeros.h5")
with h5py.File("zeros.h5", "r+") as other:
    other["statistics/fitness_min"][5] = 0
    other["statistics/fitness_min"][6] = 1e-200
_, err = call("zeros.h5", "--what", "fitness", "-o", "x.svg")
words = re.search(r"Fitness below 1e-(\d+), also that of 0, is drawn on the lower edge", err)
check(words is not None, f"not noted: {err}")
call("zeros.h5", "--what", "fitness", "-o", "x.gp")
text = open("x.gp", encoding="utf-8").read()
low = re.search(r"fitness_min_1 using 1:\(\$2 < (\S+) \? (\S+) :", text)
check(low is not None and f"set yrange [{low[2]}:" in text and float(low[2]) < float(low[1]),
      "zeros are not held at the edge")
with h5py.File("zeros.h5", "r+") as other:
    for name in ("mean", "min", "max"):
        other[f"statistics/fitness_{name}"][:] = 0
_, err = call("zeros.h5", "--what", "fitness", "--axis", "log", "-o", "x.svg")
check("No mean fitness is above 0: its axis is linear" in err, f"not noted: {err}")
program.run("alive.yaml", "same.h5", ["fitness=[{model: neutral}]"])
call("same.h5", "--what", "fitness,phenotypes", "--axis", "log", "-o", "x.png")
call("alive.h5", "--axis", "square", code=2, says="--axis square: allowed: linear, log")

# --- long, large, flat, few ---------------------------------------------------------------------------
program.run(write("long.yaml", individuals=5), "long.h5",
            ["run.generations=5000", "output.snapshots.every=0"])
data = script("long.h5")
with h5py.File("long.h5") as other:
    mean = other["statistics/fitness_mean"][:]
    drawn = data["fitness_mean_1"]
    check(1000 < len(drawn) <= 1202, f"{len(drawn)} of 5001 records are drawn")
    close(drawn[:, 1], mean[drawn[:, 0].astype(int)], "thinned out")
    for i in range(600):
        piece = mean[5001 * i // 600:5001 * (i + 1) // 600]
        check(piece.max() in drawn[:, 1].round(9) or np.isclose(piece.max(), drawn[:, 1],
                                                              rtol=1e-9).any(), f"piece {i}")
    levels = other["statistics/expression_mean"][:].T
    data = script("long.h5", "--what", "expression", "--order", "file")
    close(data["expression_1"][:, :555], levels[:, :4995].reshape(4, 555, 9).mean(axis=2),
          "columns are means", 1e-5)
_, err = call("long.h5", "-o", "x.svg")
check("the least and the greatest" in err and "mean of 9 records" in err, f"not noted: {err}")
check(any("mean of 9 records" in text for text in svg_texts("x.svg")), "no note in the picture")
check(os.path.getsize("x.svg") < 700000, f"{os.path.getsize('x.svg')} bytes")

program.run(f"{jobs}/tiny.yaml", "tiny.h5")
call("tiny.h5", "--what", "all", "-o", "x.svg")
data = script("tiny.h5", "--what", "phenotypes")
with h5py.File("tiny.h5") as other:
    close(np.sort(data["sample_1_1_1"][:, 1]), np.sort(other["snapshots/fitness"][0]),
          "each of few individuals")
program.run("alive.yaml", "same7.h5", ["population.individuals=7", "fitness=[{model: neutral}]",
                                       "run.generations=0"])
places = script("same7.h5", "--what", "phenotypes")["sample_1_1_1"][:, 0]
check(len(set(places)) == 7, f"individuals of the same fitness hide each other: {places}")
with open("flat.yaml", "w", encoding="utf-8") as file:
    file.write("run: {seed: 1, generations: 20}\nmutation: {basal: {rate: 0}}\n"
               "population: {individuals: 50, genes: 3, initial: {basal: 0.5}}\n"
               "fitness: [{model: neutral}]\n")
program.run("flat.yaml", "flat.h5")
call("flat.h5", "--what", "all", "-o", "x.png")
program.run(f"{jobs}/ecoli.yaml", "ecoli.h5", ["population.individuals=10", "run.generations=3"])
data = script("ecoli.h5")
check(data["expression_1"].shape == (400, 4), f"1565 genes: {data['expression_1'].shape}")
call("ecoli.h5", "--what", "ancestry", "-o", "x.png", code=65,
     says="ecoli.h5: its ancestry was not recorded")
call("ecoli.h5", "--what", "network", "-o", "x.png", code=65,
     says="ecoli.h5: a network of 1565 genes .* up to 40.*export ecoli.h5 --table dot")

# --- one generation, none, unfinished, damaged, foreign ------------------------------------------------
program.run(f"{jobs}/tiny.yaml", "one.h5", ["run.generations=0"])
call("one.h5", "--what", "fitness", "-o", "x.png", code=65,
     says="one.h5: only generation 0 is recorded")
call("one.h5", "--what", "phenotypes", "-o", "x.png")
call("one.h5", "-o", "x.png") # what suits it


def spoil(name, change):
    shutil.copy("alive.h5", name)
    with h5py.File(name, "r+") as other:
        change(other)
    return name


def unfinish(other):
    other.attrs["complete"] = np.int64(0)
    other.attrs["generations_done"] = np.int64(17)


spoil("unfinished.h5", unfinish)
_, err = call("unfinished.h5", "-o", "x.svg")
check("unfinished, drawn up to generation 17" in err, f"unfinished: {err}")
check(any("drawn up to generation 17" in text for text in svg_texts("x.svg")), "no note of it")
data = script("unfinished.h5")
check(data["fitness_mean_1"][-1, 0] == 17, "drawn beyond what counts")
spoil("none.h5", lambda f: f.attrs.__setitem__("generations_done", np.int64(-1)))
for figure in TITLES:
    if figure not in ("network", "performance"):
        call("none.h5", "--what", figure, "-o", "x.png", code=65, says="none.h5: .*recorded")


def replace(path, values):
    def change(other):
        del other[path]
        other[path] = values
    return change


spoil("short.h5", replace("statistics/fitness_mean", np.zeros(3)))
call("short.h5", "-o", "x.png", code=65, says="short.h5: /statistics/fitness_mean: ")
spoil("nan.h5", lambda f: f["statistics/fitness_mean"].__setitem__(slice(3, 6), np.nan))
spoil("nan.h5", lambda f: [f[f"statistics/{n}"].__setitem__(5, v) for n, v in
                           (("fitness_mean", np.nan), ("fitness_max", np.inf),
                            ("expression_mean", 1e308), ("temperature", -np.inf))])
call("nan.h5", "--what", "all", "-o", "x.png")
spoil("holes.h5", lambda f: [f["statistics/expression_mean"].__setitem__((5, g), v)
                             for g, v in enumerate((np.nan, np.inf))])
data = script("holes.h5", "--what", "expression", "--order", "file")
check((data["expression_1"][:2, 5] == 1e300).all() and (data["expression_1"] < 2).sum() == 162,
      "what is no number is a gap of the map")
scaled = script("holes.h5", "--what", "expression", "--order", "file", "--scale", "gene")
close(np.sort(scaled["expression_1"][:2], axis=1)[:, [0, -2]], [[0, 1]] * 2, "scaled around gaps")
call("holes.h5", "--what", "expression", "-o", "x.png")


def blank(*names, at=slice(None)):
    return lambda f: [f[f"snapshots/{name}"].__setitem__(at, np.nan) for name in names]


spoil("blank.h5", blank("fitness", at=2))
_, err = call("blank.h5", "--what", "phenotypes", "-o", "x.svg")
check("blank.h5: no fitness is a number in the snapshots of generations 20." in err, f"one: {err}")
data = script("blank.h5", "--what", "phenotypes")
check("sample_1_1_3" not in data and "sample_1_1_2" in data and "sample_2_1_3" in data, "one blank")
call("blank.h5", "second.h5", "--what", "phenotypes", "--generation", "20", "-o", "x.svg")
check("blank" in svg_texts("x.svg") or "alive" in svg_texts("x.svg"), "its name in the legend")
spoil("blank.h5", blank("fitness"))
call("blank.h5", "--what", "phenotypes", "-o", "x.svg")
check("no numbers" in svg_texts("x.svg"), "an empty panel says why")
spoil("blank.h5", blank("fitness", "expression", "basal"))
reason = "blank.h5: no value in the snapshots is a number"
call("blank.h5", "--what", "fitness,phenotypes", "-o", "x.png", code=65, says=reason)
_, err = call("blank.h5", "--what", "all", "-o", "x.svg")
check(f"phenotypes is left out: {reason}" in err, f"not noted: {err}")
texts = svg_texts("x.svg")
check({"Fitness", "Mean expression", "Time of each phase"} <= set(texts) and
      "Fitness of individuals" not in texts, f"what is left: {texts}")
spoil("words.h5", lambda f: f.attrs.__setitem__("run_file_resolved", "run: ["))
call("words.h5", "--what", "optimum", "-o", "x.png", code=65,
     says="words.h5: run_file_resolved:2:1: not YAML")
program.run(write("brief.yaml", generations=1), "brief.h5")
call("brief.h5", "--what", "ancestry", "-o", "x.svg")
check("common ancestor" not in svg_texts("x.svg"), "a common ancestor after one generation")
program.run(write("small.yaml", individuals=8), "small.h5")
call("small.h5", "--what", "ancestry", "-o", "x.svg")
check("common ancestor" in svg_texts("x.svg"), "no common ancestor of few individuals")
for path in ("statistics/fitness_max", "statistics/expression_mean", "network/gene_name",
             "snapshots/fitness", "performance/seconds_max", "statistics/nutrients",
             "statistics/expression_variance", "network/edge_weight"):
    spoil("lacking.h5", lambda f, path=path: f.__delitem__(path))
    figures = "fitness,expression,optimum,environment,network,performance"
    if path == "snapshots/fitness":
        call("lacking.h5", "--what", "phenotypes", "-o", "x.svg")
        check("Fitness of individuals" not in svg_texts("x.svg"), "fitness out of nothing")
    else:
        call("lacking.h5", "--what", figures, "-o", "x.png", code=65, says="lacking.h5.*" + path)
data = open("alive.h5", "rb").read()
open("cut.h5", "wb").write(data[:len(data) // 2])
open("empty.h5", "wb").close()
call("cut.h5", code=65, says="cut.h5: damaged or cut short")
call("empty.h5", code=65, says="empty.h5: an empty file")
call("alive.yaml", code=65, says="alive.yaml: not a result file")
call("alive.h5", "missing.h5", code=65, says="missing.h5: No such file")
call("other", code=65, says="other: a folder")

# --- words that are wrong --------------------------------------------------------------------------------
call(code=2, says="a word is missing")
call("alive.h5", "-o", "x.jpg", code=2, says=r"-o x\.jpg: allowed: .*\.png")
call("alive.h5", "-o", "picture", code=2, says="-o picture: allowed")
call("alive.h5", "--what", "fittness", code=2, says="did you mean 'fitness'")
call("alive.h5", "--what", "fitness,", code=2, says="--what : allowed: fitness, ")
call("alive.h5", "--order", "size", code=2, says="--order size: allowed: cluster, variance, file")
call("alive.h5", "--scale", "x", code=2, says="--scale x: allowed: common, gene")
call("alive.h5", "--size", "1,1", code=2, says="--size 1,1: allowed: WIDTH,HEIGHT in cm")
call("alive.h5", "--size", "10", code=2, says="--size 10: allowed")
call("alive.h5", "--what", "phenotypes", "--generation", "5", code=65,
     says="--generation 5: no snapshot of it; there are those of generations 0, 10, 20, 30, 40")
call("alive.h5", "--what", "phenotypes", "--generation", "x", code=2, says="'x' is no generation")
call("alive.h5", "--what", "phenotypes", "--gene", "lacz", code=65, says="no gene .*this name")
call("flat.h5", "--what", "network", code=65, says="flat.h5: it has no network")
call("flat.h5", "--what", "optimum", code=65, says="flat.h5: its fitness has no optimum")
call("alive.h5", "-o", "nowhere/x.png", code=74, says="cannot write nowhere/x.png: No such file")
call("alive.h5", "-o", "nowhere/x.gp", code=74, says="cannot write nowhere/x.gp: No such file")

# --- a gnuplot that is missing, fails, or is cut short ------------------------------------------------------
path = os.environ["PATH"]


def stand_in(text):
    os.makedirs("bin", exist_ok=True)
    with open("bin/gnuplot", "w", encoding="utf-8") as other:
        other.write("#!/bin/sh\n" + text)
    os.chmod("bin/gnuplot", 0o755)
    os.environ["PATH"] = os.path.abspath("bin") + ":" + path


open("kept.png", "w", encoding="utf-8").write("before")
stand_in("echo Terminal not found >&2; exit 3")
call("alive.h5", "-o", "kept.png", code=74, says="gnuplot failed .*3.*: Terminal not found")
stand_in("cat >/dev/null; printf '\\211PNG\\r\\n\\032\\nhalf'")
call("alive.h5", "-o", "kept.png", code=74, says="unfinished")
stand_in("kill -9 $$")
call("alive.h5", "-o", "kept.png", code=74, says="signal 9")
os.environ["PATH"] = os.path.abspath("other")
call("alive.h5", "-o", "kept.png", code=74, says="apt-get install gnuplot-nox")
call("alive.h5", "-o", "x.gp") # needs none
os.environ["PATH"] = path
check(open("kept.png", encoding="utf-8").read() == "before", "a failure touched the picture")

# --- names that would direct gnuplot ----------------------------------------------------------------------
genes = ", ".join("'" + name.replace("'", "''") + "'" for name in HOSTILE)
edges = ", ".join(f"[{i}, {(i + 1) % len(HOSTILE)}, {(-1) ** i}]" for i in range(len(HOSTILE)))
names = "'" + HOSTILE[9].replace("'", "''") + "'"
write("hostile.yaml", name=names, genes="[h0]", edges="[]")
words = open("hostile.yaml", encoding="utf-8").read()
ends = ", ".join("['%s', '%s', %d]" % (a.replace("'", "''"), b.replace("'", "''"), s) for a, b, s in
                 zip(HOSTILE, HOSTILE[1:] + HOSTILE[:1], [1, -1] * 7))
words = words.replace("genes: [h0]", f"genes: [{genes}]").replace("edges: []", f"edges: [{ends}]")
open("hostile.yaml", "w", encoding="utf-8").write(words)
program.run("hostile.yaml", "hostile.h5")
hostile_file = "x'; system('touch pwned'); @a `touch pwned` | touch pwned.svg"
gene_options = [word for name in HOSTILE[:4] for word in ("--gene", name)]
call("hostile.h5", "--what", "all", *gene_options, "-o", hostile_file)
texts = svg_texts(hostile_file)
check(HOSTILE[9] in texts, f"the title is not itself: {texts[:4]}")
for name in HOSTILE:
    if len(name) <= 8:
        check(texts.count(name) >= 3, f"{name!r} is not itself in map, optimum and network")
for name in HOSTILE[:4]:
    check(texts.count(name) >= 4 or len(name) > 10, f"{name!r} is not the title of its panel")


def rename(other):
    other.attrs["title"] = "line\nset output 'pwned'\nbell\a tab\t \x7f \x9b \u202e end"
    other["network/gene_name"][1] = b"\xff\xfe bad \xc3"
    other["network/gene_name"][2] = "long " * 200


shutil.copy("hostile.h5", "lines.h5")
with h5py.File("lines.h5", "r+") as other:
    rename(other)
shutil.copy("lines.h5", "|touch pwned;'\n.h5")
call("lines.h5", "|touch pwned;'\n.h5", "--what", "all", "-o", "x.svg")
check("|touch pwned;' " in svg_texts("x.svg"), "the runs' names in the legend")
call("lines.h5", "--what", "all", "-o", "x.pdf")
call("lines.h5", "--what", "all", "-o", "x.png")
call("lines.h5", "--what", "all", "-o", "x.svg")
check(r"line set output 'pwned' bell\x07 tab  \x7f \u009b \u202e end" in svg_texts("x.svg"), "title of several lines")
check(not os.path.exists("pwned"), "a name was executed")
os.environ["GNUPLOT_LIB"] = "."
open(".gnuplot", "w", encoding="utf-8").write("system 'touch pwned'\n")
os.environ["HOME"] = os.getcwd()
call("alive.h5", "-o", "x.svg")
check(not os.path.exists("pwned"), "a start-up file was executed")

# --- letters that no font has ------------------------------------------------------------------------------
fonts = subprocess.run(["fc-list", ":family=DejaVu Sans:style=Book", "file"], capture_output=True,
                       text=True, check=False).stdout.split(":")[0]
check(fonts != "", "no DejaVu Sans is installed; on Debian: apt-get install fonts-dejavu-core")
os.mkdir("fonts") # with a single font, of Latin, Greek and Cyrillic
shutil.copy(fonts, "fonts")
with open("fonts.conf", "w", encoding="utf-8") as other:
    other.write(f"<?xml version='1.0'?><fontconfig><dir>{os.getcwd()}/fonts</dir>"
                f"<cachedir>{os.getcwd()}/fonts</cachedir></fontconfig>")
os.environ["FONTCONFIG_FILE"] = os.path.abspath("fonts.conf")
write("letters.yaml", name="αж漢字🧬", genes="[漢, ж, c, d]", edges="[[漢, ж, 1]]")
program.run("letters.yaml", "letters.h5")
for ending in ("png", "pdf"):
    _, err = call("letters.h5", "--what", "expression,network", "-o", f"x.{ending}")
    check("no installed font has 漢字🧬; on Debian: apt-get install fonts-noto-cjk "
          "fonts-noto-color-emoji;" in err, f"{ending}: not noted: {err}")
_, words = pdf_info("x.pdf")
check("αж□□□" in words and "a box is drawn" in words, f"the stand-in is not drawn: {words}")
_, err = call("letters.h5", "--what", "expression,network", "-o", "x.svg")
check("font" not in err and "αж漢字🧬" in svg_texts("x.svg"), f"an SVG needs no font here: {err}")

shutil.rmtree(folder)
verdict.exit()
