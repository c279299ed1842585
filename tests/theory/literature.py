# SPDX-License-Identifier: GPL-3.0-or-later
"""What the papers behind the run files in jobs/ report, against runs of these files:
literature.py PROGRAM FOLDER [NAME...]

Development is done over in NumPy, by a model of its own. Quantities with an exact expectation are
judged by z; statements like "falls" by the mean difference of replicates, in standard errors.
"""
import os

from theory import judge, judge_martingale, main, verdict
from common import require

require("numpy", "yaml")
import numpy as np
import yaml

JOBS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "jobs")
LEAST_T = 3.0
# Network seeds whose founder comes to rest: with on and off at density 0.75; with the smooth switch,
# by density.
SWITCHES = (4, 18, 39, 41, 82, 86, 106, 124)
FOUNDERS = {0.75: (4, 18, 39, 41, 86, 106), 0.2: (8, 12, 20, 23, 25, 38)}


def changed(tree, changes):
    """A run file with some keys changed: {"run.seed": 7, ...}."""
    for path, value in changes.items():
        *sections, key = path.split(".")
        place = tree
        for section in sections:
            place = place.setdefault(section, {})
        place[key] = value
    return tree


def preset(lab, name, changes):
    """The opened result of jobs/NAME.yaml with some keys changed."""
    with open(os.path.join(JOBS, name + ".yaml")) as file:
        tree = yaml.safe_load(file)
    return lab.run(yaml.safe_dump(changed(tree, changes)))


def exceeds(name, differences, reported):
    """Replicates' differences are above 0 by LEAST_T standard errors of their mean."""
    d = np.asarray(differences, float)
    error = d.std(ddof=1) / np.sqrt(len(d))
    print(f"  {name}: {d.mean():+.4g} +- {error:.2g} over {len(d)} replicates ({reported})")
    verdict.check(d.mean() > LEAST_T * error, f"{name}: {d.mean():.4g} +- {error:.2g}")


# --- networks, developed once more ---------------------------------------------------------------

def switch(u, x):
    return np.where(u > 0, 1.0, np.where(u < 0, -1.0, x))


def steep(u, x):
    return 2 / (1 + np.exp(-np.clip(100 * u, -700, 700))) - 1


def sigmoid(u, x, a=0.2):
    return 1 / (1 + (1 - a) / a * np.exp(-np.clip(u / (a * (1 - a)), -700, 700)))


def develop(matrix, curve, start, steps, window, tolerance=0.0):
    """[network, target, source] -> mean of the last `window` states, and whether a step changed no
    gene by more than the tolerance."""
    x = np.broadcast_to(start, matrix.shape[:2]).astype(float)
    stable, last = np.zeros(len(x), bool), []
    for s in range(steps):
        following = curve(np.einsum("nij,nj->ni", matrix, x), x)
        stable |= np.abs(following - x).max(axis=1) <= tolerance
        x = following
        if s >= steps - window:
            last.append(x)
    return np.mean(last, axis=0), stable


def edges(file):
    return file["network/edge_target"][()], file["network/edge_source"][()]


def matrices(file, row, chosen):
    """The weights of some individuals of a snapshot as matrices; of diploids, alleles' means."""
    weight = file["snapshots/weight"][row][chosen]
    weight = weight.mean(axis=2) if weight.ndim == 3 else weight
    genes = file["network/gene"].shape[0]
    full = np.zeros((len(weight), genes, genes))
    full[(slice(None), *edges(file))] = weight
    return full


def mutants(full, file, state, each, law):
    """`each` mutants of every matrix, in one edge; law(state, old) gives the new weight."""
    many = np.repeat(full, each, axis=0)
    target, source = edges(file)
    edge = state.integers(len(target), size=len(many))
    place = (np.arange(len(many)), target[edge], source[edge])
    many[place] = law(state, many[place])
    return many


def anew(state, old):
    return state.normal(size=len(old))


