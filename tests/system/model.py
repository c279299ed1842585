# SPDX-License-Identifier: GPL-3.0-or-later
"""The model's equations, written down once more, in NumPy, for all individuals at a time.

Nothing here comes from the program: only the resolved run file, the network and the genotypes
of a result file are read.
"""
import numpy as np


def profile(value, genes):
    """A number per gene, from one number or a list."""
    return np.broadcast_to(np.asarray(value, dtype=float), (genes,))


def series(value, t):
    """A quantity at generation t: a number, or a series in time."""
    if not isinstance(value, dict):
        return value
    kind, number = value["series"], {k: float(v) for k, v in value.items()
                                     if isinstance(v, (int, float))}
    if kind == "constant":
        return number["value"]
    if kind == "ramp":
        return float(np.interp(t, [number["start"], number["end"]], [number["from"], number["to"]]))
    if kind == "sine":
        return number["mean"] + number["amplitude"] * np.sin(
            2 * np.pi * (np.fmod(t, number["period"]) / number["period"]) + number.get("phase", 0.0))
    if kind == "steps":
        values = np.atleast_1d(value["values"]).astype(float)
        steps = np.floor(t / number["duration"])
        return float(values[int(steps) % len(values) if np.isfinite(steps) else 0])
    if kind != "table":
        raise NotImplementedError(f"series {kind}")
    at, values = (np.atleast_1d(value[k]).astype(float) for k in ("at", "values"))
    if value.get("interpolation", "step") == "linear":
        return float(np.interp(t, at, values))
    return float(values[max(0, np.searchsorted(at, t, side="right") - 1)])


class Network:
    """Edges by target."""

    def __init__(self, file):
        group = file["network"]
        self.genes = group["gene"].shape[0]
        self.names = [n.decode() if isinstance(n, bytes) else n for n in group["gene_name"][()]]
        has = "edge_source" in group
        self.source = group["edge_source"][()] if has else np.zeros(0, int)
        self.target = group["edge_target"][()] if has else np.zeros(0, int)
        self.weight = group["edge_weight"][()] if has else np.zeros(0)
        self.edges = len(self.source)

    def input(self, x, weight):
        """u_g = sum of W[g,j] x_j for each individual; `weight` [edge] or [individual, edge]."""
        u = np.zeros_like(x)
        terms = weight * x[:, self.source]
        for e in range(self.edges):
            u[:, self.target[e]] += terms[:, e]
        return u

    def index(self, gene):
        return gene if isinstance(gene, int) else self.names.index(gene)


def surroundings(config, t):
    """The factor of temperature and nutrients on basal expression."""
    expression, environment = config["expression"], config["environment"]
    warmer = series(environment["temperature"], t) - float(expression["temperature_reference"])
    factor = float(expression["q10"]) ** (warmer / 10)
    half = float(expression["nutrient_half_saturation"])
    food = series(environment["nutrients"], t)
    return factor * (food / (food + half) if half > 0 else 1.0)


def hill(y, k, h):
    """y^h/(k^h + y^h), also where the powers are no numbers."""
    with np.errstate(all="ignore"):
        return np.where(y > 0, 1 / (1 + (k / np.asarray(y, float)) ** h), 0.0)


