# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases of the matrix test: families of settings, which of them go together, and the run file
that some settings make."""
import itertools
import random

SERIES = ["step", "linear", "ramp", "sine", "steps", "ar1"]
MUTATION = ["gaussian", "lognormal", "replace", "regression"]
NETWORK_MODELS = ["additive", "multiplicative", "hill", "sigmoid", "siegal_bergman", "wagner"]
COMPONENTS = ["neutral", "proportional", "threshold", "weighted", "epistatic", "gaussian",
              "stability", "pareto"]

# Each family of settings; the first one is what a part has that does not vary it.
FACTORS = {
    "expression": ["constant", "linear", "hill"],
    "regulation": ["none", *NETWORK_MODELS],
    "concentration": ["constant", *SERIES],
    "temperature": ["off", "constant", "ramp", "ar1"],
    "nutrients": ["off", "constant", "sine", "ar1"],
    "fitness": ["proportional", *(c for c in COMPONENTS if c != "proportional")],
    "second": ["-", *COMPONENTS],
    "optimum": ["-", "number", "list", "distribution", *SERIES],
    "strength": ["-", "strength", "width"],
    "selection": ["wright_fisher", "tournament", "truncation", "none"],
    "extinction": ["neutral", "stop", "-"],
    "overlap": ["0", "0.3"],
    "mating": ["asexual", "uniform", "uniform at a rate", "map", "map of intervals",
               "map of chromosomes"],
    "selfing": ["-", "no", "yes"],
    "ploidy": ["1", "2"],
    "demes": ["one", "apart", "island", "ring", "line", "matrix"],
    "network": ["-", "random", "edges"],
    "weights": ["shared", "heritable"],
    "basal mutation": MUTATION,
    "basal rate": ["0.1", "0", "1"],
    "weight mutation": ["-", *MUTATION],
    "loss": ["-", "0", "0.2"],
    "gain": ["-", "0", "0.5"],
    "duplication": ["0", "0.3"],
    "deletion": ["0", "0.3"],
    "initial": ["uniform", "normal", "lognormal", "exponential", "number", "list"],
    "initial weights": ["-", "network", "uniform", "normal", "lognormal", "exponential"],
    "clonal": ["no", "yes"],
    "window": ["1 of 1", "1 of 5", "4 of 5"],
    "unstable": ["unknown", "viable", "inviable"],
    "noise": ["0", "0.2"],
    "parameters": ["number", "list", "distribution"],
}

# (these settings of one family) need (those of another); whatever is not needed is free.
NEEDS = []


def need(one, some, other, allowed):
    NEEDS.append((one, set(some), other, set(allowed)))


def both(one, some, other, allowed):
    """One is among `some` just when the other is among `allowed`."""
    need(one, some, other, allowed)
    need(one, set(FACTORS[one]) - set(some), other, set(FACTORS[other]) - set(allowed))


need("regulation", NETWORK_MODELS, "network", ["random", "edges"])
need("weights", ["heritable"], "network", ["random", "edges"])
for name in ("weight mutation", "loss", "gain", "initial weights"):
    both("weights", ["shared"], name, ["-"])
both("mating", ["asexual"], "selfing", ["-"])
both("selection", ["none"], "extinction", ["-"])
need("selection", ["none"], "mating", ["asexual"])
need("selection", ["none"], "demes", ["one", "apart"])
both("optimum", ["-"], "strength", ["-"])


def fits(known):
    """Whether some settings go together, as far as all that a rule speaks of is known."""
    if any(known.get(one) in some and other in known and known[other] not in allowed
           for one, some, other, allowed in NEEDS):
        return False
    if not {"fitness", "second", "optimum"} <= set(known):
        return True
    return ("gaussian" in (known["fitness"], known["second"])) == (known["optimum"] != "-")


def settle(given, order):
    """A setting of every family, some of them given: of the others the first of `order(levels)`
    that goes with what is settled. None where there is no way on."""
    known = dict(given)
    for name, levels in FACTORS.items():
        if name not in known:
            known[name] = next((x for x in order(levels) if fits(known | {name: x})), None)
        if known[name] is None:
            return None
    return {name: known[name] for name in FACTORS} if fits(known) else None


def plainly(levels):
    return levels


def at_random(rng):
    return lambda levels: rng.sample(levels, len(levels))


# --- parts ------------------------------------------------------------------------------------

def product(**families):
    """The full product of some families' settings, without what does not go together."""
    names = [name.replace("_", " ") for name in families]
    for levels in itertools.product(*families.values()):
        a = settle(dict(zip(names, levels)), plainly)
        if a is not None:
            yield a


