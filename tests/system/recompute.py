# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a run file and recomputes its result independently: recompute.py PROGRAM RUN.yaml FOLDER
[KEY=VALUE ...].

1. Every expression, instability, stable flag and fitness from the genotypes, to 1e-12 of the
   largest value of the field in that generation.
2. Every statistic from the snapshots: counts and extremes exactly, means to 1e-12 of the
   largest absolute value of the column in that generation, variances of its square.
3. With consecutive snapshots: heredity, mutation (of haploids) and the drawing of parents.
"""
import os
import sys

from common import Program, Verdict, require

require("numpy", "h5py", "yaml")
import h5py
import numpy as np
import yaml

from model import Network, develop, fitness, selection_weights, series
from reference import Stream

CLOSE = 1e-12
MOST_Z = 5.0
verdict = Verdict()


def close(found, expected, scale, what):
    wrong = np.max(np.abs(np.asarray(found) - expected), initial=0.0)
    verdict.check(wrong <= CLOSE * scale, f"{what}: off by {wrong:.3g}, scale {scale:.3g}")


class Score:
    """A sum of differences from an expectation, with its variance: one z in the end."""

    def __init__(self, name):
        self.name, self.sum, self.variance = name, 0.0, 0.0

    def add(self, difference, variance):
        self.sum += difference
        self.variance += variance

    def judge(self):
        if self.variance <= 1e-20: # of numbers that are all the same
            verdict.check(abs(self.sum) < 1e-9, f"{self.name}: {self.sum} where nothing may vary")
            return
        z = self.sum / np.sqrt(self.variance)
        print(f"  {self.name}: z = {z:+.2f}")
        verdict.check(abs(z) < MOST_Z, f"{self.name}: z = {z:.2f}")


class Result:
    def __init__(self, path):
        self.file = h5py.File(path, "r")
        text = self.file.attrs["run_file_resolved"]
        self.config = yaml.safe_load(text.decode() if isinstance(text, bytes) else text)
        self.network = Network(self.file)
        self.snapshots, self.statistics = self.file["snapshots"], self.file["statistics"]
        done = int(self.file.attrs["generations_done"])
        self.generation = [int(t) for t in self.snapshots["generation"][()] if t <= done]
        self.heritable = "weight" in self.snapshots
        self.diploid = int(self.config["population"]["ploidy"]) == 2
        self.sexual = self.config["mating"]["system"] == "sexual"
        self.overlap = float(self.config["selection"]["overlap"])
        n, demes = int(self.config["population"]["individuals"]), self.config["population"]["demes"]
        sizes = demes if isinstance(demes, list) else [n * (d + 1) // demes - n * d // demes
                                                       for d in range(demes)]
        self.demes = len(sizes)
        self.deme = np.repeat(np.arange(self.demes), sizes)
        self.migration = migration(self.config, self.demes)

    def read(self, field, row):
        """Of diploids, the values of genes and edges: the means of their two alleles."""
        values = self.snapshots[field][row]
        return values.mean(axis=-1) if self.diploid and field in ("basal", "weight") else values

    def weights(self, row):
        return self.read("weight", row) if self.heritable else self.network.weight


def migration(config, demes):
    """Row d: the probabilities that a parent of an offspring in deme d comes from each deme."""
    if demes == 1:
        return np.ones((1, 1))
    law = config["migration"]
    if law["scheme"] == "matrix":
        return np.asarray(law["matrix"], float)
    m, matrix = float(law["rate"]), np.zeros((demes, demes))
    for d in range(demes):
        if law["scheme"] == "island":
            matrix[d] = m / (demes - 1)
        else:
            for s in (d - 1, d + 1):
                if law["ring"] or 0 <= s < demes:
                    matrix[d, s % demes] += m / 2
        matrix[d, d] = 0
        matrix[d, d] = 1 - matrix[d].sum()
    return matrix


def newborns(result, row):
    """Who is not a survivor. Among clones a survivor is told by its unchanged genome, so that
    runs with overlap must mutate always."""
    first = result.read("parent", row)
    if result.overlap == 0:
        return np.ones(len(first), bool)
    if result.sexual:
        return result.read("parent2", row) >= 0
    verdict.check(float(result.config["mutation"]["basal"]["rate"]) == 1, "every allele mutates")
    same = (result.read("basal", row) == result.read("basal", row - 1)).all(axis=1)
    return (first != np.arange(len(first))) | ~same


def check_phenotype(result, row, t):
    e, v, s, doubtful = develop(result.config, result.network, t, result.read("basal", row),
                                result.weights(row))
    known = np.where(doubtful, result.read("stable", row), s)
    w = fitness(result.config, result.network, t, e, v, known)
    close(result.read("expression", row), e, max(np.abs(e).max(), 1e-300), f"expression at {t}")
    if "instability" in result.snapshots: # absent where the window is one step
        close(result.read("instability", row), v, max(v.max(), np.abs(e).max() ** 2),
              f"instability at {t}")
    else:
        verdict.check((v == 0).all(), f"no instability at {t}")
    close(result.read("fitness", row), w, max(w.max(), 1e-300), f"fitness at {t}")
    stable = result.read("stable", row)
    verdict.check(((stable == s) | doubtful).all(), f"stable at {t}")


def check_moments(result, name, row, record, t):
    x = np.asarray(result.read(name, row), np.longdouble)
    mean = x.mean(axis=0)
    variance = ((x - mean) ** 2).sum(axis=0) / max(len(x) - 1, 1)
    scale = np.maximum(np.abs(x).max(axis=0), 1e-15) # of what is 0: to 1e-27
    for kind, expected, size in (("mean", mean, scale), ("variance", variance, scale**2)):
        found = result.statistics[f"{name}_{kind}"][record]
        wrong = np.max(np.abs(found - expected) / size, initial=0.0)
        verdict.check(wrong <= CLOSE, f"{name}_{kind} at {t}: off by {wrong:.3g} of its scale")


def check_statistics(result, row, record, t):
    statistics = result.statistics
    for name in ["fitness", "basal", "expression"] + (["weight"] if result.heritable else []):
        check_moments(result, name, row, record, t)
    w = result.read("fitness", row)
    verdict.check(statistics["fitness_min"][record] == w.min(), f"fitness_min at {t}")
    verdict.check(statistics["fitness_max"][record] == w.max(), f"fitness_max at {t}")
    share = result.read("stable", row).mean()
    verdict.check(abs(statistics["stable_fraction"][record] - share) < 1e-15,
                  f"stable_fraction at {t}")
    check_parents(result, row, record, t)
    if result.demes > 1:
        check_demes(result, row, record, t)
    for name in ("tf_concentration", "temperature", "nutrients"):
        verdict.check(abs(statistics[name][record] - series(result.config["environment"][name], t))
                      <= 1e-12, f"{name} at {t}")
    if "optimum" in statistics:
        optima = {i: c["optimum"] for i, c in enumerate(result.config["fitness"])
                  if c["model"] == "gaussian"}
        if "component" in statistics:
            verdict.check(list(statistics["component"]) == list(optima), "components")
        found = statistics["optimum"][record].reshape(len(optima), -1)
        for k, optimum in enumerate(optima.values()):
            close(found[k], series(optimum, t), 1.0, f"optimum {k} at {t}")


def check_parents(result, row, record, t):
    """How many individuals of the generation before have offspring, of all and of each deme."""
    first = result.read("parent", row)
    born = newborns(result, row) if t > 0 else np.zeros(len(first), bool)
    parents = first[born]
    if result.sexual and t > 0:
        parents = np.concatenate([parents, result.read("parent2", row)[born]])
    parents = np.unique(parents)
    counts = [(result.statistics["parents"][record], slice(None), "all")]
    if result.demes > 1:
        counts += [(result.statistics["demes/parents"][record, d], d, f"deme {d}")
                   for d in range(result.demes)]
    for told, d, who in counts:
        seen = len(parents) if d == slice(None) else (result.deme[parents] == d).sum()
        verdict.check(told == seen, f"parents of {who} at {t}")


def check_demes(result, row, record, t):
    group = result.statistics["demes"]
    verdict.check((result.read("deme", row) == result.deme).all(), f"demes at {t}")
    verdict.check(group["generation"][record] == t, f"record of {t} in the demes")
    verdict.check(group["mutations"][record].sum() == result.statistics["mutations"][record],
                  f"mutations of the demes at {t}")
    for d in range(result.demes):
        mine = result.deme == d
        for name in ["fitness", "basal", "expression"] + (["weight"] if result.heritable else []):
            x = np.asarray(result.read(name, row)[mine], np.longdouble)
            mean = x.mean(axis=0)
            spread = ((x - mean) ** 2).sum(axis=0) / max(len(x) - 1, 1)
            scale = np.maximum(np.abs(x).max(axis=0), 1e-15) # as check_moments() has it
            close(group[f"{name}_mean"][record, d] / scale, mean / scale, 1,
                  f"{name}_mean of deme {d} at {t}")
            close(group[f"{name}_variance"][record, d] / scale**2, spread / scale**2, 1,
                  f"{name}_variance of deme {d} at {t}")
        w = result.read("fitness", row)[mine]
        verdict.check(group["fitness_min"][record, d] == w.min() and
                      group["fitness_max"][record, d] == w.max(), f"extremes of deme {d} at {t}")
        share = result.read("stable", row)[mine].mean()
        verdict.check(abs(group["stable_fraction"][record, d] - share) < 1e-15,
                      f"stable_fraction of deme {d} at {t}")


def check_founders(result):
    initial, basal = result.config["population"]["initial"], result.read("basal", 0)
    verdict.check((result.read("parent", 0) == -1).all(), "parents of generation 0 are -1")
    verdict.check(result.statistics["mutations"][0] == 0, "mutations in generation 0")
    if isinstance(initial["basal"], dict):
        if initial["basal"]["distribution"] == "uniform":
            low, high = float(initial["basal"]["low"]), float(initial["basal"]["high"])
            verdict.check((basal >= low).all() and (basal < high).all(), "founders' alleles")
        if not initial["clonal"]:
            verdict.check(len(np.unique(basal[basal > 0])) == (basal > 0).sum(),
                          "no founder's allele is drawn twice")
    else:
        verdict.check((basal == np.asarray(initial["basal"], float)).all(), "founders' alleles")
    if initial["clonal"]:
        verdict.check((basal == basal[0]).all(), "a clone of founders")
    if result.heritable and initial["weights"] == "network":
        verdict.check((result.read("weight", 0) == result.network.weight).all(),
                      "founders' weights are the network's")


def genomes(result, row):
    """[individual, locus]: alleles, then heritable weights; and the gene each belongs to."""
    genes = np.arange(result.network.genes)
    if not result.heritable:
        return result.read("basal", row), genes
    return (np.concatenate([result.read("basal", row), result.read("weight", row)], axis=1),
            np.concatenate([genes, result.network.target]))


class Heredity:
    """What one generation owes to the one before, summed over a run."""

    def __init__(self, result):
        self.result = result
        law = result.config["mutation"]
        self.genes, self.edges = result.network.genes, result.network.edges * result.heritable
        self.rate = np.concatenate([np.full(self.genes, float(law["basal"]["rate"])),
                                    np.full(self.edges, float(law["weights"]["rate"])
                                            if self.edges else 0.0)])
        # laws without a step, such as `replace`, are told by a standard deviation of 0
        self.sd = np.concatenate([np.full(self.genes, float(law["basal"].get("sd", 0))),
                                  np.full(self.edges, float(law["weights"].get("sd", 0))
                                          if self.edges else 0.0)])
        self.count = Score("number of mutations, binomial")
        self.untouched = Score("unmutated individuals, binomial")
        self.step = Score("mean of mutational steps")
        self.spread = Score("variance of mutational steps")
        self.second = Score("share of the second parent's genes")
        self.price = Score("first parents by fitness")
        self.price2 = Score("second parents by fitness")
        self.survivors = Score("survivors, binomial")
        self.sources = {(d, s): Score(f"parents of deme {d} from deme {s}")
                        for d in range(result.demes) for s in range(result.demes)
                        if result.demes > 1}
        self.chi = 0.0
        self.freedom = 0

    def mutations(self, t, record, child, inherited, mutated, born, origin_known):
        child, inherited, mutated, origin_known = (x[born] for x in (child, inherited, mutated,
                                                                     origin_known))
        n = len(child)
        seen = int(mutated.sum())
        hidden = int(((inherited[:, :self.genes] == 0) & (child[:, :self.genes] == 0)).sum())
        told = int(self.result.statistics["mutations"][record])
        if (self.rate[:self.genes] == 0).all():
            hidden = 0
        verdict.check(seen <= told <= seen + hidden,
                      f"mutations at {t}: {told}, seen {seen}, hidden at most {hidden}")
        self.count.add(told - n * self.rate.sum(), n * (self.rate * (1 - self.rate)).sum())
        whole = np.prod(1 - self.rate)
        if hidden == 0:
            self.untouched.add((~mutated.any(axis=1)).sum() - n * whole, n * whole * (1 - whole))
        # steps from where no clamp is near
        far = mutated & origin_known
        far[:, :self.genes] &= inherited[:, :self.genes] > 8 * self.sd[:self.genes]
        far &= self.sd > 0
        z = ((child - inherited) / np.where(self.sd > 0, self.sd, 1))[far]
        self.step.add(z.sum(), len(z))
        self.spread.add((z**2).sum() - len(z), 2 * len(z))
        verdict.check((child[:, :self.genes] >= 0).all(), f"alleles at {t} are not negative")

    def asexual(self, t, row, record):
        result = self.result
        child, _ = genomes(result, row)
        parent = result.read("parent", row)
        inherited = genomes(result, row - 1)[0][parent]
        mutated = child != inherited
        self.mutations(t, record, child, inherited, mutated, newborns(result, row),
                       np.ones_like(mutated))
        if all(series(of, t) == series(of, t - 1) for of in result.config["environment"].values()):
            clone = ~mutated.any(axis=1)
            verdict.check((result.read("expression", row)[clone] ==
                           result.read("expression", row - 1)[parent[clone]]).all(),
                          f"clones at {t} have their parents' expression")

    def sexual(self, t, row, record):
        result = self.result
        child, gene_of = genomes(result, row)
        before = genomes(result, row - 1)[0]
        born = newborns(result, row)
        verdict.check((child[~born] == before[~born]).all(), f"survivors at {t} are unchanged")
        one = before[result.read("parent", row)]
        two = before[result.read("parent2", row)]
        # a gene and the weights of its incoming edges come from one parent
        block = np.zeros((len(gene_of), self.genes))
        block[np.arange(len(gene_of)), gene_of] = 1
        from_one, from_two = (child != one) @ block, (child != two) @ block
        second = from_two < from_one
        told = from_one != from_two
        apart = born & (result.read("parent", row) != result.read("parent2", row))
        rate = float(np.atleast_1d(result.config["mating"]["recombination"]["rate"])[0])
        decided = told & apart[:, None]
        self.second.add(second[decided].sum() - rate * decided.sum(),
                        rate * (1 - rate) * decided.sum())
        inherited = np.where(second[:, gene_of], two, one)
        self.mutations(t, record, child, inherited, child != inherited, born,
                       told[:, gene_of] | (one == two))

    def parents(self, t, row):
        result = self.result
        n = len(result.read("parent", row))
        first = result.read("parent", row)
        seed = int(result.config["run"]["seed"])
        ties = np.array([Stream(seed, "tie", t, i).uniform(0) for i in range(n)])
        w = selection_weights(result.config, result.deme, result.read("fitness", row - 1), ties)
        if result.config["selection"]["scheme"] == "none":
            verdict.check((first == np.arange(n)).all(), f"scheme none: parents at {t}")
            return
        if result.demes > 1 or result.overlap > 0:
            self.structured(t, row, first, w)
            return
        p = w / w.sum() if w.sum() > 0 else np.full(n, 1 / n)
        verdict.check((w[first] > 0).all() or w.sum() == 0, f"parents at {t} have some fitness")
        mean = (p * w).sum()
        self.price.add(w[first].sum() - n * mean, n * (p * (w - mean) ** 2).sum())
        # over the places, by runs of neighbours with an expectation of at least 5
        cuts = np.searchsorted(np.cumsum(p), np.arange(1, max(2, n // 5)) * 5 / n)
        place = np.searchsorted(cuts, np.arange(n), side="left")
        expected, found = np.bincount(place, p) * n, np.bincount(place[first],
                                                                 minlength=place.max() + 1)
        some = expected > 0
        self.chi += ((found - expected)[some] ** 2 / expected[some]).sum()
        self.freedom += some.sum() - 1
        if result.sexual:
            self.mates(t, row, first, w, p)

    def chances(self, w, d, without):
        """The probability of each individual as a parent of an offspring in deme d, one of them
        left out, so that who cannot be chosen is not."""
        result = self.result
        p = np.zeros(len(w))
        for s in np.flatnonzero(result.migration[d]):
            mine = result.deme == s
            share = np.where(mine, w if w[mine].sum() > 0 else 1.0, 0.0)
            if without is not None and share.sum() > share[without]:
                share[without] = 0
            p += result.migration[d, s] * share / share.sum()
        return p

    def structured(self, t, row, first, w):
        """Demes and overlap: every offspring has chances of its own."""
        result, born = self.result, newborns(self.result, row)
        second = result.read("parent2", row) if result.sexual else None
        n = len(first)
        verdict.check((first[~born] == np.arange(n)[~born]).all(), f"survivors at {t} stay")
        of_deme = [self.chances(w, d, None) for d in range(result.demes)]
        for j in range(n):
            p, chance = of_deme[result.deme[j]], result.overlap
            self.survivors.add(float(~born[j]) - chance, chance * (1 - chance))
            if not born[j]:
                continue
            verdict.check(p[first[j]] > 0, f"{j}'s parent at {t} can be one")
            self.draw(self.price, w, p, first[j])
            for s in range(result.demes if result.demes > 1 else 0):
                share = p[result.deme == s].sum()
                self.sources[result.deme[j], s].add((result.deme[first[j]] == s) - share,
                                                    share * (1 - share))
            if second is not None:
                selfing = result.config["mating"]["selfing"]
                p = self.chances(w, result.deme[j], None if selfing else first[j])
                verdict.check(p[second[j]] > 0, f"{j}'s second parent at {t} can be one")
                self.draw(self.price2, w, p, second[j])

    @staticmethod
    def draw(score, w, p, drawn):
        mean = p @ w
        score.add(w[drawn] - mean, p @ (w - mean) ** 2)

    def mates(self, t, row, first, w, p):
        second = self.result.read("parent2", row)
        n = len(first)
        if n > 1 and not self.result.config["mating"]["selfing"]:
            verdict.check((first != second).all(), f"nobody at {t} has one parent twice")
            rest = 1 - p[first]
            mean = ((p * w).sum() - p[first] * w[first]) / rest
            square = ((p * w**2).sum() - p[first] * w[first] ** 2) / rest
            self.price2.add((w[second] - mean).sum(), np.maximum(square - mean**2, 0).sum())
        else:
            mean = (p * w).sum()
            self.price2.add(w[second].sum() - n * mean, n * (p * (w - mean) ** 2).sum())

    def judge(self):
        for score in (self.count, self.untouched, self.step, self.spread, self.second, self.price,
                      self.price2, self.survivors, *self.sources.values()):
            score.judge()
        if self.freedom > 0:
            # Wilson and Hilferty's normal approximation of chi square
            f = 2 / (9 * self.freedom)
            z = ((self.chi / self.freedom) ** (1 / 3) - (1 - f)) / np.sqrt(f)
            print(f"  parents over places: chi square {self.chi:.1f}, "
                  f"{self.freedom} degrees of freedom, z = {z:+.2f}")
            verdict.check(abs(z) < MOST_Z, f"parents over places: z = {z:.2f}")


def main():
    program, run_file, folder = sys.argv[1:4]
    settings = sys.argv[4:]
    os.makedirs(folder, exist_ok=True)
    name = os.path.splitext(os.path.basename(run_file))[0]
    path = Program(program).run(run_file, os.path.join(folder, name + ".h5"), settings, threads=2)
    result = Result(path)
    recorded = [int(t) for t in result.statistics["generation"][()]]
    print(f"{name}: {len(result.generation)} snapshots of {result.network.genes} genes")
    check_founders(result)
    heredity = Heredity(result)
    for row, t in enumerate(result.generation):
        check_phenotype(result, row, t)
        if t not in recorded:
            continue
        record = recorded.index(t)
        check_statistics(result, row, record, t)
        if t > 0 and result.generation[row - 1] == t - 1:
            if not result.diploid: # of alleles, the values do not tell the origin
                (heredity.sexual if result.sexual else heredity.asexual)(t, row, record)
            heredity.parents(t, row)
    heredity.judge()
    verdict.check(result.file.attrs["complete"] == 1, "the result is complete")
    os.remove(path)
    verdict.exit()


main()