def develop(config, network, t, basal, weight):
    """Expression, instability and stable flag of all individuals of generation t."""
    n, genes = basal.shape
    expression, regulation = config["expression"], config["regulation"]
    development = config["development"]
    c = series(config["environment"]["tf_concentration"], t)
    if expression["model"] == "constant":
        promoted = basal
    elif expression["model"] == "linear":
        promoted = np.maximum(0, basal + profile(expression["slope"], genes) * c)
    elif expression["model"] == "hill":
        k, h = profile(expression["k"], genes), profile(expression["n"], genes)
        promoted = basal * hill(c, k, h)
    else:
        raise NotImplementedError(expression["model"])
    envelope = surroundings(config, t)
    promoted = promoted * envelope

    model = regulation["model"]
    rho = float(regulation.get("strength", 1))

    def step(x):
        u = network.input(x, weight)
        if model == "none":
            return promoted
        if model == "additive":
            return np.maximum(0, promoted + rho * u)
        if model == "multiplicative":
            return np.maximum(0, promoted * (1 + rho * u))
        if model == "hill":
            k, h = profile(expression["k"], genes), profile(expression["n"], genes)
            y = np.maximum(0, c + rho * u)
            return basal * envelope * hill(y, k, h)
        if model == "siegal_bergman":
            return 2 / (1 + np.exp(-float(regulation["slope"]) * u)) - 1
        if model == "wagner":
            at_zero = x if regulation["at_zero"] == "keep" else 0.0
            return np.where(u > 0, 1.0, np.where(u < 0, -1.0, at_zero))
        if model == "sigmoid":
            a = float(regulation["constitutive"])
            return 1 / (1 + (1 - a) / a * np.exp(-u / (a * (1 - a))))
        raise NotImplementedError(model)

    x = promoted
    if model == "sigmoid":
        x = np.full((n, genes), float(regulation["constitutive"]))
    elif model in ("siegal_bergman", "wagner"):
        x = np.tile(profile(regulation["initial_state"], genes), (n, 1))
    steps, window = int(development["steps"]), int(development["window"])
    tolerance = float(development["tolerance"])
    states, least = [], np.full(n, np.inf)
    for _ in range(steps):
        following = step(x)
        least = np.minimum(least, np.abs(following - x).max(axis=1))
        x = following
        states.append(x)
    last = np.array(states[-window:])
    mean = last.mean(axis=0)
    stable = np.ones(n, int) if tolerance == 0 else (least <= tolerance).astype(int)
    doubtful = np.abs(least - tolerance) < 1e-12 * max(1.0, tolerance) if tolerance else least < 0
    return mean, ((last - mean) ** 2).mean(axis=0), stable, doubtful


def selection_weights(config, deme, fitness, ties):
    """What parents are drawn by: fitness, or by rank in the deme, where equals are a class that wins
    tournaments as one and shares that, while `ties` (a number for each) say who of them is cut off;
    of a deme where nobody is fit, 0."""
    selection = config["selection"]
    if selection["scheme"] not in ("tournament", "truncation"):
        return fitness
    weight = np.zeros(len(fitness))
    for d in np.unique(deme):
        mine = np.flatnonzero(deme == d)
        n, w = len(mine), fitness[mine]
        if not w.any():
            continue
        if selection["scheme"] == "tournament":
            size = float(selection["size"])
            least = (w[None, :] <= w[:, None]).sum(axis=1) # are not better
            tied = (w[None, :] == w[:, None]).sum(axis=1)
            weight[mine] = ((least / n) ** size - ((least - tied) / n) ** size) / tied
        else:
            rank = np.empty(n)
            rank[np.lexsort((ties[mine], -w))] = np.arange(n)
            weight[mine] = rank < np.ceil(round(float(selection["fraction"]) * n, 9))
    return weight


def gaussian_strength(component, genes):
    if "width" in component:
        return 1 / (2 * profile(component["width"], genes) ** 2)
    return profile(component["strength"], genes)


def fitness(config, network, t, e, instability, stable):
    """The product of the fitness components, clamped at 0; 0 for the inviable."""
    genes = e.shape[1]
    value = np.ones(e.shape[0])
    for component in config["fitness"]:
        model = component["model"]
        if model == "neutral":
            part = 1.0
        elif model == "proportional":
            part = e.mean(axis=1)
        elif model == "threshold":
            above = np.cumsum(e - float(component["threshold"]), axis=1)[:, -1]
            part = (above >= 0).astype(float) # a rounded mean may miss levels that equal the threshold
        elif model == "weighted":
            omega = profile(component["weights"], genes)
            part = e @ omega / omega.sum() if omega.any() else np.zeros(e.shape[0])
        elif model == "epistatic":
            matrix = np.zeros((genes, genes))
            for a, b, m in component["interactions"]:
                matrix[network.index(a), network.index(b)] += float(m)
            form = np.einsum("ig,gh,ih->i", e, matrix, e)
            part = e.mean(axis=1) + form / (genes if genes > 1 else 1)
        elif model == "gaussian":
            optimum = series(component["optimum"], t)
            s = gaussian_strength(component, genes)
            part = np.exp(-((e - profile(optimum, genes)) ** 2 * s).sum(axis=1))
        elif model == "stability":
            part = np.exp(-float(component["strength"]) * instability.sum(axis=1))
        else:
            raise NotImplementedError(model)
        value = value * part
    if config["development"]["unstable"] == "inviable":
        value = np.where(stable == 1, value, 0.0)
    return np.maximum(0, value)