def founder(lab, name, seed, changes):
    """Where the founder of a network seed comes to rest; it must."""
    with preset(lab, name, {**changes, "network.random.seed": seed, "run.generations": 0,
                            "population.individuals": 1, "fitness": [{"model": "neutral"}],
                            "selection.on_extinction": "neutral"}) as file:
        stable = file["snapshots/stable"][0, 0] == 1
        verdict.check(stable, f"founder {seed} comes to rest")
        return file["snapshots/expression"][0, 0]


def unchanged(file, row, state, curve, steps, window, tolerance):
    """Of mutants in one weight, and of individuals with one gene turned over at the start, the
    shares that rest where the individual itself does."""
    stable = np.flatnonzero(file["snapshots/stable"][row])
    full = matrices(file, row, state.choice(stable, 60))
    rest, known = develop(full, curve, 1.0, steps, window, tolerance)
    verdict.check(known.all(), "those called stable are stable")
    each, shares = 20, []
    for what in ("mutants", "starts"):
        many = mutants(full, file, state, each, anew) if what == "mutants" else \
            np.repeat(full, each, axis=0)
        start = np.ones(many.shape[:2])
        if what == "starts":
            start[np.arange(len(many)), state.integers(many.shape[1], size=len(many))] = -1
        found, stable = develop(many, curve, start, steps, window, tolerance)
        distance = ((found - np.repeat(rest, each, axis=0)) ** 2).mean(axis=1) / 4
        shares.append((stable & (distance < 1e-3)).mean())
    return np.array(shares)


# --- the tests -----------------------------------------------------------------------------------

def stable_networks(lab):
    """Random networks of 10 genes, N(0, 1) weights, all genes on at the start. The share that comes
    to rest is the one of as many networks drawn and developed in NumPy. Reported by Pinho,
    Borenstein & Feldman 2012 (PLoS ONE 7:e34285): most networks cycle, in all variants of the
    model, and sparse ones rest more often than dense ones. Here 0.07 (dense) to about 0.2 (a fifth
    of the edges)."""
    state = np.random.default_rng(1996)
    for name, curve, steps, window, tolerance in (("wagner", switch, 30, 1, 1e-9),
                                                  ("siegal-bergman", steep, 100, 10, 1e-4)):
        shares = []
        for density in (0.2, 0.75, 1.0):
            found, drawn, wrong = [], [], 0
            for seed in range(1, 7): # of sparse networks, each seed has other edges
                with preset(lab, name, {
                        "run.seed": seed, "run.generations": 0, "population.individuals": 700,
                        "population.initial.weights": {"distribution": "normal", "mean": 0,
                                                       "sd": 1},
                        "network.random.density": density, "network.random.seed": seed,
                        "fitness": [{"model": "neutral"}],
                        "selection.on_extinction": "neutral"}) as file:
                    own = matrices(file, 0, slice(None))
                    flags = file["snapshots/stable"][0] == 1
                    others = np.zeros(own.shape)
                    others[(slice(None), *edges(file))] = state.normal(
                        size=(len(own), len(edges(file)[0])))
                wrong += (develop(own, curve, 1.0, steps, window, tolerance)[1] != flags).sum()
                found.append(flags.mean())
                drawn.append(develop(others, curve, 1.0, steps, window, tolerance)[1].mean())
            # rounding may tip a network whose largest change is the tolerance, to 13 digits
            verdict.check(wrong <= 1, f"{name}: {wrong} flags differ from NumPy's")
            p = np.mean(drawn)
            judge(f"{name}, density {density}: share at rest", p, np.mean(found),
                  np.sqrt(2 * p * (1 - p) / (700 * len(found))))
            shares.append(np.mean(found))
        verdict.check(max(shares) < 0.5, f"{name}: most networks cycle")
        verdict.check(shares[0] > 1.3 * shares[2], f"{name}: sparse networks rest more often")