def every(name):
    return FACTORS[name]


def environment():
    yield from product(expression=every("expression"), regulation=every("regulation"),
                       concentration=every("concentration"), window=["1 of 5"])
    yield from product(expression=every("expression"), regulation=every("regulation"),
                       temperature=every("temperature"), nutrients=every("nutrients"),
                       parameters=["distribution"])


def fitness():
    for noise in every("noise"):
        yield from product(regulation=every("regulation"), fitness=every("fitness"), noise=[noise],
                           window=["4 of 5"], unstable=["inviable"])
    yield from product(fitness=every("fitness"), second=every("second"), parameters=["list"],
                       window=["4 of 5"], regulation=["additive"])
    yield from product(fitness=["gaussian"], optimum=every("optimum"), strength=every("strength"),
                       parameters=every("parameters"))


def weights():
    yield from product(regulation=every("regulation"), weights=["heritable"],
                       network=["random", "edges"], basal_mutation=MUTATION,
                       weight_mutation=MUTATION)
    yield from product(regulation=every("regulation"), weights=["shared"], basal_mutation=MUTATION,
                       duplication=every("duplication"), deletion=every("deletion"))
    yield from product(regulation=["additive", "wagner"], weights=["heritable"],
                       loss=["0", "0.2"], gain=["0", "0.5"], duplication=every("duplication"),
                       deletion=every("deletion"), ploidy=every("ploidy"),
                       initial_weights=["network", "normal"])
    yield from product(initial=every("initial"), basal_mutation=MUTATION, clonal=every("clonal"),
                       ploidy=every("ploidy"))
    yield from product(initial_weights=every("initial weights"), weight_mutation=MUTATION,
                       clonal=every("clonal"), weights=["heritable"], regulation=["sigmoid"],
                       gain=["0.5"], loss=["0.2"])


def selection():
    for extinction in every("extinction"):
        yield from product(fitness=every("fitness"), selection=every("selection"),
                           mating=["asexual", "uniform"], demes=["one", "island"],
                           extinction=[extinction])


def life():
    yield from product(selection=every("selection"), mating=every("mating"),
                       selfing=every("selfing"), ploidy=every("ploidy"), demes=every("demes"),
                       overlap=every("overlap"))


def pairs():
    """Random settings that hold as many pairs not seen before as can be."""
    rng = random.Random(20260101)
    order = at_random(rng)
    names = list(FACTORS)
    wanted = {((f, x), (g, y)) for i, f in enumerate(names) for g in names[i + 1:]
              for x in FACTORS[f] for y in FACTORS[g]}
    possible = {pair for pair in sorted(wanted)
                if any(settle(dict(pair), order) for _ in range(30))}
    print(f"pairs of settings: {len(wanted)}, of which {len(wanted) - len(possible)} contradict "
          f"each other and {len(possible)} are tried")
    while possible:
        seeds = rng.sample(sorted(possible), min(12, len(possible)))
        candidates = [settle(dict(pair), order) for pair in seeds]
        held = lambda a: {((f, a[f]), (g, a[g])) for i, f in enumerate(names)
                          for g in names[i + 1:]}
        best = max((a for a in candidates if a is not None),
                   key=lambda a: len(held(a) & possible), default=None)
        if best is not None and held(best) & possible:
            possible -= held(best)
            yield best


PARTS = {part.__name__: part for part in (environment, fitness, weights, selection, life, pairs)}


# --- from settings to a run file --------------------------------------------------------------

GENES, LAST = 5, 5
NAMES = ["a", "b", "c", "d", "e"]


def laws(rng):
    """Distributions around 0.5; those of weights around 0."""
    u = lambda low, high: round(rng.uniform(low, high), 3)
    return {"uniform": {"distribution": "uniform", "low": u(0.05, 0.2), "high": u(0.8, 1.4)},
            "normal": {"distribution": "normal", "mean": u(0.2, 0.6), "sd": u(0.3, 0.6)},
            "lognormal": {"distribution": "lognormal", "mean": u(-1, 0), "sd": u(0.2, 0.6)},
            "exponential": {"distribution": "exponential", "mean": u(0.4, 0.9)}}


