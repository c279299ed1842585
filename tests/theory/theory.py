# SPDX-License-Identifier: GPL-3.0-or-later
"""Population genetics against ordinary runs of the program: theory.py PROGRAM FOLDER [NAME...]

Each test states its formula, runs with fixed seeds, and prints prediction, measurement, standard
error and z; |z| < 4.5 is asserted. Where a generation's expectation given the one before is exact,
the differences d_t are a martingale, and z = sum d_t / sqrt(sum d_t^2).
"""
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))
from common import Program, Verdict, require

require("numpy", "h5py")
import h5py
import numpy as np

MOST_Z = 4.5
verdict = Verdict()


class Laboratory:
    def __init__(self, program, folder):
        self.program, self.folder = Program(program), folder
        os.makedirs(folder, exist_ok=True)

    def run(self, text):
        """The opened result of a run file given as text."""
        source, result = (os.path.join(self.folder, "theory" + end) for end in (".yaml", ".h5"))
        with open(source, "w") as file:
            file.write(text)
        self.program.run(source, result, threads=2)
        return h5py.File(result, "r")


def judge(name, predicted, measured, error):
    z = (measured - predicted) / error
    print(f"  {name}: predicted {predicted:.6g}, measured {measured:.6g} +- {error:.2g}, "
          f"z = {z:+.2f}")
    verdict.check(abs(z) < MOST_Z, f"{name}: z = {z:.2f}")


def judge_martingale(name, differences):
    d = np.asarray(differences)
    judge(name + ", mean residual", 0.0, d.mean(), np.sqrt((d**2).sum()) / len(d))


def coancestry(lab):
    """F_t = 1 - (1 - 1/N)^t: the chance that two individuals descend from one of t generations
    before, neutral and clonal; H_t/H_0 = 1 - F_t."""
    n, generations = 50, 4000
    with lab.run(f"""
run: {{seed: 101, generations: {generations}}}
population: {{individuals: {n}, genes: 1}}
fitness: [{{model: neutral}}]
mutation: {{basal: {{rate: 0}}}}
output: {{statistics: {{every: 0}}, snapshots: {{every: 1, fields: [parent]}}}}
""") as file:
        parent = file["snapshots/parent"][()]
    for t in (1, 5, 25, 100):
        shared = []
        for start in range(0, generations - t + 1, t): # windows are independent
            ancestor = np.arange(n)
            for s in range(start + t, start, -1):
                ancestor = parent[s][ancestor]
            count = np.bincount(ancestor, minlength=n)
            shared.append((count * (count - 1)).sum() / (n * (n - 1)))
        judge(f"F_{t}", 1 - (1 - 1 / n) ** t, np.mean(shared),
              np.std(shared, ddof=1) / np.sqrt(len(shared)))


def heterozygosity(lab):
    """H_t = H_0 (1 - 1/N)^t at each locus, with recombination; every founder's allele differs, so
    H is the share of pairs with different alleles and H_0 = 1."""
    n, genes, runs, times = 40, 100, 12, (10, 20, 40, 80)
    h = np.zeros((runs, len(times)))
    for r in range(runs):
        with lab.run(f"""
run: {{seed: {200 + r}, generations: 80}}
population: {{individuals: {n}, genes: {genes}, initial: {{basal: {{distribution: uniform, low: 0, high: 1}}}}}}
fitness: [{{model: neutral}}]
mating: {{system: sexual}}
mutation: {{basal: {{rate: 0}}}}
output: {{statistics: {{every: 0}}, snapshots: {{every: 10, fields: [basal]}}}}
""") as file:
            generation = list(file["snapshots/generation"][()])
            for i, t in enumerate(times):
                basal = file["snapshots/basal"][generation.index(t)]
                same = (basal[:, None, :] == basal[None, :, :]).mean(axis=2)
                h[r, i] = 1 - (same.sum() - n) / (n * (n - 1))
    for i, t in enumerate(times):
        judge(f"H_{t}", (1 - 1 / n) ** t, h[:, i].mean(), h[:, i].std(ddof=1) / np.sqrt(runs))