def wagner(lab):
    """Wagner 1996: under stabilising selection the resting state becomes less sensitive to mutation
    (epigenetic stability). Shares of one-weight mutants that rest where their parent does, after
    400 generations and in the founder, over founders; likewise with one gene turned over at the
    start of development. (The paper's figures are not given here; measured: 0.58 in founders, 0.8
    after.)"""
    state, gain = np.random.default_rng(50), []
    for seed in SWITCHES:
        optimum = founder(lab, "wagner", seed, {})
        with preset(lab, "wagner", {"network.random.seed": seed, "fitness": [
                {"model": "gaussian", "optimum": optimum.tolist(), "strength": 0.25}]}) as file:
            before, after = (unchanged(file, row, state, switch, 30, 1, 1e-9) for row in (0, -1))
        gain.append(after - before)
        print(f"  founder {seed}: mutants {before[0]:.3f} -> {after[0]:.3f}, "
              f"starts {before[1]:.3f} -> {after[1]:.3f}", flush=True)
    exceeds("insensitive mutants, gain", [g[0] for g in gain], "Wagner 1996: rises")
    exceeds("insensitive starts, gain", [g[1] for g in gain], "robustness to noise rises as well")


def siegal_bergman(lab):
    """Siegal & Bergman 2002: insensitivity to mutation evolves with strong selection for the
    founder's phenotype (sigma 0.1) and without any, by the need to develop stably alone; and more
    of it in highly connected networks (their abstract)."""
    state, gains = np.random.default_rng(99), {}
    for density, sigmas in ((0.75, (None, 0.1)), (0.2, (None,))):
        for seed in FOUNDERS[density]:
            own = {"network.random.density": density,
                   "mutation.weights.rate": 0.1 / (100 * density)}
            optimum = founder(lab, "siegal-bergman", seed, own)
            for sigma in sigmas:
                component = {"model": "neutral"} if sigma is None else {
                    "model": "gaussian", "optimum": optimum.tolist(), "strength": 1 / (40 * sigma)}
                with preset(lab, "siegal-bergman", {**own, "network.random.seed": seed,
                                                    "fitness": [component]}) as file:
                    before, after = (unchanged(file, row, state, steep, 100, 10, 1e-4)[0]
                                     for row in (0, -1))
                print(f"  density {density}, sigma {sigma or 'infinite'}, founder {seed}: "
                      f"{before:.3f} -> {after:.3f}", flush=True)
                gains.setdefault((density, sigma), []).append(after - before)
    exceeds("gain with selection", gains[0.75, 0.1], "evolves")
    exceeds("gain without selection for a phenotype", gains[0.75, None], "evolves as well")
    dense, sparse = np.array(gains[0.75, None]), np.array(gains[0.2, None])
    error = np.sqrt((dense.var(ddof=1) + sparse.var(ddof=1)) / len(dense))
    print(f"  dense minus sparse: {dense.mean() - sparse.mean():+.3f} +- {error:.2g} "
          "(more in highly connected networks)")
    verdict.check(dense.mean() - sparse.mean() > 2 * error, "dense networks gain more")


def logit_of(expression, a=0.2):
    """The input at which the sigmoid gives this expression."""
    return a * (1 - a) * np.log((1 - a) / a * expression / (1 - expression))


def start_at(optimum, state):
    """A matrix of zeros but for one weight of each gene, at a random place, that puts the gene at its
    optimum; or None where development does not lead there."""
    genes = len(optimum)
    full = np.zeros((genes, genes))
    regulator = state.integers(genes, size=genes)
    full[np.arange(genes), regulator] = logit_of(optimum) / optimum[regulator]
    found = develop(full[None], sigmoid, 0.2, 16, 4)[0][0]
    return full if np.abs(found - optimum).max() < 0.01 else None


def drawn_start(state, draw):
    """Optima and a matrix that reaches them: as often drawn as it takes."""
    while True:
        optimum = draw(state)
        full = start_at(optimum, state)
        if full is not None:
            return optimum, full