def in_time(kind, rng, low, high):
    """A series between two bounds."""
    u = lambda: round(rng.uniform(low, high), 3)
    mean, half = (low + high) / 2, (high - low) / 2
    if kind in ("step", "linear"):
        return {"series": "table", "at": [1, 2, 5], "values": [u(), u(), u()],
                "interpolation": kind}
    return {"constant": u(), "number": u(),
            "ramp": {"series": "ramp", "from": u(), "to": u(), "start": 1, "end": 4},
            "sine": {"series": "sine", "mean": mean, "amplitude": half, "period": 3.7,
                     "phase": 0.4},
            "steps": {"series": "steps", "values": [u(), u(), u()], "duration": 2},
            "ar1": {"series": "ar1", "mean": mean, "sd": round(half, 3), "autocorrelation":
                    rng.choice([-0.4, 0.3, 0.8])}}[kind]


def by_gene(kind, rng, low, high):
    u = lambda: round(rng.uniform(low, high), 3)
    if kind == "list":
        return [u() for _ in range(GENES)]
    if kind == "distribution":
        return {"distribution": "uniform", "low": low, "high": high}
    return u()


def components(a, rng):
    return [component(model, a, rng) for model in (a["fitness"], a["second"]) if model != "-"]


def component(model, a, rng):
    u = lambda low, high: round(rng.uniform(low, high), 3)
    c = {"model": model}
    if model == "threshold":
        c["threshold"] = u(0.1, 0.8)
    elif model == "weighted":
        c["weights"] = by_gene(a["parameters"], rng, 0, 2)
    elif model == "epistatic":
        if a["parameters"] == "list":
            c["matrix"] = [[u(-0.3, 0.5) for _ in range(GENES)] for _ in range(GENES)]
        else:
            c["interactions"] = [[0, 1, u(-0.4, 0.4)], [3, 3, u(0, 1)], [4, 0, u(-0.4, 0.8)]]
    elif model == "gaussian":
        optimum = a["optimum"]
        c["optimum"] = by_gene(optimum, rng, 0.2, 1) if optimum in ("list", "distribution") else \
            in_time(optimum, rng, 0.2, 1)
        low, high = (0.5, 2) if a["strength"] == "strength" else (0.7, 1.5)
        c[a["strength"]] = by_gene(a["parameters"], rng, low, high)
    elif model == "stability":
        c["strength"] = u(0.5, 4)
    elif model == "pareto" and a["parameters"] != "number":
        c["genes"] = rng.sample(range(GENES), 2)
    return c


def mutation_law(model, rate, rng, scale):
    law = {"model": model, "rate": rate}
    if model != "replace":
        law["sd"] = round(rng.uniform(0.1, 0.5) * scale, 3)
    if model == "regression":
        law |= {"mean": round(rng.uniform(0, 0.5), 3), "retention": round(rng.uniform(-0.5, 1), 3)}
    return law


def population(a, rng):
    n = rng.choice([23, 31, 40])
    initial = {"clonal": a["clonal"] == "yes"}
    if a["initial"] in ("number", "list"):
        initial["basal"] = by_gene(a["initial"], rng, 0.1, 1)
    else:
        initial["basal"] = laws(rng)[a["initial"]]
    if a["initial weights"] == "network":
        initial["weights"] = "network"
    elif a["initial weights"] != "-":
        initial["weights"] = laws(rng)[a["initial weights"]]
    demes = {"one": 1, "apart": 3, "island": [n - 13, 4, 9], "ring": rng.choice([2, 5]),
             "line": 4, "matrix": 3}[a["demes"]]
    return {"individuals": n, "genes": GENES, "ploidy": int(a["ploidy"]), "demes": demes,
            "initial": initial}


def network(a, rng):
    if a["network"] == "random":
        of = {"random": {"density": 0.5, "self": rng.random() < 0.7,
                         "weight": {"distribution": "normal", "mean": 0.1, "sd": 0.6}}}
    else:
        pairs = rng.sample([(s, t) for s in NAMES for t in NAMES], 9)
        of = {"edges": [[s, t, round(rng.uniform(-1, 1), 3)] for s, t in pairs], "genes": NAMES}
    return of | {"weights": a["weights"]}