def shared_parents(lab):
    """Two offspring share a parent with probability sum p_i^2 = (1 + CV_w^2)/N, p_i = w_i/sum w;
    and the selection differential is Cov(w, z)/mean(w) (Price)."""
    n = 150
    with lab.run(f"""
run: {{seed: 301, generations: 500}}
population: {{individuals: {n}, genes: 1, initial: {{basal: {{distribution: exponential, mean: 1}}}}}}
fitness: [{{model: gaussian, optimum: 1, strength: 1.5}}]
mutation: {{basal: {{rate: 0.5, sd: 0.5}}}}
output: {{snapshots: {{every: 1, fields: [parent, fitness, basal]}}}}
""") as file:
        parent, w = file["snapshots/parent"][()], file["snapshots/fitness"][()]
        basal = file["snapshots/basal"][()][:, :, 0]
    residual, price, found, expected = [], [], [], []
    for t in range(1, len(parent)):
        cv2 = w[t - 1].var() / w[t - 1].mean() ** 2
        count = np.bincount(parent[t], minlength=n)
        found.append((count * (count - 1)).sum() / (n * (n - 1)))
        expected.append((1 + cv2) / n)
        residual.append(found[-1] - expected[-1])
        differential = np.cov(w[t - 1], basal[t - 1], ddof=0)[0, 1] / w[t - 1].mean()
        price.append(basal[t - 1][parent[t]].mean() - basal[t - 1].mean() - differential)
    judge("shared parent", np.mean(expected), np.mean(found),
          np.sqrt(np.square(residual).sum()) / len(residual))
    judge_martingale("Price's selection differential", price)


def neutral_variance(lab):
    """V_(t+1) = V_t (1 - 1/N) + V_m in expectation, V dividing by N-1; from a clone
    V_t = N V_m (1 - (1 - 1/N)^t), at equilibrium N V_m; V_m = u sd^2."""
    n, genes, generations, u, sd = 30, 300, 300, 0.2, 0.1
    v_m = u * sd**2
    with lab.run(f"""
run: {{seed: 401, generations: {generations}}}
population: {{individuals: {n}, genes: {genes}, initial: {{basal: 100}}}}
fitness: [{{model: neutral}}]
mating: {{system: sexual}}
mutation: {{basal: {{rate: {u}, sd: {sd}}}}}
output: {{snapshots: {{every: 0}}}}
""") as file:
        v = file["statistics/basal_variance"][()]
        mean = file["statistics/basal_mean"][()]
    judge_martingale("V_(t+1) - V_t (1 - 1/N) - V_m",
                     (v[1:] - v[:-1] * (1 - 1 / n) - v_m).mean(axis=1))
    for t in (10, 30, generations):
        judge(f"V_{t}", n * v_m * (1 - (1 - 1 / n) ** t), v[t].mean(),
              v[t].std(ddof=1) / np.sqrt(genes))
    # the mean drifts: variance V_pop/N and V_m/N a generation, E V_pop = V (1 - 1/N)
    step = np.square(np.diff(mean, axis=0)) - (v[:-1] * (1 - 1 / n) + v_m) / n
    judge_martingale("drift of the mean", step.mean(axis=1))


def clonal_variance(lab):
    """The same recursion for clones, where loci share their ancestry."""
    n, v_m = 60, 0.1 * 0.05**2
    with lab.run(f"""
run: {{seed: 501, generations: 2000}}
population: {{individuals: {n}, genes: 5, initial: {{basal: 100}}}}
fitness: [{{model: neutral}}]
mutation: {{basal: {{rate: 0.1, sd: 0.05}}}}
output: {{snapshots: {{every: 0}}}}
""") as file:
        v = file["statistics/basal_variance"][()]
    judge_martingale("V_(t+1) - V_t (1 - 1/N) - V_m",
                     (v[1:] - v[:-1] * (1 - 1 / n) - v_m).mean(axis=1))


def response(lab):
    """Gaussian selection on a normal trait, one generation (Lande 1976):
    delta z = V (theta - z)/(omega^2 + V), V' = V omega^2/(omega^2 + V), mean fitness
    sqrt(omega^2/(omega^2 + V)) exp(-(z - theta)^2/(2 (omega^2 + V)))."""
    n, z, sd, theta = 40000, 10.0, 0.7, 11.0
    v = sd**2
    for seed, omega in ((601, 0.5), (602, 1.0), (603, 3.0)):
        with lab.run(f"""
run: {{seed: {seed}, generations: 1}}
population: {{individuals: {n}, genes: 1, initial: {{basal: {{distribution: normal, mean: {z}, sd: {sd}}}}}}}
fitness: [{{model: gaussian, optimum: {theta}, width: {omega}}}]
mutation: {{basal: {{rate: 0}}}}
output: {{snapshots: {{every: 1, fields: [basal, fitness]}}}}
""") as file:
            basal, w = file["snapshots/basal"][()][:, :, 0], file["snapshots/fitness"][0]
        total = omega**2 + v
        predicted, spread = v * (theta - z) / total, v * omega**2 / total
        # the founders are a sample, and the offspring a sample of them
        p = w / w.sum()
        error = np.sqrt((p**2 * (basal[0] - p @ basal[0]) ** 2).sum() + spread / n)
        judge(f"delta z, omega {omega}", predicted, basal[1].mean() - z, error)
        judge(f"mean fitness, omega {omega}",
              np.sqrt(omega**2 / total) * np.exp(-((z - theta) ** 2) / (2 * total)), w.mean(),
              w.std() / np.sqrt(n))
        squares = (basal[0] - p @ basal[0]) ** 2
        error = np.sqrt((p**2 * (squares - spread) ** 2).sum() + 2 * spread**2 / n)
        judge(f"variance after selection, omega {omega}", spread, basal[1].var(), error)