def log_mutational_variance(file, row, state):
    """ln V_m of each gene: its variance over copies with one weight changed by N(0, 0.1^2), in the
    mean over 50 individuals."""
    full = matrices(file, row, state.choice(file["snapshots/weight"].shape[1], 50, replace=False))
    many = mutants(full, file, state, 100, lambda s, old: old + s.normal(0, 0.1, len(old)))
    found = develop(many, sigmoid, 0.2, 16, 4)[0].reshape(50, 100, -1)
    return np.log(np.maximum(found.var(axis=1, ddof=1), np.exp(-40))).mean(axis=0)


def courses(lab, seed, draw, selected, mutation):
    """ln V_m by generation, 0 and the last, and gene, from a start that the seed draws."""
    state = np.random.default_rng([2022, seed])
    optimum, full = drawn_start(state, draw)
    names = [f"g{gene}" for gene in range(len(full))]
    edge = [[names[source], names[target], float(full[target, source])]
            for target in range(len(full)) for source in range(len(full))]
    with preset(lab, "canalization", {
            "run.seed": seed, "network.genes": names, "network.edges": edge,
            "output.statistics.every": 0, "output.snapshots.every": 0,
            "output.snapshots.fields": ["weight"],
            "fitness": [{"model": "gaussian", "optimum": optimum.tolist(),
                         "strength": [10] * selected + [0] * (len(full) - selected)}],
            **{f"mutation.weights.{key}": value for key, value in mutation.items()}}) as file:
        return np.array([log_mutational_variance(file, row, state) for row in (0, -1)])


def canalized(lab, draw, selected, mutation, seeds):
    """Falls of the mean over genes of ln V_m, one for each seed; prints what became of it."""
    level = np.array([courses(lab, seed, draw, selected, mutation) for seed in range(1, seeds + 1)])
    change = (level[:, 1] - level[:, 0]).mean(axis=1)
    print(f"  {selected} genes selected, {mutation or 'the mutations of the file'}: ln V_m "
          f"{level[:, 0].mean():.2f} -> {level[:, 1].mean():.2f}, change {change.mean():+.2f} +- "
          f"{change.std(ddof=1) / np.sqrt(seeds):.2f}; first three genes {level[:, 0, :3].mean():.2f} "
          f"-> {level[:, 1, :3].mean():.2f}, others {level[:, 0, 3:].mean():.2f} -> "
          f"{level[:, 1, 3:].mean():.2f}", flush=True)
    return -change


def anywhere(state):
    return state.uniform(size=6)


def canalization(lab):
    """Le Rouzic 2022: stabilising selection alone has a slight effect on the sensitivity of expression
    to mutations, which becomes apparent where mutations are larger or more frequent. The run file as
    it is, with ten times as many mutations and with mutations ten times as large, from the same 12
    starts; the mean over genes of ln V_m, in generation 5,000 against 0. Rünneburger & Le Rouzic 2016:
    less of it evolves where all genes are selected than where some are free."""
    seldom = canalized(lab, anywhere, 3, {}, 12)
    often = canalized(lab, anywhere, 3, {"rate": 0.1}, 12)
    large = canalized(lab, anywhere, 3, {"sd": 1.0}, 12)
    constrained = canalized(lab, anywhere, 6, {"rate": 0.1}, 8)
    verdict.check(abs(seldom.mean()) < 0.5, f"as it is: {seldom.mean():.2g} is more than slight")
    exceeds("fall with more mutations", often, "apparent")
    exceeds("more mutations - as it is", often - seldom, "more")
    exceeds("larger mutations - as it is", large - seldom, "more")
    exceeds("half selected - all selected", often[:8] - constrained, "free genes let it evolve")


def canalization_optima(lab):
    """Rünneburger & Le Rouzic 2016: optima near 0 and 1 canalise more than intermediate ones. Here V_m
    is smaller with them from the start, and falls with either, ten times as many mutations as in the
    file; that it falls more is not shown."""
    for pair in ((0.05, 0.95), (0.35, 0.65)):
        fall = canalized(lab, lambda state: state.permutation(np.repeat(pair, 3)), 3,
                         {"rate": 0.1}, 8)
        exceeds(f"fall with optima {pair}", fall, "falls")