def expression(a, rng, regulation):
    part = {"model": a["expression"], "temperature_reference": 30.0}
    if a["temperature"] != "off":
        part["q10"] = 2.1
    if a["nutrients"] != "off":
        part["nutrient_half_saturation"] = 0.3
    if a["expression"] == "linear":
        part["slope"] = by_gene(a["parameters"], rng, -0.3, 0.8)
    if "hill" in (a["expression"], regulation):
        part["k"] = by_gene(a["parameters"], rng, 0.2, 0.9)
        part["n"] = by_gene(a["parameters"], rng, 0.8, 3)
    return part


def environment_of(a, rng):
    return {"tf_concentration": in_time(a["concentration"], rng, 0.1, 1.2),
            "temperature": 37.0 if a["temperature"] == "off" else
            in_time(a["temperature"], rng, 20, 40),
            "nutrients": 1.0 if a["nutrients"] == "off" else
            in_time(a["nutrients"], rng, 0, 1)}


def regulation_of(a, rng):
    model = a["regulation"]
    part = {"model": model}
    if model in ("additive", "multiplicative", "hill"):
        part["strength"] = round(rng.uniform(0.2, 0.6), 3)
    elif model == "sigmoid":
        part["constitutive"] = round(rng.uniform(0.2, 0.6), 3)
    elif model == "siegal_bergman":
        part |= {"slope": round(rng.uniform(0.5, 2), 3),
                 "initial_state": by_gene(a["parameters"], rng, -1, 1)}
    elif model == "wagner":
        part["initial_state"] = rng.choice([-1, 1]) if a["parameters"] == "number" else \
            [rng.choice([-1, 1]) for _ in range(GENES)]
        part["at_zero"] = rng.choice(["keep", "zero"])
    return part


def development(a):
    window, steps = a["window"].split(" of ")
    part = {"steps": int(steps), "window": int(window), "noise_sd": float(a["noise"])}
    if a["unstable"] != "unknown":
        part |= {"tolerance": 0.0301, "unstable": a["unstable"]}
    return part


def mating(a, rng):
    if a["mating"] == "asexual":
        return {"system": "asexual"}
    recombination = {"uniform": {"model": "uniform"},
                     "uniform at a rate": {"model": "uniform", "rate": 0.2},
                     "map": {"model": "map", "rate": 0.15},
                     "map of intervals": {"model": "map", "rate": [0.1, 0.5, 0, 0.3]},
                     "map of chromosomes": {"model": "map", "rate": 0.05,
                                            "chromosomes": [2, 3]}}[a["mating"]]
    return {"system": "sexual", "selfing": a["selfing"] == "yes", "recombination": recombination}


def migration(a):
    return {"island": {"scheme": "island", "rate": 0.2},
            "ring": {"scheme": "stepping_stone", "ring": True, "rate": 0.3},
            "line": {"scheme": "stepping_stone", "rate": 0.25},
            "matrix": {"scheme": "matrix", "matrix": [[0.7, 0.3, 0], [0.05, 0.85, 0.1],
                                                      [0, 0, 1]]}}.get(a["demes"])


def mutation(a, rng):
    part = {"basal": mutation_law(a["basal mutation"], float(a["basal rate"]), rng, 1)}
    if a["weight mutation"] != "-":
        part["weights"] = mutation_law(a["weight mutation"], 0.15, rng, 1.5)
    for name in ("loss", "gain"):
        if a[name] not in ("-", "0"):
            part[f"edge_{name}"] = float(a[name])
    for name in ("duplication", "deletion"):
        if a[name] != "0":
            part[name] = float(a[name])
    return part


def selection_of(a, rng):
    part = {"scheme": a["selection"], "overlap": float(a["overlap"])}
    if a["selection"] == "tournament":
        part["size"] = rng.choice([1, 2, 3, 7])
    elif a["selection"] == "truncation":
        part["fraction"] = rng.choice([0.1, 0.45, 1])
    if a["extinction"] != "-":
        part["on_extinction"] = a["extinction"]
    return part


FIELDS = ["basal", "weight", "expression", "instability", "fitness", "stable", "parent", "parent2",
          "deme"]


def fields(config):
    """All that a snapshot of a run can hold."""
    absent = {"weight": config.get("network", {}).get("weights") != "heritable",
              "instability": config["development"].get("window", 1) == 1,
              "parent2": config["mating"]["system"] == "asexual",
              "deme": config["population"]["demes"] in (1, [1])}
    return [name for name in FIELDS if not absent.get(name)]