def selection_balance(lab):
    """Clonal Gaussian selection and mutation: V = (V_m + sqrt(V_m^2 + 4 V_m V_s))/2, measured
    after mutation; exact for normal mutation of every allele and N without bound."""
    n, v_m, v_s, generations = 8000, 0.04, 1.0, 420
    with lab.run(f"""
run: {{seed: 701, generations: {generations}}}
population: {{individuals: {n}, genes: 1, initial: {{basal: 20}}}}
fitness: [{{model: gaussian, optimum: 20, width: {v_s**0.5}}}]
mutation: {{basal: {{rate: 1, sd: {v_m**0.5}}}}}
output: {{snapshots: {{every: 0}}}}
""") as file:
        v = file["statistics/basal_variance"][20:, 0]
        fitness = file["statistics/fitness_mean"][20:]
    expected = (v_m + np.sqrt(v_m**2 + 4 * v_m * v_s)) / 2
    for name, series, value in (("V", v, expected),
                                ("mean fitness", fitness, np.sqrt(v_s / (v_s + expected)))):
        blocks = series[1:].reshape(20, -1).mean(axis=1) # means of 20 generations
        judge(name, value, blocks.mean(), blocks.std(ddof=1) / np.sqrt(len(blocks)))


def mutation_count(lab):
    """Mutations of a generation are Binomial(N G, u): mean, variance, and evenness over loci."""
    n, genes, generations = 211, 37, 150
    for seed, u in ((801, 0.0005), (802, 0.01), (803, 0.3), (804, 0.97), (805, 1.0)):
        with lab.run(f"""
run: {{seed: {seed}, generations: {generations}}}
population: {{individuals: {n}, genes: {genes}, initial: {{basal: 1000}}}}
selection: {{scheme: none}}
mutation: {{basal: {{rate: {u}, sd: 0.1}}}}
output: {{snapshots: {{every: 1, fields: [basal]}}}}
""") as file:
            count = file["statistics/mutations"][1:]
            basal = file["snapshots/basal"][()]
        changed = basal[1:] != basal[:-1]
        verdict.check((changed.sum(axis=(1, 2)) == count).all(), f"u = {u}: counts are of changes")
        trials, variance = n * genes, n * genes * u * (1 - u)
        if u == 1:
            verdict.check((count == trials).all(), "u = 1: everything mutates")
            continue
        judge(f"mutations, u = {u}", trials * u, count.mean(), np.sqrt(variance / generations))
        dispersion = ((count - trials * u) ** 2).sum() / variance # chi square
        judge(f"dispersion over generations, u = {u}", 1, dispersion / generations,
              np.sqrt(2 / generations))
        for what, axis, size in (("loci", (0, 1), n * generations),
                                 ("individuals", (0, 2), genes * generations)):
            seen = changed.sum(axis=axis)
            chi = ((seen - size * u) ** 2 / (size * u * (1 - u))).sum()
            judge(f"dispersion over {what}, u = {u}", 1, chi / len(seen), np.sqrt(2 / len(seen)))