def moving_optimum(lab):
    """Bürger & Lynch 1995: behind an optimum that moves by k a generation the mean of a trait
    keeps a lag of k (V_s + V_g)/V_g, V_s = omega^2 + V_e. Means of blocks of 250 generations, V_g =
    V_p - V_e, V_e = z^2 (exp(sd^2) - 1). And each generation's response is V_g lag/(omega^2 +
    V_p)."""
    k, omega2, sd = 0.05, 9.0, 0.0002
    lags, predicted, residual = [], [], []
    for seed in range(1, 4):
        with preset(lab, "moving-optimum", {"run.seed": seed, "output.snapshots.every": 0,
                                            "output.snapshots.fields": ["fitness"]}) as file:
            z = file["statistics/expression_mean"][:, 0]
            v_p = file["statistics/expression_variance"][:, 0]
            optimum = file["statistics/optimum"][:, 0]
        v_e = z**2 * np.expm1(sd**2)
        lag = optimum - z
        residual.extend(np.diff(z) - (v_p - v_e)[:-1] * lag[:-1] / (omega2 + v_p[:-1]))
        lag, v_p, v_e = (v[1501:4001].reshape(-1, 250) for v in (lag, v_p, v_e))
        v_g = (v_p - v_e).mean(axis=1)
        lags.extend(lag.mean(axis=1))
        predicted.extend(k * (omega2 + v_e.mean(axis=1) + v_g) / v_g)
        print(f"  seed {seed}: V_g {v_g.mean():.3f}, lag {lag.mean():.3f}", flush=True)
    judge_martingale("response", residual)
    d = np.array(lags) - predicted
    print(f"  lag: predicted {np.mean(predicted):.3f}, measured {np.mean(lags):.3f}, difference "
          f"{d.mean():+.3f} +- {d.std(ddof=1) / np.sqrt(len(d)):.2g}")
    # the formula takes V_g for constant and the trait for normal: a few per cent
    verdict.check(abs(np.mean(lags) / np.mean(predicted) - 1) < 0.1, "the lag is k (V_s + V_g)/V_g")


def ring(weight):
    """A ring's fixed point and the geometric mean of |dx_next/dx| there: below 1 it is stable."""
    def following(x, w):
        y = np.maximum(0, 1 + w * x)
        return y * y / (0.25 + y * y)

    low, high = np.zeros(len(weight)), np.ones(len(weight))
    for _ in range(60): # the composition of three falling curves falls: one crossing
        middle = (low + high) / 2
        x = middle
        for gene in range(3):
            x = following(x, weight[:, gene])
        low, high = np.where(x > middle, middle, low), np.where(x > middle, high, middle)
    x, slope = (low + high) / 2, np.ones(len(weight))
    for gene in range(3):
        y = np.maximum(0, 1 + weight[:, gene] * x)
        slope *= np.abs(weight[:, gene]) * 2 * y * 0.25 / (0.25 + y * y) ** 2
        x = following(x, weight[:, gene])
    return np.cbrt(slope)


def around(file):
    """The edges in their order around the ring, from the one that gene 0 sends."""
    target, source = edges(file)
    first = int(np.flatnonzero(source == 0)[0])
    second = int(np.flatnonzero(source == target[first])[0])
    return [first, second, 3 - first - second]