def run_file(a, number):
    """The run file of some settings; numbers that are not settings are drawn."""
    rng = random.Random(f"{number} {sorted(a.items())}")
    config = {
        "run": {"seed": rng.randrange(2**63), "generations": LAST},
        "population": population(a, rng),
        "environment": environment_of(a, rng),
        "expression": expression(a, rng, a["regulation"]),
        "regulation": regulation_of(a, rng),
        "development": development(a),
        "fitness": components(a, rng),
        "selection": selection_of(a, rng),
        "mating": mating(a, rng),
        "mutation": mutation(a, rng),
    }
    if a["network"] != "-":
        config["network"] = network(a, rng)
    if migration(a):
        config["migration"] = migration(a)
    config["output"] = {"snapshots": {"every": 1, "fields": fields(config)}}
    return config


def describe(a):
    """What of the settings is not plain."""
    return ", ".join(f"{name}: {level}" for name, level in a.items()
                     if level not in (FACTORS[name][0], "-")) or "all plain"


# --- single run files --------------------------------------------------------------------------

def plain(**changes):
    """A plain run file with changes: `section__key=value`, None removes it."""
    config = run_file(settle({}, plainly), 0)
    for path, value in changes.items():
        section, *rest = path.split("__")
        at = config
        for key in [section, *rest][:-1]:
            at = at.setdefault(key, {})
        if value is None:
            at.pop([section, *rest][-1], None)
        else:
            at[[section, *rest][-1]] = value
    return config


HERITABLE = {"random": {"density": 0.5, "self": True}, "weights": "heritable"}
SEXUAL = {"system": "sexual"}
MAP = {"system": "sexual", "recombination": {"model": "map", "rate": 0.1}}


def corners():
    """Sizes at which something begins or ends: one individual, one gene, more genes than a word
    of random bits, more individuals than blocks."""
    often = {"model": "gaussian", "rate": 1, "sd": 0.1}
    seldom = {"model": "gaussian", "rate": 0.02, "sd": 0.1}
    cases = []
    for ploidy, mating in itertools.product((1, 2), ({"system": "asexual"}, SEXUAL, MAP)):
        of = {"population__ploidy": ploidy, "mating": mating}
        for individuals, genes, generations, law in ((1, 5, 4, often), (2, 1, 4, often),
                                                     (5, 300, 3, often), (9, 140, 3, seldom)):
            density = 20 / genes**2 if genes > 9 else 1
            cases.append(plain(
                population__individuals=individuals, population__genes=genes,
                run__generations=generations, mutation={"basal": law, "weights": law},
                network={"random": {"density": density, "self": True}, "weights": "heritable"},
                regulation={"model": "additive", "strength": 0.1}, **of))
        cases.append(plain(population__individuals=6, population__demes=6,
                           migration={"scheme": "island", "rate": 0.5}, **of))
    for demes in (1, 3):
        cases.append(plain(population__individuals=4501, population__genes=1,
                           population__demes=demes, run__generations=2, selection__overlap=0.1))
    cases.append(plain(population__genes=1, mutation__deletion=0.2))
    for config in cases:
        config["output"]["snapshots"]["fields"] = fields(config)
        of = config["population"]
        yield (f"{of['individuals']} individuals, {of['genes']} genes, {of['demes']} demes, ploidy "
               f"{of['ploidy']}, {config['mating']}", config)


def unequal():
    """Demes that follow optima of their own, so that their fitness differs by up to 10^300 and some
    have none: of one individual and of several, under every way to choose parents."""
    schemes = ({}, {"selection__scheme": "tournament", "selection__size": 3},
               {"selection__scheme": "truncation", "selection__fraction": 0.5})
    matings = ({"system": "asexual"}, SEXUAL, {"system": "sexual", "selfing": True})
    migrations = (None, {"scheme": "island", "rate": 0.3},
                  {"scheme": "matrix", "matrix": [[0.3, 0.7, 0, 0], [1, 0, 0, 0],
                                                  [0, 0.1, 0.2, 0.7], [0.5, 0, 0, 0.5]]})
    steps = (0.01, 3, 60, 400, 3000) # the last: fitness of 0, too
    number = 0
    for demes, scheme, mating, migration in itertools.product(
            ([1, 1, 1, 1], [9, 1, 7, 23]), schemes, matings, migrations):
        number += 1
        config = plain(
            run__seed=number, run__generations=8, population__individuals=sum(demes),
            population__demes=demes, population__genes=2, mating=mating,
            selection__overlap=0.2 * (number % 2), selection__on_extinction="neutral",
            fitness=[{"model": "gaussian", "strength": steps[number % len(steps)],
                      "optimum": {"series": "ar1", "mean": 0.5, "sd": 0.4,
                                  "autocorrelation": 0.5}}], **scheme)
        if migration:
            config["migration"] = migration
        config["output"]["snapshots"]["fields"] = fields(config)
        yield (f"demes of {demes}, strength {steps[number % len(steps)]}, {scheme}, {mating}, "
               f"{migration}", config)