def linkage(lab):
    """Two loci keep together with probability c = 1 - 2r(1-r) when each gene comes from the second
    parent with probability r (c = 1/2 when free: D_t = D_0/2^t). Without selfing the expected
    sample covariance is multiplied by c (N-1)/N - (1-c)/N each generation."""
    n, genes = 40, 40
    for seed, r in ((901, 0.5), (902, 0.1)):
        with lab.run(f"""
run: {{seed: {seed}, generations: 150}}
population: {{individuals: {n}, genes: {genes}, initial: {{basal: {{distribution: normal, mean: 50, sd: 0.3}}}}}}
fitness: [{{model: neutral}}]
mating: {{system: sexual, recombination: {{model: uniform, rate: {r}}}}}
mutation: {{basal: {{rate: 0.3, sd: 0.1}}}}
output: {{snapshots: {{every: 1, fields: [basal]}}}}
""") as file:
            basal = file["snapshots/basal"][()]
        c = 1 - 2 * r * (1 - r)
        kept = c * (n - 1) / n - (1 - c) / n
        pair = np.triu_indices(genes, 1)
        d = np.array([np.cov(b, rowvar=False)[pair] for b in basal])
        products, squares = (d[1:] * d[:-1]).sum(axis=1), (d[:-1] ** 2).sum(axis=1)
        error = np.sqrt(((products - kept * squares) ** 2).sum()) / squares.sum()
        judge(f"D_(t+1)/D_t, r = {r}", kept, products.sum() / squares.sum(), error)


def sigmoid_network(lab):
    """A network built for a target develops it: W P* = f^-1(P*) makes P* a fixed point, reached to
    1e-12; without input every gene rests at a."""
    a, target = 0.2, np.array([0.1, 0.3, 0.6, 0.25, 0.15])
    genes, state = len(target), np.random.default_rng(7)
    weight = state.normal(0, 0.1, (genes, genes))
    wanted = -a * (1 - a) * np.log((1 / target - 1) * a / (1 - a)) # f^-1
    np.fill_diagonal(weight, 0)
    np.fill_diagonal(weight, (wanted - weight @ target) / target)
    edges = ", ".join(f"[g{j}, g{g}, {weight[g, j]:.17g}]" for g in range(genes)
                      for j in range(genes))
    for name, strength, expected in (("f(W P*) = P*", edges, target),
                                     ("W = 0", "[g0, g0, 0]", np.full(genes, a))):
        with lab.run(f"""
run: {{seed: 1, generations: 0}}
population: {{individuals: 3, genes: {genes}}}
network: {{genes: [g0, g1, g2, g3, g4], edges: [{strength}]}}
regulation: {{model: sigmoid, constitutive: {a}}}
development: {{steps: 3000}}
output: {{snapshots: {{fields: [expression]}}}}
""") as file:
            wrong = np.abs(file["snapshots/expression"][0] - expected).max()
        print(f"  {name}: off by {wrong:.2g}")
        verdict.check(wrong < 1e-12, f"{name}: off by {wrong}")


def island_model(lab):
    """Neutral trait, D demes of N haploids, island migration m: half the squared difference of
    a pair grows by V_m a generation since their common ancestor, so that the variance within demes
    is V_w = V_m T_0, T_0 = D N, and half the mean squared difference of two individuals of
    different demes V_b = V_m T_1, T_1 = D N + (D-1)/(2m) for small m. Exactly, by the recursion of pairs:
    T_0 = 1 + f (1-1/N) T_0 + (1-f) T_1, T_1 = 1 + g (1-1/N) T_0 + (1-g) T_1 with
    f = (1-m)^2 + m^2/(D-1), g = (1-f)/(D-1) the chances that two parents share a deme."""
    demes, n, m, genes, u, sd = 4, 20, 0.1, 400, 0.5, 0.1
    v_m = u * sd**2
    f = (1 - m) ** 2 + m**2 / (demes - 1)
    g = (1 - f) / (demes - 1)
    t0, t1 = np.linalg.solve([[1 - f * (1 - 1 / n), -(1 - f)], [-g * (1 - 1 / n), g]], [1, 1])
    print(f"  T_0 = {t0:.4g} (D N = {demes * n}), T_1 = {t1:.4g} "
          f"(D N + (D-1)/2m = {demes * n + (demes - 1) / (2 * m):.4g})")
    with lab.run(f"""
run: {{seed: 1001, generations: 800}}
population: {{individuals: {demes * n}, genes: {genes}, demes: {demes}, initial: {{basal: 100}}}}
fitness: [{{model: neutral}}]
mating: {{system: sexual, selfing: true}}
migration: {{scheme: island, rate: {m}}}
mutation: {{basal: {{rate: {u}, sd: {sd}}}}}
output: {{snapshots: {{every: 0}}}}
""") as file:
        within = file["statistics/demes/basal_variance"][600:].mean(axis=(0, 1))
        mean = file["statistics/demes/basal_mean"][600:]
        total = file["statistics/basal_variance"][600:].mean(axis=0)
    # the mean squared difference of two individuals of different demes, halved
    differences = [((mean[:, a] - mean[:, b]) ** 2).mean(axis=0) / 2
                   for a in range(demes) for b in range(a)]
    between = np.mean(differences, axis=0) + within * (1 - 1 / n)
    root = np.sqrt(genes)
    judge("V_w = V_m T_0", v_m * t0, within.mean(), within.std(ddof=1) / root)
    judge("V_b = V_m T_1", v_m * t1, between.mean(), between.std(ddof=1) / root)
    pairs, alike = demes * n - 1, n - 1
    expected = v_m * (alike * t0 + (pairs - alike) * t1) / pairs
    judge("V of all", expected, total.mean(), total.std(ddof=1) / root)
    mixed = (alike * t0 + (pairs - alike) * t1) / pairs
    ratio = 1 - within.mean() / total.mean()
    error = np.std(within * total.mean() - total * within.mean(), ddof=1) / root / total.mean()**2
    judge("F = 1 - V_w/V", 1 - t0 / mixed, ratio, error)


