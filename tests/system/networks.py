# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks in and out, and what is measured in them:
networks.py PROGRAM FOLDER SOURCE CHECK_SBML

SBML is checked by libSBML (CHECK_SBML) and its kinetic laws are computed here and compared with a
step of the run's development; GraphML is read by igraph, DOT drawn by Graphviz. Signs of DREAM4's
networks are compared with the formulas in the names of their reactions, measures with loops over
all genes.
"""
import itertools
import json
import math
import os
import random
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml

from common import Program, Verdict, require

require("numpy", "h5py", "igraph")
import h5py
import igraph
import numpy as np

verdict = Verdict()
SBML = "{http://www.sbml.org/sbml/level3/version1/core}"
SVG = "{http://www.w3.org/2000/svg}"
MATH = "{http://www.w3.org/1998/Math/MathML}"
EDGES = ('[[A, "B b", 0.30000000000000004], ["B b", A, -1.2345678901234567e-8], '
         '["C<&>\\"", "C<&>\\"", 0], [A, "C<&>\\"", 0.7], [D, A, 0.1], [D, "C<&>\\"", -1.5]]')
NETWORK = 'genes: [E, D, "C<&>\\"", A, "B b"], edges: ' + EDGES


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(text)
    return path


def network_of(path):
    with h5py.File(path) as file:
        network = file["network"]
        if "edge_source" not in network:
            return [name.decode() for name in network["gene_name"][:]], [], [], []
        return ([name.decode() for name in network["gene_name"][:]],
                network["edge_source"][:].tolist(), network["edge_target"][:].tolist(),
                network["edge_weight"][:].tolist())


def run(program, folder, name, network, more="", settings=()):
    path = write(folder, name + ".yaml", f"run: {{name: '{name}', seed: 5, generations: 2}}\n"
                 f"population: {{individuals: 3}}\nnetwork: {{{network}}}\n{more}")
    return program.run(path, os.path.join(folder, name + ".h5"), settings)


def export(program, path, table, target, *options):
    code, _, err = program.call("export", path, "--table", table, "-o", target, *options)
    verdict.check(code == 0, f"{path}: {table}: {err}")
    return target


# --- round trips ----------------------------------------------------------------------------


def check_round_trips(program, folder, source):
    ecoli = os.path.join(source, "jobs/networks/ecoli-regulondb-6.7.tsv")
    rng = random.Random(3)
    many = ", ".join(f"[r{i}, hub, {rng.gauss(0, 1)!r}]" for i in range(1200)) # of one gene
    for name, network in (("odd", NETWORK), ("ecoli", f"file: {ecoli}"),
                          ("hub", f"edges: [{many}]"),
                          ("one", "genes: [a, b], edges: [[a, b, 1]]")):
        first = run(program, folder, name, network, "regulation: {model: siegal_bergman}\n")
        for table, ending in (("sbml", ".xml"), ("sbml", ".SBML"), ("graphml", ".graphml")):
            if ending == ".SBML" and name != "odd":
                continue
            target = export(program, first, table, os.path.join(folder, name + ending))
            again = run(program, folder, name + "-again", f"file: {name}{ending}")
            verdict.check(network_of(first) == network_of(again),
                          f"{name}{ending}: came back changed")
            code, out, err = program.call("network", target)
            verdict.check(code == 0 and err == "", f"{target}: no choices to be told: {err}")


def check_other_readers(program, folder, checker):
    for name in ("odd", "ecoli", "hub"):
        path = os.path.join(folder, name + ".h5")
        names, sources, targets, weights = network_of(path)
        graph = igraph.Graph.Read_GraphML(
            os.path.join(folder, name + ".graphml"))
        verdict.check(graph.is_directed() and graph.vs["name"] == names and
                      graph.get_edgelist() == list(zip(sources, targets)) and
                      graph.es["weight"] == weights, f"{name}: igraph reads another network")
        done = subprocess.run([checker, os.path.join(folder, name + ".xml")], capture_output=True,
                              text=True)
        verdict.check(done.returncode == 0 and "level 3 version 1, 0 errors" in done.stdout,
                      f"{name}: libSBML: {done.stdout}")
    dot = export(program, os.path.join(folder, "odd.h5"), "dot", os.path.join(folder, "odd.dot"))
    drawn = subprocess.run(["dot", "-Tsvg", dot], capture_output=True, text=True)
    verdict.check(drawn.returncode == 0 and drawn.stderr == "", f"dot: {drawn.stderr}")
    picture = xml.fromstring(drawn.stdout)
    texts = [text.text.replace("\xa0", " ") for text in picture.iter(SVG + "text")]
    verdict.check({"E", "D", 'C<&>"', "A", "B b"} <= set(texts), f"dot draws {texts}")
    paths = [group for group in picture.iter(SVG + "g") if group.get("class") == "edge"]
    verdict.check(len(paths) == 6, f"dot draws {len(paths)} edges")


# --- kinetic laws ---------------------------------------------------------------------------


def value(node, amounts):
    """A MathML expression."""
    tag = node.tag.replace(MATH, "")
    if tag == "math":
        return value(node[0], amounts)
    if tag == "cn":
        return float(node.text)
    if tag == "ci":
        return amounts[node.text.strip()]
    if tag == "piecewise":
        for piece in node:
            if piece.tag == MATH + "otherwise":
                return value(piece[0], amounts)
            if value(piece[1], amounts):
                return value(piece[0], amounts)
    operator = node[0].tag.replace(MATH, "")
    values = [value(child, amounts) for child in node[1:]]
    return {"plus": lambda: sum(values), "times": lambda: math.prod(values),
            "minus": lambda: -values[0] if len(values) == 1 else values[0] - values[1],
            "divide": lambda: values[0] / values[1], "power": lambda: values[0] ** values[1],
            "exp": lambda: math.exp(values[0]), "gt": lambda: values[0] > values[1],
            "lt": lambda: values[0] < values[1]}[operator]()


def rates(path, amounts):
    """Of synthesis, by gene, at these amounts, and of decay."""
    model = xml.parse(path).getroot().find(SBML + "model")
    known = {p.get("id"): float(p.get("value")) for p in model.iter(SBML + "parameter")}
    known.update({f"gene_{g}": amount for g, amount in enumerate(amounts)})
    made, lost = [], []
    for reaction in model.iter(SBML + "reaction"):
        law = reaction.find(SBML + "kineticLaw")
        own = {p.get("id"): float(p.get("value")) for p in law.iter(SBML + "localParameter")}
        rate = value(law.find(MATH + "math"), {**known, **own})
        (made if reaction.get("id").startswith("synthesis") else lost).append(rate)
    return made, lost


SETTING = ("environment: {tf_concentration: 0.7, temperature: 30, nutrients: 0.6}\n"
           "mutation: {basal: {rate: 0.5}}\n"
           "expression: {%s q10: 2, nutrient_half_saturation: 0.2}\n")
ENVIRONMENTS = {"constant": "model: constant,",
                "linear": "model: linear, slope: [0.3, -0.9, 0.1, 0, 0.2],",
                "hill": "model: hill, k: [0.1, 0.2, 0.3, 0.4, 0.5], n: 2.5,"}
BASAL = "population.initial.basal=[0.1, 0.8, 0.3, 0.4, 0.9]"


def check_laws(program, folder, checker):
    starts = {}
    models = [(regulation, expression) for regulation in ("none", "additive", "multiplicative")
              for expression in ENVIRONMENTS] + [("hill", "constant")]
    for regulation, expression in models:
        more = SETTING % ENVIRONMENTS[expression]
        if regulation == "hill":
            more = more.replace("model: constant,", "model: constant, k: 0.4, n: 1.5,")
        if expression not in starts:
            start = run(program, folder, "start", NETWORK,
                        SETTING % ENVIRONMENTS[expression] + "regulation: {model: none}\n", [BASAL])
            with h5py.File(start) as file:
                starts[expression] = file["statistics/expression_mean"][0].tolist()
        strength = "" if regulation == "none" else ", strength: 1.7"
        path = run(program, folder, "law", NETWORK,
                   more + f"regulation: {{model: {regulation}{strength}}}\n", [BASAL])
        check_law(program, folder, checker, path, starts[expression], f"{regulation} {expression}")
    for regulation, before in (
            ("sigmoid, constitutive: 0.3", [0.3] * 5), ("siegal_bergman, slope: 2.5, "
             "initial_state: [0.1, -0.5, 1, -1, 0.2]", [0.1, -0.5, 1, -1, 0.2]),
            ("wagner, initial_state: [1, -1, 1, -1, 1]", [1, -1, 1, -1, 1])):
        path = run(program, folder, "law", NETWORK, f"regulation: {{model: {regulation}}}\n")
        check_law(program, folder, checker, path, before, regulation)


def initial_amounts(path):
    """The initial amounts, by gene."""
    model = xml.parse(path).getroot().find(SBML + "model")
    return [float(s.get("initialAmount")) for s in model.iter(SBML + "species")]


def check_law(program, folder, checker, path, before, what):
    """One step of development is what the kinetic laws make of its start, where the amounts are."""
    target = export(program, path, "sbml", os.path.join(folder, "law.xml"), "--generation", "0")
    with h5py.File(path) as file:
        after = file["statistics/expression_mean"][0]
    made, lost = rates(target, before)
    verdict.check(np.allclose(made, after, rtol=1e-12, atol=1e-15), f"{what}: {made}, not {after}")
    verdict.check(lost == [float(x) for x in before], f"{what}: decay")
    verdict.check(np.allclose(initial_amounts(target), before, rtol=1e-14, atol=0),
                  f"{what}: {initial_amounts(target)} at the start, not {before}")
    done = subprocess.run([checker, target], capture_output=True, text=True)
    verdict.check(done.returncode == 0, f"{what}: libSBML: {done.stdout}")


def basal_levels(basal, expression, c, temperature, nutrients):
    """B_g of the specification, for the settings above."""
    slope, k = np.array([0.3, -0.9, 0.1, 0, 0.2]), np.array([0.1, 0.2, 0.3, 0.4, 0.5])
    level = {"constant": basal, "linear": np.maximum(0, basal + slope * c),
             "hill": basal * c**2.5 / (k**2.5 + c**2.5)}[expression]
    return level * 2 ** ((temperature - 37) / 10) * nutrients / (nutrients + 0.2)


def check_starts(program, folder):
    """Amounts begin where development did in the generation that is asked for: at the basal level
    of its mean alleles in its environment, whatever ploidy and weights, not at means over the
    window."""
    models = [(m, e) for m in ("none", "additive", "multiplicative", "hill") for e in ENVIRONMENTS
              if m != "hill" or e != "constant"]
    for number, (model, expression) in enumerate(models):
        weights = "weights: heritable, " if number % 2 and model != "none" else ""
        more = SETTING % ENVIRONMENTS[expression]
        more = more.replace("tf_concentration: 0.7", "tf_concentration: {series: ramp, from: 0.7, "
                            "to: 0.2, start: 0, end: 3}")
        if model == "hill" and expression == "linear":
            more = more.replace("model: linear,", "model: linear, k: 0.4, n: 1.5,")
        path = run(program, folder, "start", weights + NETWORK, more +
                   f"regulation: {{model: {model}}}\ndevelopment: {{steps: 7, window: 3}}\n",
                   ["population.initial.basal={distribution: uniform, low: 0, high: 1}",
                    "run.generations=3", f"population.ploidy={1 + number % 2}"])
        with h5py.File(path) as file:
            table = {name: file["statistics"][name][:] for name in
                     ("basal_mean", "tf_concentration", "temperature", "nutrients")}
        for t in (1, 3):
            target = export(program, path, "sbml", os.path.join(folder, "start.xml"),
                            "--generation", str(t))
            wanted = basal_levels(table["basal_mean"][t], expression, *(
                table[name][t] for name in ("tf_concentration", "temperature", "nutrients")))
            verdict.check(np.allclose(initial_amounts(target), wanted, rtol=1e-13, atol=0),
                          f"{model} {expression}: generation {t} starts at {initial_amounts(target)}, not "
                          f"{wanted}")


def check_repressilator(program, folder, source):
    """Its genes are 1, 1 and 0 when development begins."""
    path = program.run(os.path.join(source, "jobs", "repressilator.yaml"),
                       os.path.join(folder, "ring.h5"), ["run.generations=2"])
    found = initial_amounts(export(program, path, "sbml", os.path.join(folder, "ring.xml")))
    verdict.check(found == [1, 1, 0], f"the repressilator starts at {found}")


def check_generations(program, folder):
    """Heritable weights: the means of the generation that is asked for, else of the last."""
    path = run(program, folder, "heritable", "weights: heritable, " + NETWORK,
               "regulation: {model: sigmoid}\nmutation: {weights: {rate: 0.5, sd: 0.2}}\n")
    with h5py.File(path) as file:
        means = file["statistics/weight_mean"][:]
    for option, row in (([], 2), (["--generation", "1"], 1)):
        for table, ending in (("sbml", ".xml"), ("graphml", ".graphml")):
            export(program, path, table, os.path.join(folder, "means" + ending), *option)
            again = run(program, folder, "means-again", f"file: means{ending}")
            verdict.check(network_of(again)[3] == means[row].tolist(), f"means of {option} {table}")


# --- DREAM4 ---------------------------------------------------------------------------------


def signs_by_name(path):
    """GeneNetWeaver writes a gene's regulation into the name of its synthesis: (1*2~3) + ~(4) are
    a module with activators 1 and 2 and deactivator 3 and a silencing module with activator 4."""
    sbml = "{http://www.sbml.org/sbml/level2}"
    expected = {}
    for reaction in xml.parse(path).getroot().iter(sbml + "reaction"):
        if not reaction.get("id").endswith("_synthesis"):
            continue
        target = reaction.find(f"{sbml}listOfProducts/{sbml}speciesReference").get("species")
        regulators = [m.get("species") for m in reaction.iter(sbml + "modifierSpeciesReference")]
        for silences, module in re.findall(r"(~?)\(([^)]*)\)", reaction.get("name")):
            for turns, number in re.findall(r"(~?)(\d+)", module):
                sign = (-1 if silences else 1) * (-1 if turns else 1)
                expected[regulators[int(number) - 1], target] = sign
    return expected


def check_dream4(program, folder, source):
    for size in (10, 100):
        path = os.path.join(source, f"jobs/networks/dream4-size{size}-1.xml")
        code, _, err = program.call("network", path)
        verdict.check(code == 0 and err == "", f"{path}: all signs are told: {err}")
        names, sources, targets, weights = network_of(
            run(program, folder, f"dream{size}", f"file: {path}, default_weight: 0.25"))
        verdict.check(names == [f"G{g}" for g in range(1, size + 1)], f"{path}: genes {names}")
        found = {(names[s], names[t]): w / 0.25 for s, t, w in zip(sources, targets, weights)}
        expected = signs_by_name(path)
        verdict.check(found == expected and len(found) == {10: 15, 100: 176}[size],
                      f"{path}: {len(found)} edges, {len(expected)} expected, different: "
                      f"{[e for e in expected if found.get(e) != expected[e]]}")


# --- measures -------------------------------------------------------------------------------


def reachable(edges, genes):
    reach = np.zeros((genes, genes), bool)
    for s, t in edges:
        reach[s, t] = True
    for k in range(genes):
        reach |= reach[:, k:k + 1] & reach[k:k + 1, :]
    return reach


TYPES = {"+++": ("coherent", "C1"), "-+-": ("coherent", "C2"), "+--": ("coherent", "C3"),
         "--+": ("coherent", "C4"), "+-+": ("incoherent", "I1"), "---": ("incoherent", "I2"),
         "++-": ("incoherent", "I3"), "-++": ("incoherent", "I4")}


def naive(names, sources, targets, weights):
    """The same by going through all genes."""
    genes, sign = len(names), {}
    for s, t, w in zip(sources, targets, weights):
        sign[s, t] = "+" if w > 0 else "-" if w < 0 else "0"
    reach = reachable(sign, genes)
    loops = {frozenset(h for h in range(genes) if reach[g, h] and reach[h, g] or h == g)
             for g in range(genes)}
    into, out = [targets.count(g) for g in range(genes)], [sources.count(g) for g in range(genes)]
    motifs = {"coherent": {f"C{k}": 0 for k in range(1, 5)},
              "incoherent": {f"I{k}": 0 for k in range(1, 5)}, "undetermined": 0}
    for (x, y), xy in sign.items():
        for z in range(genes):
            if len({x, y, z}) < 3 or (y, z) not in sign or (x, z) not in sign:
                continue
            kind = TYPES.get(xy + sign[y, z] + sign[x, z])
            if kind is None:
                motifs["undetermined"] += 1
            else:
                motifs[kind[0]][kind[1]] += 1
    pairs = {"both_activate": 0, "both_repress": 0, "mixed": 0, "undetermined": 0}
    for (s, t), first in sign.items():
        if s < t and (t, s) in sign:
            both = "".join(sorted(first + sign[t, s]))
            pairs[{"++": "both_activate", "--": "both_repress", "+-": "mixed"}.get(
                both, "undetermined")] += 1

    def counted(values):
        return {"activating": sum(v == "+" for v in values),
                "repressing": sum(v == "-" for v in values), "zero": sum(v == "0" for v in values)}

    return {"genes": genes, "edges": len(sign), "density": len(sign) / genes ** 2,
            "acyclic": not any(reach[g, g] for g in range(genes)),
            "unconnected": sum(i + o == 0 for i, o in zip(into, out)),
            "signs": counted(list(sign.values())),
            "autoregulation": counted([v for (s, t), v in sign.items() if s == t]),
            "in": [into.count(d) for d in range(max(into) + 1)],
            "out": [out.count(d) for d in range(max(out) + 1)],
            "hubs": [d for d in sorted(out, reverse=True) if d > 0][:10],
            "loops": sorted(sorted(names[g] for g in loop) for loop in loops if len(loop) > 1),
            "pairs": pairs, "feed_forward_loops": motifs}


def measured(program, path):
    code, out, err = program.call("network", path, "--json")
    if not verdict.check(code == 0, f"{path}: {err}"):
        return {}
    told = json.loads(out)
    told["in"] = told["in_degree"]["genes_by_degree"]
    told["out"] = told["out_degree"]["genes_by_degree"]
    told["hubs"] = [hub["edges"] for hub in told["out_degree"]["hubs"]]
    told["loops"] = sorted(sorted(loop) for loop in told["feedback_loops"])
    return told


def check_measures(program, folder, source):
    cases = [("ecoli.h5", None)]
    rng = random.Random(7)
    sizes = [(1, 0), (2, 1), (5, 0.5), (12, 0.3), (30, 0.1), (60, 0.03)]
    for i, (genes, density) in enumerate(sizes):
        edges = [(s, t, rng.choice([-1.5, -0.2, 0, 0.2, 1.5])) for s in range(genes)
                 for t in range(genes) if rng.random() < density]
        if i == 4: # no loops
            edges = [(s, t, w) for s, t, w in edges if s < t]
        names = "genes: [" + ", ".join(f"n{g}" for g in range(genes)) + "]"
        listed = ", ".join(f"[n{s}, n{t}, {w}]" for s, t, w in edges)
        cases.append((f"random{i}.h5", f"{names}, edges: [{listed}]" if edges
                      else f"{names}, random: {{density: 0}}"))
    for name, network in cases:
        path = os.path.join(folder, name)
        if network is not None:
            run(program, folder, name[:-3], network, "",
                ["population.genes=1"] if "random:" in network else [])
        expected, told = naive(*network_of(path)), measured(program, path)
        for key, what in expected.items():
            same = math.isclose(told[key], what, rel_tol=1e-14) if key == "density" else \
                told[key] == what
            verdict.check(same, f"{name}: {key}: {told.get(key)}, not {what}")
        for options in ([], ["--ascii"]):
            code, out, _ = program.call("network", path, *options)
            verdict.check(code == 0 and "Feed-forward loops" in out, f"{name}: {options}")
    for genes, named, rest in ((20, 20, None), (21, 10, "and 11 more (--json names all)")):
        ring = write(folder, "ring.tsv", "".join(f"n{g}\tn{(g + 1) % genes}\n" for g in range(genes)))
        code, out, _ = program.call("network", ring)
        listed = out[out.index(f"{genes} genes  "):out.index("Feed-forward")].split()[2:]
        names = [word for word in listed if word.startswith("n") and word != "names"]
        verdict.check(code == 0 and names == [f"n{g}" for g in range(named)] and
                      (rest is None) == ("more" not in listed) and (rest or "") in out,
                      f"a ring of {genes} genes: {out}")
        verdict.check(len(measured(program, ring)["feedback_loops"][0]) == genes, "all in JSON")
    pairs = write(folder, "pairs.tsv", "".join(f"a{g}\tb{g}\nb{g}\ta{g}\n" for g in range(23)))
    code, out, _ = program.call("network", pairs)
    verdict.check(code == 0 and out.count("  2 genes ") == 20 and
                  "and 3 more components (--json has all)" in out, f"23 pairs: {out}")
    run_file = os.path.join(source, "jobs/ecoli.yaml")
    code, out, _ = program.call("network", run_file, "--json")
    verdict.check(code == 0 and json.loads(out)["edges"] == 3758, f"{run_file}: its network")


def check_course(program, folder):
    path = run(program, folder, "course", "weights: heritable, random: {density: 0.4, weight: "
               "{distribution: normal, mean: 0.1, sd: 0.5}}",
               "regulation: {model: sigmoid}\nmutation: {weights: {rate: 0.3, sd: 0.5}, "
               "edge_loss: 0.1}\noutput: {snapshots: {every: 2, fields: [weight]}}\n",
               ["population.genes=6", "population.individuals=40", "run.generations=5"])
    for ploidy in (1, 2):
        if ploidy == 2:
            path = program.run(path, os.path.join(folder, "diploid.h5"),
                               ["population.ploidy=2", "mating.system=sexual"])
        told = measured(program, path)
        with h5py.File(path) as file:
            means, variances = (file[f"statistics/weight_{w}"][:] for w in ("mean", "variance"))
            snapshots = dict(zip(file["snapshots/generation"][:].tolist(),
                                 file["snapshots/weight"][:]))
        for row, record in enumerate(told["weights"]):
            expected = [row, np.mean(np.abs(means[row])), np.mean(np.sqrt(variances[row])),
                        np.sum(means[row] == 0), np.sum(means[row] * means[0] < 0)]
            found = [record[k] for k in ("generation", "magnitude", "spread", "lost", "flipped")]
            verdict.check(np.allclose(found, expected, rtol=1e-13), f"{found}, not {expected}")
            verdict.check(("individuals" in record) == (row in snapshots), f"snapshot of {row}")
            if row in snapshots:
                own = snapshots[row]
                start = means[0] if own.ndim == 2 else means[0][:, None]
                expected = [np.mean(np.abs(own)), np.mean(own == 0), np.mean(own * start < 0)]
                found = [record["individuals"][k] for k in ("magnitude", "lost", "flipped")]
                verdict.check(np.allclose(found, expected, rtol=1e-12), f"{found}, not {expected}")
        verdict.check(len(told["weights"]) == 6 and told["generation"] == 5 and
                      told["signs"]["repressing"] == int(np.sum(means[5] < 0)), "the last means")
        verdict.check("individuals" in program.call("network", path)[1], "a table of the course")


# --- what is silent, and what is refused -----------------------------------------------------


def check_notes(program, folder):
    silent = write(folder, "silent.graphml", '<graphml><graph edgedefault="directed"><node id="a"/>'
                   '<node id="b"/><edge source="a" target="b"/></graph></graphml>')
    run_file = write(folder, "silent.yaml", "run: {seed: 1, generations: 1}\npopulation: "
                     "{individuals: 2}\nnetwork: {file: silent.graphml, default_weight: 0.5}\n")
    words = ("1 of 1 edges have neither a weight nor a sign; their weight is "
             "network.default_weight, 0.5")
    for command in (["validate", run_file], ["run", run_file, "-o", os.path.join(folder, "s.h5")]):
        code, _, err = program.call(*command, "--quiet")
        verdict.check(code == 0 and words in err, f"{command}: {err}")
    code, _, err = program.call("network", silent)
    verdict.check(code == 0 and "network.default_weight, 0.1" in err, f"network: {err}")
    result = os.path.join(folder, "s.h5")
    other = os.path.join(folder, "s.hdf5")
    os.rename(result, other)
    code, told, err = program.call("network", other)
    verdict.check(code == 0 and "2 genes" in told.replace("genes        2", "2 genes"),
                  f"a result by its content: exit {code}: {err}")
    table = os.path.join(folder, "mixed.tsv")
    with open(table, "w") as file:
        file.write("A B\nB C +\nC A -0.5\nA C\n")
    code, _, err = program.call("network", table)
    verdict.check(code == 0 and "2 of 4 edges have neither a weight nor a sign" in err,
                  f"network: {err}")


def check_declarations(program, folder):
    """What is wrong with an SBML file's encoding has its place, and what is allowed is said."""
    body = ('<sbml xmlns="http://www.sbml.org/sbml/level2" level="2" version="1">\n<model name="m">'
            '<listOfSpecies>\n<species id="a" name="\u00e4" compartment="c"/></listOfSpecies></model>\n</sbml>\n')
    allowed = 'allowed: a file that begins with <?xml version="1.0" encoding="UTF-8"?>'
    for name, declaration, encoding, place, words in (
            ("missing", '<?xml version="1.0"?>\n', "utf-8", ":1:1: Missing encoding", allowed),
            ("version", '<?xml version="1.1" encoding="UTF-8"?>\n', "utf-8", ":1:1: ", allowed),
            ("unknown", '<?xml version="1.0" encoding="klingon"?>\n', "utf-8", ":1:", allowed),
            ("late", '\n<?xml version="1.0" encoding="UTF-8"?>\n', "utf-8", ":2:", allowed),
            ("latin", '<?xml version="1.0" encoding="ISO-8859-1"?>\n', "latin-1", ":1:1: ",
             "must use UTF-8"),
            ("false", '<?xml version="1.0" encoding="UTF-8"?>\n', "latin-1", ":4:",
             "allowed: text in UTF-8"),
            ("wide", '<?xml version="1.0" encoding="UTF-16"?>\n', "utf-16", ": holds a NUL byte",
             "in UTF-8")):
        path = os.path.join(folder, name + ".xml")
        with open(path, "wb") as file:
            file.write((declaration + body).encode(encoding))
        code, out, err = program.call("network", path)
        verdict.check(code == 65 and out == "" and err.startswith(path + place) and words in err,
                      f"{name}: {code} {err}")