def earlier(path_of):
    """Runs, and runs that start from their last snapshots; `path_of(number)` is the result of
    the one of that number."""
    network = {"random": {"density": 0.5, "self": True, "seed": 3}}
    cases = []
    for ploidy, weights in itertools.product((1, 2), ("shared", "heritable")):
        of = {"population__ploidy": ploidy, "population__individuals": 29,
              "network": network | {"weights": weights},
              "regulation": {"model": "additive", "strength": 0.3}}
        cases.append((f"ploidy {ploidy}, {weights}", plain(**of)))
    for number, (_, first) in enumerate(list(cases)):
        for weights, mating, model in itertools.product(("shared", "heritable"), ({"system":
                                                         "asexual"}, MAP), ("gaussian", "replace")):
            law = {"model": model, "rate": 0.2}
            initial = {"from": path_of(number)}
            if model == "replace":
                initial["basal"] = {"distribution": "exponential", "mean": 0.5}
            mutation = {"basal": law, "deletion": 0.2}
            if weights == "heritable":
                mutation["weights"] = law
            cases.append((f"from {number}, {weights}, {mating}, {model}", plain(
                population=first["population"] | {"initial": initial, "demes": [9, 20]},
                network=network | {"weights": weights}, mating=mating, mutation=mutation,
                regulation={"model": "sigmoid"}, migration={"scheme": "island", "rate": 0.2})))
    for text, config in cases:
        config["output"]["snapshots"]["fields"] = fields(config)
        yield text, config