def migrants(lab):
    """The deme of a parent has the law of backward migration, whatever the fitness of the demes:
    deme 1 is much fitter than deme 0, and its share of parents is not."""
    n, m = 50, 0.15
    with lab.run(f"""
run: {{seed: 1101, generations: 600}}
population: {{individuals: {2 * n}, genes: 2, demes: 2, initial: {{basal: {{distribution: exponential, mean: 1}}}}}}
fitness: [{{model: proportional}}]
migration: {{scheme: island, rate: {m}}}
mutation: {{basal: {{rate: 0.5, sd: 0.3}}}}
output: {{statistics: {{every: 0}}, snapshots: {{every: 1, fields: [parent, fitness, deme]}}}}
""") as file:
        parent, deme = file["snapshots/parent"][1:], file["snapshots/deme"][0]
        w = file["snapshots/fitness"][:-1]
    moved = deme[parent] != deme[None, :]
    judge("share of migrants", m, moved.mean(), np.sqrt(m * (1 - m) / moved.size))
    residual = []
    for s in range(2): # Price within the deme that the parents come from
        mean = w[:, deme == s].mean(axis=1)
        second = (w[:, deme == s] ** 2).mean(axis=1) / mean
        chosen = np.where(deme[parent] == s, np.take_along_axis(w, parent, axis=1) -
                          second[:, None], 0)
        residual.append(chosen.sum(axis=1))
    judge_martingale("fitness of parents within demes", np.sum(residual, axis=0))


def overlapping(lab):
    """Each lives on with probability o, neutral. Two of the next generation carry one individual's
    allele with probability c = (2 o (1-o) + (1-o)^2)/N = (1-o^2)/N, so that at each gene
    V_(t+1) = V_t (1 - c) + (1-o) V_m in expectation."""
    n, genes, o, u, sd = 40, 300, 0.6, 0.4, 0.1
    v_m = u * sd**2
    c = (2 * o * (1 - o) + (1 - o) ** 2) / n
    with lab.run(f"""
run: {{seed: 1201, generations: 500}}
population: {{individuals: {n}, genes: {genes}, initial: {{basal: 100}}}}
fitness: [{{model: neutral}}]
selection: {{overlap: {o}}}
mating: {{system: sexual, selfing: true}}
mutation: {{basal: {{rate: {u}, sd: {sd}}}}}
output: {{snapshots: {{every: 1, fields: [parent2]}}}}
""") as file:
        v = file["statistics/basal_variance"][()]
        stay = (file["snapshots/parent2"][1:] < 0).mean()
        events = file["statistics/mutations"][1:]
    judge("share of survivors", o, stay, np.sqrt(o * (1 - o) / (500 * n)))
    expected = n * genes * (1 - o) * u
    judge("mutations", expected, events.mean(), events.std(ddof=1) / np.sqrt(len(events)))
    judge_martingale("V_(t+1) - V_t (1 - c) - (1-o) V_m",
                     (v[1:] - v[:-1] * (1 - c) - (1 - o) * v_m).mean(axis=1))
    for t in (20, 100, 500):
        judge(f"V_{t}", (1 - o) * v_m / c * (1 - (1 - c) ** t), v[t].mean(),
              v[t].std(ddof=1) / np.sqrt(genes))