def check_refusals(program, folder):
    for name, text, words in (
            ("a.xml", "<sbml", ":1:"), ("b.xml", "", "b.xml"), ("c.xml", "<a/>", "c.xml"),
            ("d.graphml", "<graphml><graph></graphml>", ":1:1: "),
            ("e.graphml", "", "an empty file"), ("f.graphml", "<graphml><graph "
             'edgedefault="undirected"><node id="a"/></graph></graphml>', "undirected"),
            ("g.gml", "graph []", "the format is not known"),
            ("k.graphml", '<graphml><graph edgedefault="directed">\n<node id="a"/>\n<edge source="a" '
             'target="nobody"/></graph></graphml>', ":3:1: an edge names the node 'nobody', which is "
             "not declared"),
            ("h.h5", "nothing", "not a result file"), ("i.tsv", "A\n", ":1:1: a single word"),
            ("j.yaml", "run: 3\n", "j.yaml:1:")):
        path = write(folder, name, text)
        code, out, err = program.call("network", path)
        verdict.check(code == 65 and out == "" and err.startswith(path) and words in err,
                      f"{name}: {code} {err}")
    code, _, err = program.call("network", os.path.join(folder, "nowhere.xml"))
    verdict.check(code == 65 and "cannot be opened" in err, f"nowhere: {code} {err}")


def check_dependence(program):
    """Runs do without igraph and libSBML: they are loaded when a network calls for them."""
    needed = subprocess.run(["ldd", program.path], capture_output=True, text=True).stdout
    verdict.check(not re.search("libsbml|libigraph|lib(open)?blas", needed), f"linked: {needed}")


def main():
    program, folder, source, checker = Program(sys.argv[1]), *sys.argv[2:5]
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    check_round_trips(program, folder, source)
    check_other_readers(program, folder, checker)
    check_laws(program, folder, checker)
    check_starts(program, folder)
    check_repressilator(program, folder, source)
    check_generations(program, folder)
    check_dream4(program, folder, source)
    check_measures(program, folder, source)
    check_course(program, folder)
    check_notes(program, folder)
    check_refusals(program, folder)
    check_declarations(program, folder)
    check_dependence(program)
    shutil.rmtree(folder, ignore_errors=True)
    verdict.exit()


main()