# What validation refuses, and how it says so.
REFUSED = [
    (dict(selection__scheme="none", selection__on_extinction=None, mating=SEXUAL),
     "contradicts mating.system: sexual"),
    (dict(selection__scheme="none", selection__on_extinction=None, population__demes=3,
          migration={"scheme": "island", "rate": 0.1}), "migration"),
    (dict(selection__scheme="none"), r"selection.on_extinction belongs to"),
    (dict(regulation__model="additive"), "additive needs a network"),
    (dict(network={"weights": "heritable"}), "network"),
    (dict(network=HERITABLE | {"weights": "shared"}, mutation__weights={"rate": 0.1}),
     "mutation.weights"),
    (dict(network=HERITABLE | {"weights": "shared"}, mutation__edge_loss=0.1), "edge_loss"),
    (dict(network=HERITABLE | {"weights": "shared"}, mutation__edge_gain=0.1), "edge_gain"),
    (dict(mutation__edge_loss=0.1), "edge_loss"),
    (dict(population__initial__weights={"distribution": "normal", "mean": 0, "sd": 1}),
     "population.initial.weights"),
    (dict(development__unstable="inviable"), "needs development.tolerance"),
    (dict(development={"steps": 2, "window": 3}), "development.window: 3 is more than"),
    (dict(development__noise_sd=-0.1), "noise_sd"),
    (dict(selection__size=3), "selection.size belongs to selection.scheme: tournament"),
    (dict(selection__fraction=0.3), "selection.fraction belongs to selection.scheme: truncation"),
    (dict(selection={"scheme": "truncation", "fraction": 0}), "selection.fraction"),
    (dict(selection={"scheme": "tournament", "size": 0}), "selection.size"),
    (dict(selection__overlap=1), "selection.overlap"),
    (dict(mating={"selfing": True}), "mating.selfing belongs to mating.system: sexual"),
    (dict(mating={"recombination": {"rate": 0.1}}), "mating.recombination.rate belongs to"),
    (dict(mating={"system": "sexual", "recombination": {"rate": [0.1, 0.2, 0.3, 0.4]}}),
     "4 rates; allowed for uniform recombination: one"),
    (dict(mating={"system": "sexual", "recombination": {"model": "map", "rate": 0.6}}),
     "allowed for map recombination"),
    (dict(mating={"system": "sexual", "recombination": {"model": "map", "rate": [0.1, 0.2]}}),
     "2 rates for 5 genes"),
    (dict(mating={"system": "sexual", "recombination": {"model": "map", "chromosomes": [2, 2]}}),
     "the sizes add up to 4"),
    (dict(mating={"system": "sexual", "recombination": {"chromosomes": [2, 3]}}),
     "chromosomes belongs to"),
    (dict(migration={"scheme": "island", "rate": 0.1}), "several population.demes"),
    (dict(population__demes=3, migration={"scheme": "matrix"}), "needs migration.matrix"),
    (dict(population__demes=2, migration={"scheme": "matrix", "matrix": [[0.5, 0.4], [0, 1]]}),
     "migration.matrix"),
    (dict(population__demes=3, migration={"scheme": "matrix", "matrix": [[1, 0], [0, 1]]}),
     "4 numbers for 3 demes"),
    (dict(population__demes=3, migration={"scheme": "island", "rate": 0.1, "ring": True}),
     "migration.ring belongs to"),
    (dict(population__demes=3, migration={"scheme": "matrix", "rate": 0.1, "matrix":
                                          [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}), "migration.rate"),
    (dict(population__demes=[3, 4]), "the sizes add up to 7"),
    (dict(population__ploidy=3), "population.ploidy"),
    (dict(expression__slope=0.4), "expression.slope belongs to expression.model: linear"),
    (dict(expression__k=0.4), "expression.k belongs to"),
    (dict(expression={"model": "linear", "slope": [1, 2]}), "expression.slope: a list of 2"),
    (dict(network=HERITABLE, regulation={"model": "sigmoid", "strength": 2}),
     "regulation.strength belongs to"),
    (dict(network=HERITABLE, regulation={"model": "additive", "constitutive": 0.3}),
     "regulation.constitutive belongs to"),
    (dict(network=HERITABLE, regulation={"model": "wagner", "initial_state": 0.5}), "wagner"),
    (dict(network=HERITABLE, regulation={"model": "wagner", "initial_state":
                                         {"distribution": "uniform", "low": -1, "high": 1}}),
     "wagner"),
    (dict(fitness=[{"model": "pareto", "genes": ["nobody"]}]), "nobody"),
    (dict(fitness=[{"model": "pareto", "genes": [0, 0]}]), "pareto|genes"),
    (dict(fitness=[{"model": "gaussian", "optimum": [1, 2]}]), "fitness.0.optimum: a list of 2"),
    (dict(fitness=[{"model": "gaussian", "strength": 1, "width": 1}]), "width"),
    (dict(fitness=[{"model": "threshold", "optimum": 1}]), "optimum"),
    (dict(fitness=[{"model": "epistatic", "matrix": [[1, 0], [0, 1]]}]), "2 rows for 5 genes"),
    (dict(fitness=[{"model": "weighted", "weights": -1}]), "weights"),
    (dict(environment__tf_concentration={"series": "ar1", "mean": 1, "sd": 1,
                                         "autocorrelation": 1}), "autocorrelation"),
    (dict(environment__nutrients={"series": "sine", "mean": 0.5, "amplitude": 0.6, "period": 5}),
     "environment.nutrients"),
    (dict(environment__tf_concentration={"series": "ramp", "from": -1, "to": 1, "start": 0,
                                         "end": 5}), "tf_concentration"),
    (dict(mutation__basal={"model": "gaussian", "mean": 0.4}), "mutation.basal.mean belongs to"),
    (dict(mutation__basal={"model": "replace", "sd": 0.4}), "mutation.basal.sd belongs to"),
    (dict(mutation__basal={"model": "lognormal", "retention": 0.5}), "retention belongs to"),
    (dict(mutation__basal__rate=1.1), "mutation.basal.rate: 1.1 is more than 1"),
    (dict(mutation__basal={"rate": GENES + 0.5, "per": "genome"}), "per haploid genome"),
    (dict(mutation__basal={"rate": 0.1, "per": "gene"}), "locus, genome"),
    (dict(network=HERITABLE, regulation={"model": "additive", "at_zero": "zero"}),
     "regulation.at_zero belongs to"),
    (dict(population__initial__basal=-0.1), "population.initial.basal"),
    (dict(population__genes=1, network=None, mutation__duplication=0.1), "duplication"),
]