def offspring_per_rank(file, n):
    """[rank] offspring of those so ranked by fitness a generation before, over all generations of
    all demes of n individuals; and the number of draws. Ranks are counted; among equals the lower
    index is ranked first here, so that a program in which an index decides is found out."""
    parent, w = file["snapshots/parent"][1:], file["snapshots/fitness"][:-1]
    found, index = np.zeros(n), np.arange(n)
    lower = index[None, :] < index[:, None]
    for mother, fitness in zip(parent, w):
        f = fitness.reshape(-1, n)
        ahead = (f[:, None, :] > f[:, :, None]) | ((f[:, None, :] == f[:, :, None]) & lower)
        found += np.bincount(ahead.sum(axis=2).ravel()[mother], minlength=n)
    return found, parent.size


def judge_ranks(name, found, draws, chance):
    """Offspring per rank are multinomial: a chi square over ranks with an expectation of at least
    5, and the best alone."""
    some = chance * draws >= 5
    expected = chance[some] * draws
    chi = ((found[some] - expected) ** 2 / expected).sum()
    freedom = some.sum() - some.all()
    judge(f"{name}, chi square", freedom, chi, np.sqrt(2 * freedom))
    if not some.all():
        rare = chance[~some].sum() * draws
        judge(f"{name}, offspring of the rarely drawn", rare, found[~some].sum(),
              np.sqrt(max(rare, 1)))
    p = chance[0]
    judge(f"{name}, offspring of the best", p * draws, found[0], np.sqrt(draws * p * (1 - p)))


def class_chances(file, n, k):
    """[rank] chance to win a tournament: the class of equals that a rank is in wins as one, and
    shares that equally. The mean over all generations of all demes."""
    w = -np.sort(-file["snapshots/fitness"][:-1].reshape(-1, n))
    better = (w[:, None, :] > w[:, :, None]).sum(axis=2)
    tied = (w[:, None, :] == w[:, :, None]).sum(axis=2)
    return ((((n - better) / n) ** k - ((n - better - tied) / n) ** k) / tied).mean(axis=0)


def tournament_winners(lab):
    """The best of k draws with replacement from n, ties broken at random, is the one ranked r (0
    the best) with probability ((n-r)^k - (n-r-1)^k)/n^k where nobody is tied, with 1/n where all
    are."""
    n, r = 30, np.arange(30)
    for seed, k, demes, fitness in ((1301, 2, 1, "proportional"), (1302, 5, 3, "proportional"),
                                    (1303, 3, 2, "neutral"), (1304, 1, 1, "proportional"),
                                    (1305, 40, 1, "{model: threshold, threshold: 1}")):
        with lab.run(f"""
run: {{seed: {seed}, generations: 400}}
population: {{individuals: {n * demes}, genes: 2, demes: {demes}, initial: {{basal: {{distribution: uniform, low: 0, high: 2}}}}}}
fitness: [{fitness}]
selection: {{scheme: tournament, size: {k}}}
mutation: {{basal: {{rate: 1, sd: 0.5}}}}
output: {{statistics: {{every: 0}}, snapshots: {{every: 1, fields: [parent, fitness]}}}}
""") as file:
            found, draws = offspring_per_rank(file, n)
            chance = class_chances(file, n, k)
        known = {"proportional": ((n - r) / n) ** k - ((n - r - 1) / n) ** k,
                 "neutral": np.full(n, 1 / n)}.get(fitness, chance)
        verdict.check(np.abs(chance - known).max() < 1e-12, f"chances, {fitness}")
        judge_ranks(f"size {k}, {demes} demes, {fitness}", found, draws, known)


def truncated_parents(lab):
    """The best ceil(fraction*n) are drawn with equal chances, and nobody else; the second parent of
    an offspring is another one of them, or the same one where there is no other."""
    for seed, n, fraction, best, mating in (
            (1401, 40, 0.2, 8, "asexual"), (1402, 25, 0.5, 13, "sexual"),
            (1403, 100, 0.07, 7, "sexual"), (1404, 30, 0.01, 1, "sexual"),
            (1405, 20, 1, 20, "asexual")):
        second = ", parent2" if mating == "sexual" else ""
        with lab.run(f"""
run: {{seed: {seed}, generations: 300}}
population: {{individuals: {n}, genes: 2, initial: {{basal: {{distribution: uniform, low: 0, high: 2}}}}}}
fitness: [{{model: proportional}}]
selection: {{scheme: truncation, fraction: {fraction}}}
mating: {{system: {mating}}}
mutation: {{basal: {{rate: 1, sd: 0.5}}}}
output: {{statistics: {{every: 0}}, snapshots: {{every: 1, fields: [parent, fitness{second}]}}}}
""") as file:
            found, draws = offspring_per_rank(file, n)
            same = file["snapshots/parent"][1:] == file["snapshots/parent2"][1:] if second else None
        name = f"{best} of {n}, {mating}"
        verdict.check((found[:best] > 0).all() and not found[best:].any(),
                      f"{name}: who reproduces")
        verdict.check(same is None or (same == (best == 1)).all(), f"{name}: second parents")
        if best > 1:
            judge_ranks(name, found[:best], draws, np.full(best, 1 / best))