def repressilator(lab):
    """Elowitz & Leibler 2000: a ring of three repressors has a steady state, which is stable when
    repression is weak and gives way to oscillation when it is strong. In discrete steps the edge
    lies where the product of the three slopes at the fixed point has absolute value 1. Then: in the
    oscillation the genes take turns, and selection for rest ends it."""
    with preset(lab, "repressilator", {
            "run.seed": 5, "run.generations": 0, "population.individuals": 2000,
            "population.initial.weights": {"distribution": "uniform", "low": -2.5, "high": -0.2},
            "development.steps": 1000}) as file:
        slope = ring(file["snapshots/weight"][0][:, around(file)])
        unrest = file["snapshots/instability"][0].sum(axis=1)
    for name, chosen, wrong in (("slope < 0.98", slope < 0.98, unrest > 1e-6),
                                ("slope > 1.02", slope > 1.02, unrest < 1e-6)):
        print(f"  {name}: {chosen.sum()} rings, {(wrong & chosen).sum()} do otherwise")
        verdict.check(chosen.sum() > 300 and not (wrong & chosen).any(), name)
    course = []
    for more in range(7):
        with preset(lab, "repressilator", {
                "run.generations": 0, "population.individuals": 1, "development.steps": 240 + more,
                "development.window": 1, "fitness": [{"model": "neutral"}],
                "output.snapshots.fields": ["expression"]}) as file:
            course.append(file["snapshots/expression"][0, 0])
    course = np.array(course)
    verdict.check(np.allclose(course[6], course[0], atol=1e-9), "the cycle takes six steps")
    verdict.check(np.abs(course[3] - course[0]).max() > 0.3, "and not three")
    verdict.check(np.allclose(course[:5, 1], course[2:, 0], atol=1e-9) and
                  np.allclose(course[:5, 2], course[2:, 1], atol=1e-9),
                  "each gene takes the course of the one before it, two steps later or earlier")
    for seed in (1, 2, 3):
        with preset(lab, "repressilator", {"run.seed": seed}) as file:
            unrest = file["snapshots/instability"][()].sum(axis=2).mean(axis=1)
            slope = ring(np.minimum(0, file["snapshots/weight"][-1][:, around(file)]))
        print(f"  seed {seed}: unrest {unrest[0]:.3g} -> {unrest[-1]:.3g}, "
              f"{(slope < 1).mean():.3f} of the rings stable")
        verdict.check(unrest[0] > 0.4 and unrest[-1] < 0.05 * unrest[0], "selection ends it")
        verdict.check((slope < 1).mean() > 0.75, "most evolved rings have a stable fixed point")


def islands(lab):
    """Wright 1931, Slatkin 1991: F_ST = 1 - T_0/T = 1/(1 + 2 N m (d/(d-1))^2) for d islands of N
    haploids, T over all pairs, T_0 those of one island; exactly by T_0 = 1 + f (1-1/N) T_0 + (1-f)
    T_1, T_1 = 1 + g (1-1/N) T_0 + (1-g) T_1, f = (1-m)^2 + m^2/(d-1), g = (1-f)/(d-1). Neutral
    levels: variances are V_m T_0 and V_m T."""
    n, d, m = 100, 10, 0.01
    f = (1 - m) ** 2 + m**2 / (d - 1)
    g = (1 - f) / (d - 1)
    t0, t1 = np.linalg.solve([[1 - f * (1 - 1 / n), -(1 - f)], [-g * (1 - 1 / n), g]], [1, 1])
    exact = 1 - t0 / (t0 / d + t1 * (d - 1) / d)
    slatkin = 1 / (1 + 2 * n * m * (d / (d - 1)) ** 2)
    print(f"  exact {exact:.4f}, 1/(1 + 2Nm(d/(d-1))^2) = {slatkin:.4f}")
    ratios = []
    for seed in (1, 2):
        with preset(lab, "islands", {"run.seed": seed, "output.snapshots.every": 0}) as file:
            within = file["statistics/demes/basal_variance"][50:].mean(axis=(0, 1))
            means = file["statistics/demes/basal_mean"][50:]
        # half the mean squared difference of two demes' means is the variance of the means
        between = means.var(axis=1, ddof=1).mean(axis=0) + within * (1 - 1 / n)
        ratios.append((within, within / d + between * (d - 1) / d))
    within, total = np.concatenate(ratios, axis=1)
    error = np.std(within * total.mean() - total * within.mean(), ddof=1) / np.sqrt(len(within))
    judge("F_ST", exact, 1 - within.mean() / total.mean(), error / total.mean() ** 2)


TESTS = {test.__name__: test for test in (
    stable_networks, wagner, siegal_bergman, canalization,
    canalization_optima, moving_optimum, repressilator, islands)}

if __name__ == "__main__":
    main(TESTS)