def expected_ancestor(n):
    """E[T_MRCA] of all n of a generation: i lineages have j parents as i balls fall into j boxes."""
    time, parents = [0.0, 0.0], [0.0, 1.0] # parents[j]: that i lineages have j, for i = 1, 2, ...
    for i in range(2, n + 1):
        parents = [0.0] + [(parents[j] * j if j < i else 0.0) / n +
                           parents[j - 1] * (n - j + 1) / n for j in range(1, i + 1)]
        time.append((1 + sum(parents[j] * time[j] for j in range(1, i))) / (1 - parents[i]))
    return time[n]


def meeting_times(prefix, genes):
    """Generations back to the common ancestor at each gene, from the tables for tskit: founders
    are roots, and the node below the only one that is left is where all lines have met."""
    with open(prefix + ".nodes.txt", encoding="utf-8") as file:
        time = [int(line.split("\t")[1]) for line in file.readlines()[1:]]
    with open(prefix + ".edges.txt", encoding="utf-8") as file:
        edges = [tuple(map(int, line.split("\t"))) for line in file.readlines()[1:]]
    for gene in range(genes):
        children = {}
        for left, right, parent, child in edges:
            if left <= gene < right:
                children.setdefault(parent, []).append(child)
        roots = set(children) - {child for below in children.values() for child in below}
        root, = roots
        below = children[root]
        yield time[below[0]] if len(below) == 1 else time[root]


def common_ancestors(lab):
    """Times to the common ancestor of all, as `info` tells them of clones and as the tables for
    tskit have them at each gene of recombinants: E[T_MRCA] = 2N(1-1/N), here the exact value of the
    discrete chain. Genes of one run are not independent: a run is one measurement."""
    n, generations, runs, genes = 12, 400, 40, 4
    expected, told, traced = expected_ancestor(n), [], []
    print(f"  2N(1-1/N) = {2 * n * (1 - 1 / n):.6g}")
    path, prefix = (os.path.join(lab.folder, name) for name in ("theory.h5", "theory"))
    for r in range(runs):
        for system in ("asexual", "sexual"):
            mating = "{system: sexual, recombination: {model: map, rate: 0.3}}"
            lab.run(f"""
run: {{seed: {1500 + r}, generations: {generations}}}
population: {{individuals: {n}, genes: {genes}}}
fitness: [{{model: neutral}}]
mating: {mating if system == "sexual" else "{system: asexual}"}
mutation: {{basal: {{rate: 0}}}}
output: {{ancestry: true, statistics: {{every: 0}}, snapshots: {{every: 0}}}}
""").close()
            code, _, errors = lab.program.call("export", path, "--table", "tskit", "-o", prefix)
            verdict.check(code == 0, f"export: {errors}")
            times = list(meeting_times(prefix, genes))
            if system == "sexual":
                traced.append(np.mean(times))
                continue
            _, text, _ = lab.program.call("info", path)
            told.append(int(re.search(r"(\d+) generations? ago, is everybody", text)[1]))
            verdict.check(set(times) == {told[-1]}, f"info {told[-1]}, tables {times}")
    for name, sample in (("clones", told), ("recombinants", traced)):
        judge(f"T_MRCA of {n}, {name}", expected, np.mean(sample),
              np.std(sample, ddof=1) / np.sqrt(runs))


def pairs_apart(parent, n):
    """[deme] generations to the common ancestor of two of a deme's last generation, the mean over
    all pairs: the sum of the shares of pairs that are still apart t generations ago."""
    demes = parent.shape[1] // n
    line = np.arange(parent.shape[1]).reshape(demes, n)
    time = np.zeros(demes)
    for parents in parent[::-1]:
        if (parents < 0).any():
            break
        same = (line[:, :, None] == line[:, None, :]).sum(axis=(1, 2)) - n
        time += 1 - same / (n * (n - 1))
        line = parents[line]
    return time


def equally_fit(lab):
    """Where nobody is fitter than others, selection by rank has but ties to break: two have their
    common ancestor N generations ago under tournaments, ceil(fraction N) under truncation; and once
    all are on a Pareto front, variance is lost by drift alone, V_(t+1) = V_t (1 - 1/N)."""
    n, demes = 20, 200
    population = f"individuals: {n * demes}, demes: {demes}"
    for seed, scheme, time in ((1601, "tournament, size: 2", n), (1602, "truncation", n / 2),
                               (1603, "truncation, fraction: 0.2", 4)):
        with lab.run(f"""
run: {{seed: {seed}, generations: 300}}
population: {{{population}, genes: 1}}
fitness: [{{model: neutral}}]
selection: {{scheme: {scheme}}}
mutation: {{basal: {{rate: 0}}}}
output: {{ancestry: true, statistics: {{every: 0}}, snapshots: {{every: 0}}}}
""") as file:
            apart = pairs_apart(file["ancestry/parent"][()], n)
        judge(f"T_2, {scheme}", time, apart.mean(), apart.std(ddof=1) / np.sqrt(demes))
    with lab.run(f"""
run: {{seed: 1604, generations: 30}}
population: {{{population}, genes: 2, initial: {{basal: {{distribution: uniform, low: 0, high: 1}}}}}}
network: {{edges: [[g0, g1, -1]]}}
regulation: {{model: additive}}
fitness: [{{model: pareto}}]
selection: {{scheme: tournament}}
mutation: {{basal: {{rate: 0}}}}
output: {{statistics: {{every: 10}}, snapshots: {{every: 0}}}}
""") as file:
        front = file["statistics/demes/fitness_min"][1] == 1
        v = file["statistics/demes/basal_variance"][:, front, 0]
    print(f"  demes on a front after 10 generations: {front.sum()}, {(v[1] > 0).sum()} with variance")
    verdict.check((v[1] > 0).sum() > demes / 2, "fronts that have variance left")
    left = v[3] - v[1] * (1 - 1 / n) ** 20
    judge("V_30 - V_10 (1 - 1/N)^20 of Pareto fronts", 0, left.mean(),
          left.std(ddof=1) / np.sqrt(front.sum()))


def divided(lab):
    """Demes made of a population that had none are random samples of it, though neighbours were
    kin: the mean square between them is, in expectation, the variance in all, here 1 to 1."""
    n, demes, runs, ratios = 20, 10, 20, []
    one = os.path.join(lab.folder, "one.h5")
    for r in range(runs):
        lab.run(f"""
run: {{seed: {1700 + r}, generations: 60}}
population: {{individuals: {n * demes}, genes: 2, initial: {{basal: {{distribution: uniform, low: 0, high: 1}}}}}}
fitness: [{{model: neutral}}]
mutation: {{basal: {{rate: 0.01, sd: 0.1}}}}
output: {{snapshots: {{every: 60, fields: [basal]}}}}
""").close()
        shutil.copy(os.path.join(lab.folder, "theory.h5"), one)
        with lab.run(f"""
run: {{seed: {1800 + r}, generations: 0}}
population: {{individuals: {n * demes}, genes: 2, demes: {demes}, initial: {{from: {one}}}}}
fitness: [{{model: neutral}}]
""") as file, h5py.File(one) as before:
            means = file["statistics/demes/basal_mean"][0]
            everybody = file["snapshots/basal"][0]
            verdict.check((np.sort(everybody, axis=0) ==
                           np.sort(before["snapshots/basal"][-1], axis=0)).all(), "the same people")
        ratios.append((n * means.var(axis=0, ddof=1) / everybody.var(axis=0, ddof=1)).mean())
    judge("n V(means of demes)/V", 1, np.mean(ratios), np.std(ratios, ddof=1) / np.sqrt(runs))


TESTS = {test.__name__: test for test in (
    coancestry, heterozygosity, shared_parents, neutral_variance, clonal_variance, response,
    selection_balance, mutation_count, linkage, sigmoid_network, island_model, migrants,
    overlapping, tournament_winners, truncated_parents, equally_fit,
    common_ancestors, divided)}


def main(tests):
    lab = Laboratory(sys.argv[1], sys.argv[2])
    for name in sys.argv[3:] or tests:
        print(f"{name}: {' '.join(tests[name].__doc__.split())}", flush=True)
        tests[name](lab)
    verdict.exit()


if __name__ == "__main__":
    main(TESTS)
