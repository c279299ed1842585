# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole model once more, naively: reference.py RESULT.h5 [RESULT.h5 ...].

Evolves the population of a resolved run file from generation 0 to the last one, an individual at
a time, and compares every record of the result with it. Of the result only the resolved run file
is read before that. The random numbers are those that the program documents (a Philox counter of
seed, purpose, generation, individual and draw), written out here once more; nothing is shared
with the program. Development and fitness of an individual are those of model.py.

Must be exact: parents, demes, stable flags, counts of parents and mutations, which loci mutated.
Numbers: to 1e-12 of the scale of their column. The elementary functions are the C library's
here and others there, so that the last bits may differ.
"""
import copy
import functools
import itertools
import math
import sys

from common import Verdict, require

require("numpy", "h5py", "yaml")
import h5py
import numpy as np
import yaml

import model

CLOSE = 1e-12
EXTINCT = "extinct"

PURPOSES = ["initial_basal", "initial_weight", "network_edge", "network_weight", "parameter",
            "parent", "mate", "recombination", "basal_site", "basal_size", "weight_site",
            "weight_size", "environment", "noise", "survival", "migration", "tournament",
            "edge_loss", "edge_gain", "duplication", "deletion", "tie",
            "place"]
PURPOSE = {name: number + 1 for number, name in enumerate(PURPOSES)}
MASK = 0xffffffff


# --- random numbers ---------------------------------------------------------------------------

def exp(x):
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


@functools.lru_cache(maxsize=None)
def round_keys(seed):
    """The two key words of each of the ten rounds: they grow by Weyl constants."""
    low, high = seed & MASK, seed >> 32
    return [((low + r * 0x9E3779B9) & MASK, (high + r * 0xBB67AE85) & MASK) for r in range(10)]


def philox(counter, seed):
    """Philox4x32-10 of Salmon et al. (2011): four words from a counter of four words."""
    a, b, c, d = counter
    for one, two in round_keys(seed):
        left, right = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (right >> 32) ^ b ^ one, right & MASK, (left >> 32) ^ d ^ two, left & MASK
    return a, b, c, d


assert philox((0, 0, 0, 0), 0) == (0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8)


class Stream:
    """The numbers of one individual in one generation for one purpose."""

    def __init__(self, seed, purpose, generation, individual):
        self.seed = seed
        self.rest = (individual & MASK, generation, PURPOSE[purpose] << 24 | individual >> 32)

    def words(self, draw):
        a, b, c, d = philox((draw, *self.rest), self.seed)
        return b << 32 | a, d << 32 | c

    def uniforms(self, draw):
        """Two numbers inside (0, 1), of 52 bits."""
        return tuple(((word >> 12) + 0.5) / 2**52 for word in self.words(draw))

    def uniform(self, draw):
        return self.uniforms(draw)[0]

    def normal(self, draw):
        u, v = self.uniforms(draw)
        return math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * v)

    def draw(self, law, draw, gene):
        """One number of an initial distribution: a number, a number per gene or a law."""
        if isinstance(law, list):
            return float(law[gene])
        if not isinstance(law, dict):
            return float(law)
        number = {k: float(v) for k, v in law.items() if k != "distribution"}
        kind = law["distribution"]
        if kind == "constant":
            return number["value"]
        if kind == "uniform":
            return number["low"] + (number["high"] - number["low"]) * self.uniform(draw)
        if kind == "exponential":
            return -number["mean"] * math.log(self.uniform(draw))
        z = number["mean"] + number["sd"] * self.normal(draw)
        return exp(z) if kind == "lognormal" else z

    def sites(self, rate, loci):
        """The loci at which something of probability `rate` happens, by geometric skips."""
        locus, draw = -1, 0
        while rate > 0:
            u = self.uniform(draw)
            skip = 0 if rate == 1 else math.log(u) / math.log1p(-rate)
            locus += 1 + math.floor(min(skip, 2**62))
            if locus >= loci:
                break
            yield locus
            draw += 1


# --- the network ------------------------------------------------------------------------------

class Network(model.Network):
    """From the run file: edges sorted by target, then source."""

    def __init__(self, config):
        self.genes = int(config["population"]["genes"])
        network = config.get("network")
        if not isinstance(network, dict):
            network = {}
        given = network.get("genes") or []
        self.names = [str(name) for name in given] + [f"g{g}" for g in range(len(given),
                                                                            self.genes)]
        if isinstance(network.get("random"), dict):
            edges = self.random(network["random"])
        else:
            edges = [(self.names.index(str(t)), self.names.index(str(s)), float(w))
                     for s, t, w in network.get("edges") or []]
        edges = sorted(edges)
        self.edges = len(edges)
        self.target = np.array([e[0] for e in edges], int)
        self.source = np.array([e[1] for e in edges], int)
        self.weight = np.array([e[2] for e in edges], float)
        self.number = {(e[1], e[0]): i for i, e in enumerate(edges)}

    def random(self, law):
        own, seed = bool(law["self"]), int(law["seed"])
        sources = self.genes if own else self.genes - 1
        pairs = Stream(seed, "network_edge", 0, 0).sites(float(law["density"]),
                                                         self.genes * sources)
        for pair in pairs:
            target, source = divmod(pair, sources)
            source += not own and source >= target
            yield target, source, Stream(seed, "network_weight", 0, pair).draw(law["weight"], 0, 0)


# --- the population ---------------------------------------------------------------------------

class Generation:
    """What is recorded of one generation; arrays over individuals."""

    def __init__(self, t, n, demes):
        self.t = t
        self.parent, self.parent2 = [-1] * n, [-1] * n
        self.mutations = [0] * demes
        self.neutral_draws = 0 # up to here
        self.reproduced = set() # individuals of the generation before
        self.basal, self.weight = [], [] # [individual][gene or edge, allele]
        self.weather = []                # [deme] environment
        self.optima = []                 # [deme][component]


class Reference:
    """The evolution of one run file."""

    def __init__(self, config, misdeed=None):
        self.config, self.misdeed = config, misdeed
        self.seed = int(config["run"]["seed"])
        population = config["population"]
        self.lineage = int(population["initial"].get("generation", 0)) # reached in generation 0
        self.n, self.ploidy = int(population["individuals"]), int(population["ploidy"])
        self.network = self.network_of(config)
        self.genes = self.network.genes
        network = config.get("network")
        self.heritable = isinstance(network, dict) and network.get("weights") == "heritable"
        self.edges = self.network.edges if self.heritable else 0
        demes = population["demes"]
        sizes = demes if isinstance(demes, list) else [
            self.n * (d + 1) // demes - self.n * d // demes for d in range(demes)]
        self.demes = len(sizes)
        self.start = [sum(sizes[:d]) for d in range(self.demes + 1)]
        self.deme = [d for d in range(self.demes) for _ in range(sizes[d])]
        self.sexual = config["mating"]["system"] == "sexual"
        self.scheme = config["selection"]["scheme"]
        self.neutral_draws = 0
        self.walk = {} # series of first-order autoregression, where they are
        self.cut_into_blocks()
        self.source, self.migrating = self.migration()

    def network_of(self, config):
        return Network(config)

    def stream(self, purpose, t, individual):
        if self.misdeed == purpose:
            purpose = "tournament" # which nothing is drawn for
        return Stream(self.seed, purpose, t + self.lineage, individual)

    def members(self, deme):
        return range(self.start[deme], self.start[deme + 1])

    def cut_into_blocks(self):
        """Runs of individuals of a deme, over which sums are taken first."""
        size = 1
        while (self.n - 1) // size >= (4096 if size >= 64 else 512):
            size *= 2
        self.blocks = [[range(i, min(i + size, self.start[d + 1])) for i in
                        range(self.start[d], self.start[d + 1], size)] for d in range(self.demes)]

    def migration(self):
        """For each deme the cumulated shares of the others in its migrants, and their rate."""
        law = self.config.get("migration")
        if self.demes == 1 or not law:
            return None, [0.0] * self.demes
        demes, scheme, ring = self.demes, law["scheme"], bool(law.get("ring", False))
        sources, rates = [], []
        for d in range(demes):
            if scheme == "matrix":
                share = [float(m) for m in law["matrix"][d]]
                share[d] = 0.0
                rates.append(sum(share))
            elif scheme == "island":
                share = [float(s != d) for s in range(demes)]
                rates.append(float(law["rate"]))
            else:
                share = [float(abs(s - d) == 1 or (ring and abs(s - d) == demes - 1))
                         for s in range(demes)]
                rates.append(float(law["rate"]) / (1 if ring or 0 < d < demes - 1 else 2))
            total = sum(share)
            sources.append([sum(share[:s + 1]) / total if total else 0.0 for s in range(demes)])
        return sources, rates

    # --- environment

    def autoregression(self, law, deme, quantity, t):
        """x_0 = mean + sd z, x_t = mean + a (x_(t-1) - mean) + sd sqrt(1 - a^2) z."""
        mean, sd, a = (float(law[k]) for k in ("mean", "sd", "autocorrelation"))
        z = self.stream("environment", t, deme).normal(quantity)
        if t == 0:
            x = mean + sd * z
        else:
            x = mean + a * (self.walk[deme, quantity] - mean) + sd * math.sqrt(1 - a * a) * z
        self.walk[deme, quantity] = x
        return x

    def at(self, law, deme, quantity, t, low=-math.inf, high=math.inf):
        if isinstance(law, dict) and law["series"] == "ar1":
            return min(max(self.autoregression(law, deme, quantity, t), low), high)
        return model.series(law, t)

    def surroundings(self, generation):
        """Environment and optima of every deme."""
        environment, t = self.config["environment"], generation.t
        for d in range(self.demes):
            generation.weather.append({
                "tf_concentration": self.at(environment["tf_concentration"], d, 0, t, 0),
                "temperature": self.at(environment["temperature"], d, 1, t, -273.15),
                "nutrients": self.at(environment["nutrients"], d, 2, t, 0, 1)})
            generation.optima.append([
                self.at(c["optimum"], d, 3 + i, t) if isinstance(c.get("optimum"), dict)
                else c.get("optimum") for i, c in enumerate(self.config["fitness"])])

    def config_in(self, generation, deme):
        """The run file as it is in one deme in one generation: without series, without what
        compares individuals."""
        config = copy.deepcopy({k: self.config[k] for k in ("expression", "regulation",
                                                            "development", "fitness")})
        config["environment"] = dict(generation.weather[deme])
        for i, component in enumerate(config["fitness"]):
            if component["model"] == "gaussian":
                component["optimum"] = generation.optima[deme][i]
        config["fitness"] = [c for c in config["fitness"] if c["model"] != "pareto"]
        return config

    # --- from genotype to fitness

    def phenotypes(self, generation):
        n, t = self.n, generation.t
        self.surroundings(generation)
        configs = [self.config_in(generation, d) for d in range(self.demes)]
        noise = float(self.config["development"]["noise_sd"])
        known = {} # so that equal individuals are equal to the last bit
        generation.expression, generation.instability = [], []
        generation.stable, generation.fitness = [], []
        for i in range(n):
            values = generation.basal[i].mean(axis=1)
            strengths = generation.weight[i].mean(axis=1) if self.heritable else self.network.weight
            key = (self.deme[i], values.tobytes(), strengths.tobytes())
            if key not in known:
                known[key] = model.develop(configs[self.deme[i]], self.network, t, values[None],
                                           strengths[None])[:3] + ({},)
            e, instability, stable, fitness = known[key]
            e = e[0]
            if noise > 0:
                z = self.stream("noise", t, i)
                e = e * [math.exp(noise * z.normal(g) - noise**2 / 2) for g in range(self.genes)]
            if e.tobytes() not in fitness:
                fitness[e.tobytes()] = float(model.fitness(
                    configs[self.deme[i]], self.network, t, e[None], instability, stable)[0])
            generation.expression.append(e)
            generation.instability.append(instability[0])
            generation.stable.append(int(stable[0]))
            generation.fitness.append(fitness[e.tobytes()])
        for component in self.config["fitness"]:
            if component["model"] == "pareto":
                self.compare_individuals(generation, component)

    def compare_individuals(self, generation, component):
        """An individual counts by how many of its deme dominate it."""
        genes = [self.network.index(g) for g in component.get("genes") or range(self.genes)]
        for d in range(self.demes):
            levels = [[generation.expression[i][g] for g in genes] for i in self.members(d)]
            for i, mine in zip(self.members(d), levels):
                dominating = sum(all(a >= b for a, b in zip(other, mine)) and other != mine
                                 for other in levels)
                generation.fitness[i] *= 1 / (1 + dominating)

    # --- generation 0

    def initial_weight(self):
        """What a new weight is drawn from: None for the network's own."""
        law = self.config["population"]["initial"].get("weights", "network")
        return None if law == "network" else law

    def settle_from(self, earlier, generation):
        """The genotypes of an earlier run's last snapshot; the network's weights where it had no
        heritable ones."""
        last = len(earlier["snapshots"]["generation"]) - 1
        alleles = lambda name, loci: earlier["snapshots"][name][last].reshape(self.n, loci,
                                                                             self.ploidy)
        own = np.repeat(self.network.weight[:self.edges, None], self.ploidy, axis=1)
        given = self.edges and "weight" in earlier["snapshots"]
        order = self.order_of(earlier)
        generation.basal = list(alleles("basal", self.genes)[order])
        generation.weight = list(alleles("weight", self.edges)[order]) if given else [
            own.copy() for _ in range(self.n)]

    def order_of(self, earlier):
        """Which of an earlier run's individuals each one is: the same one, or, where other demes are
        made of them, any."""
        order = list(range(self.n))
        if self.demes == 1 or Reference(earlier.config).start == self.start:
            return order
        place = []
        for i in range(self.n): # shuffled inside out
            other = int(self.stream("place", 0, i).uniform(0) * (i + 1))
            place.append(i)
            place[i], place[other] = place[other], i
        return [place.index(i) for i in range(self.n)]

    def founders(self):
        generation = Generation(0, self.n, self.demes)
        initial, p = self.config["population"]["initial"], self.ploidy
        if initial.get("from", "none") != "none":
            self.settle_from(Result(initial["from"]), generation)
        for i in range(len(generation.basal), self.n):
            who = 0 if initial["clonal"] else i
            basal = self.stream("initial_basal", 0, who)
            generation.basal.append(np.array([[max(0.0, basal.draw(initial["basal"], g * p + a, g))
                                               for a in range(p)] for g in range(self.genes)]))
            weight, law = self.stream("initial_weight", 0, who), self.initial_weight()
            generation.weight.append(np.array(
                [[self.network.weight[e] if law is None else weight.draw(law, e * p + a, e)
                  for a in range(p)] for e in range(self.edges)]).reshape(self.edges, p))
        self.phenotypes(generation)
        return generation

    # --- who begets whom

    def chances(self, before, t):
        """Each individual's weight in the drawing of the parents of generation t; EXTINCT where a
        deme has none."""
        chance = list(before.fitness)
        selection = self.config["selection"]
        for d in range(self.demes):
            n = len(self.members(d))
            fitness = before.fitness[self.start[d]:self.start[d + 1]]
            if sum(fitness) == 0:
                if selection["on_extinction"] == "stop":
                    return EXTINCT
                self.neutral_draws += 1
                for i in self.members(d):
                    chance[i] = 1.0
            elif self.scheme == "tournament":
                k = int(selection["size"])
                for i, w in zip(self.members(d), fitness): # m are not better, m - tied are worse
                    m, tied = sum(other <= w for other in fitness), fitness.count(w)
                    one = -math.expm1(k * math.log1p(-tied / m)) if tied < m else 1
                    chance[i] = (m / n) ** k * one / tied
            elif self.scheme == "truncation":
                best = math.ceil(float(selection["fraction"]) * n)
                ranked = sorted(self.members(d), key=lambda i: (
                    -before.fitness[i], self.stream("tie", t, i).uniform(0)))
                for r, i in enumerate(ranked):
                    chance[i] = float(r < best)
        return chance

    def line_up(self, chance):
        """The end of each individual's interval on the line of its deme's weights, and each deme's
        total. A deme's line has a scale of its own, so that no weight is too small to be added."""
        ends, totals = [], []
        for blocks in self.blocks:
            total, lift = 0.0, self.lift(chance[i] for block in blocks for i in block)
            for block in blocks:
                within = 0.0
                for i in block:
                    within += chance[i] * lift
                    ends.append(total + within)
                total += within
            totals.append(total)
        return ends, totals

    @staticmethod
    def lift(weights):
        """What brings the smallest doubles, which have fewer digits, among the others."""
        return 2.0**600 if sum(weights) < 2.0**-700 else 1.0

    def survives(self, t, i):
        overlap = float(self.config["selection"]["overlap"])
        return overlap > 0 and self.stream("survival", t, i).uniform(0) < overlap

    def immigrates(self, t, i):
        return (self.source is not None and
                self.stream("migration", t, i).uniform(0) < self.migrating[self.deme[i]])

    def source_deme(self, deme, u):
        shares = self.source[deme]
        for s in range(self.demes):
            if u < shares[s]:
                return s
        return max(s for s in range(self.demes) if s != deme)

    def sorted_targets(self, t, deme, weights):
        """The points of those who draw a parent from their own deme, in their order: sums of
        exponential spacings, one more than there are points, stretched over the deme's weights."""
        spaced, sums, total = [], [], 0.0
        for block in self.blocks[deme]:
            within = 0.0
            for j in block:
                if self.survives(t, j) or self.immigrates(t, j):
                    continue
                within -= math.log(self.stream("parent", t, j).uniform(0))
                spaced.append(j)
                sums.append(total + within)
            total += within
        total -= math.log(self.stream("parent", t, self.n + deme).uniform(0))
        scale, last = weights / total, math.nextafter(weights, 0.0)
        return {j: min(s * scale, last) for j, s in zip(spaced, sums)}

    def holder(self, ends, deme, target):
        """Whose interval of the deme's line holds the target."""
        return next(i for i in self.members(deme) if ends[i] > target)

    def drawn(self, ends, totals, deme, u):
        return self.holder(ends, deme, min(u * totals[deme], math.nextafter(totals[deme], 0.0)))

    def drawn_beside(self, chance, deme, u, first):
        """The same among all but `first`, each weighed as it is without that one."""
        others = [i for i in self.members(deme) if i != first and chance[i] > 0]
        if not others:
            return first
        lift, sums = self.lift(chance[i] for i in others), [0.0]
        for i in others:
            sums.append(sums[-1] + chance[i] * lift)
        return next((i for i, end in zip(others, sums[1:]) if end > u * sums[-1]), others[-1])

    def draw_parents(self, before, generation):
        """Fills parents; returns who lives on, or EXTINCT."""
        t = generation.t
        lives_on = [self.survives(t, j) for j in range(self.n)]
        if self.scheme == "none":
            generation.parent = list(range(self.n))
            generation.reproduced = {j for j in range(self.n) if not lives_on[j]}
            return lives_on
        chance = self.chances(before, t)
        generation.neutral_draws = self.neutral_draws
        if chance is EXTINCT:
            return EXTINCT
        ends, totals = self.line_up(chance)
        targets = {}
        for d in range(self.demes):
            targets.update(self.sorted_targets(t, d, totals[d]))
        for j in range(self.n):
            if lives_on[j]:
                generation.parent[j] = j
                continue
            if j in targets:
                first = self.holder(ends, self.deme[j], targets[j])
            else: # the parent is a migrant
                stream = self.stream("migration", t, j)
                deme = self.source_deme(self.deme[j], stream.uniforms(0)[1])
                first = self.drawn(ends, totals, deme, stream.uniform(1))
            generation.parent[j] = first
            generation.reproduced.add(first)
            if self.sexual:
                second = self.draw_mate(t, j, first, chance, (ends, totals))
                generation.parent2[j] = second
                generation.reproduced.add(second)
        return lives_on

    def draw_mate(self, t, j, first, chance, line):
        stream, deme = self.stream("mate", t, j), self.deme[j]
        if self.source is not None:
            u, v = stream.uniforms(1)
            if u < self.migrating[deme]:
                deme = self.source_deme(deme, v)
        if self.config["mating"]["selfing"] or deme != self.deme[first]:
            return self.drawn(*line, deme, stream.uniform(0))
        return self.drawn_beside(chance, deme, stream.uniform(0), first)

    # --- inheritance

    def origins(self, stream, base):
        """For each gene which of two homologues it comes from, 0 or 1; without the coin of the
        free start."""
        law = self.config["mating"]["recombination"]
        rates = [float(r) for r in np.atleast_1d(law["rate"])]
        if law["model"] == "map":
            return self.map_origins(stream, base, law, rates)
        origins = []
        for g in range(self.genes):
            if rates[0] == 0.5:
                word = stream.words(base + g // 128)[g % 128 // 64]
                origins.append(word >> (g % 64) & 1)
            else:
                word = stream.words(base + g // 4)[g % 4 // 2]
                bits = word >> (32 * (g % 2)) & MASK
                origins.append(int(bits < int(rates[0] * 2**32)))
        return origins

    def map_origins(self, stream, base, law, rates):
        """Crossovers are points of a Poisson process along Haldane's map."""
        sizes = law.get("chromosomes") or [self.genes]
        first_of = {sum(sizes[:k]) for k in range(1, len(sizes))}
        intervals = itertools.repeat(rates[0]) if len(rates) == 1 else iter(rates)
        place = [0.0]
        for g in range(1, self.genes):
            place.append(place[-1] - math.log1p(-(0.5 if g in first_of else next(intervals))))
        origins, s, draw, last = [0] * self.genes, 0.0, 0, 0
        while True:
            s -= math.log(stream.uniform(base + draw))
            draw += 1
            beyond = [g for g in range(last + 1, self.genes) if place[g] >= s]
            if not beyond:
                return origins
            last = beyond[0]
            s = place[last]
            for g in range(last, self.genes):
                origins[g] ^= 1

    def coin(self, stream, base):
        return stream.words(base + 2**30)[0] & 1

    def compose(self, origins, one, two):
        """Genes, each with the weights of its incoming edges, from one of two haploid genomes."""
        basal = np.where(origins, two[0], one[0])
        incoming = np.array(origins, int)[self.network.target[:self.edges]]
        return basal, np.where(incoming, two[1], one[1])

    def inherit(self, before, generation, j):
        mother, father = generation.parent[j], generation.parent2[j]
        genome = lambda i: (before.basal[i], before.weight[i])
        if not self.sexual:
            return [x.copy() for x in genome(mother)]
        stream = self.stream("recombination", generation.t, j)
        if self.misdeed == "parents exchanged":
            mother, father = father, mother
        if self.ploidy == 1:
            origins = self.origins(stream, 0)
            if self.config["mating"]["recombination"]["model"] == "map":
                origins = [o ^ self.coin(stream, 0) for o in origins]
            one, two = ([x[:, 0] for x in genome(i)] for i in (mother, father))
            return [x[:, None] for x in self.compose(origins, one, two)]
        gametes = []
        for k, parent in enumerate((mother, father)):
            base = k * 2**31
            origins = [o ^ self.coin(stream, base) for o in self.origins(stream, base)]
            one, two = ([x[:, a] for x in genome(parent)] for a in (0, 1))
            gametes.append(self.compose(origins, one, two))
        return [np.stack([gamete[x] for gamete in gametes], axis=1) for x in (0, 1)]

    # --- mutation

    def step(self, law, x, stream, locus, initial, gene):
        """A mutant's value."""
        kind, number = law["model"], {k: float(v) for k, v in law.items() if k != "model"}
        if kind == "replace":
            return stream.draw(initial, locus, gene)
        z = stream.normal(locus)
        if kind == "gaussian":
            return x + number["sd"] * z
        if kind == "lognormal":
            return x * exp(number["sd"] * z)
        return number["mean"] + number["retention"] * (x - number["mean"]) + number["sd"] * z

    def new_weight_law(self, edge):
        law = self.initial_weight()
        if law is not None:
            return law
        random = self.config["network"].get("random")
        return random["weight"] if isinstance(random, dict) else float(self.network.weight[edge])

    def mutate(self, t, j, basal, weight):
        """Changes alleles [gene, allele] and weights [edge, allele]; the number of events."""
        laws, p, events = self.config["mutation"], self.ploidy, 0
        size = self.stream("basal_size", t, j)
        for locus in self.stream("basal_site", t, j).sites(float(laws["basal"]["rate"]),
                                                           basal.size):
            g, a = divmod(locus, p)
            basal[g, a] = max(0.0, self.step(laws["basal"], basal[g, a], size, locus,
                                             self.config["population"]["initial"].get("basal"), g))
            events += 1
        if self.heritable:
            events += self.mutate_weights(t, j, laws, weight)
        return events + self.duplicate(t, j, basal, weight) + self.delete(t, j, basal, weight)

    def mutate_weights(self, t, j, laws, weight):
        p, events, loci = self.ploidy, 0, weight.size
        size = self.stream("weight_size", t, j)
        for locus in self.stream("weight_site", t, j).sites(float(laws["weights"]["rate"]), loci):
            e, a = divmod(locus, p)
            weight[e, a] = self.step(laws["weights"], weight[e, a], size, locus,
                                     self.new_weight_law(e), e)
            events += 1
        for locus in self.stream("edge_loss", t, j).sites(float(laws.get("edge_loss", 0)), loci):
            e, a = divmod(locus, p)
            events += weight[e, a] != 0
            weight[e, a] = 0.0
        gain = self.stream("edge_gain", t, j)
        for locus in gain.sites(float(laws.get("edge_gain", 0)), loci):
            e, a = divmod(locus, p)
            if weight[e, a] == 0:
                weight[e, a] = gain.draw(self.new_weight_law(e), 2**31 + locus, e)
                events += 1
        return int(events)

    def duplicate(self, t, j, basal, weight):
        rate = float(self.config["mutation"]["duplication"])
        stream = self.stream("duplication", t, j)
        if rate == 0 or stream.uniform(0) >= rate:
            return 0
        u, v = stream.uniforms(1)
        a, b = int(u * self.genes), int(v * (self.genes - 1))
        b += b >= a
        h = int(stream.uniform(2) >= 0.5) if self.ploidy == 2 else 0
        basal[b, h] = basal[a, h]
        if self.heritable:
            old, edge = weight[:, h].copy(), self.network.number
            for j in range(self.genes): # incoming
                if (j, b) in edge and (j, a) in edge:
                    weight[edge[j, b], h] = old[edge[j, a]]
            for k in range(self.genes): # outgoing
                if (b, k) in edge and (a, k) in edge:
                    weight[edge[b, k], h] = old[edge[a, k]]
        return 1

    def delete(self, t, j, basal, weight):
        rate = float(self.config["mutation"]["deletion"])
        stream = self.stream("deletion", t, j)
        if rate == 0 or stream.uniform(0) >= rate:
            return 0
        u, v = stream.uniforms(1)
        gene, h = int(u * self.genes), int(v >= 0.5) if self.ploidy == 2 else 0
        basal[gene, h] = 0.0
        for (source, target), e in self.network.number.items() if self.heritable else ():
            if gene in (source, target):
                weight[e, h] = 0.0
        return 1

    # --- the life cycle

    def evolve(self):
        """The generations, one after the other; fewer than asked for where it dies out."""
        before = self.founders()
        yield before
        for t in range(1, int(self.config["run"]["generations"]) + 1):
            generation = Generation(t, self.n, self.demes)
            lives_on = self.draw_parents(before, generation)
            if lives_on is EXTINCT:
                return
            for j in range(self.n):
                if lives_on[j]:
                    basal, weight = before.basal[j], before.weight[j]
                else:
                    basal, weight = self.inherit(before, generation, j)
                    generation.mutations[self.deme[j]] += self.mutate(t, j, basal, weight)
                generation.basal.append(basal)
                generation.weight.append(weight)
            if self.misdeed == "allele off by 1e-9" and t == 1:
                generation.basal[0] = generation.basal[0] * (1 + 1e-9)
            if self.misdeed == "weight off by 1e-9" and t == 1:
                generation.weight[0] = generation.weight[0] * (1 + 1e-9)
            self.phenotypes(generation)
            yield generation
            before = generation


PARAMETERS = {"expression.slope": 1, "expression.k": 2, "expression.n": 3,
              "regulation.initial_state": 4}
COMPONENT_PARAMETERS = {"weights": 0, "optimum": 1, "strength": 2, "width": 2}


def parameters(given, seed):
    """The per-gene parameters that a run file gives as distributions: path and numbers."""
    genes = int(given["population"]["genes"])

    def draw(law, number):
        stream = Stream(seed, "parameter", 0, number)
        return [stream.draw(law, g, g) for g in range(genes)]

    for path, number in PARAMETERS.items():
        section, key = path.split(".")
        law = given.get(section, {}).get(key)
        if isinstance(law, dict):
            yield (section, key), draw(law, number)
    for i, component in enumerate(given.get("fitness", [])):
        for key, number in COMPONENT_PARAMETERS.items():
            if isinstance(component.get(key), dict) and "distribution" in component[key]:
                values = draw(component[key], 8 * (i + 2) + number)
                yield ("fitness", i, "strength" if key == "width" else key), [
                    1 / (2 * v**2) for v in values] if key == "width" else values


# --- comparison with a result -----------------------------------------------------------------

class Comparison:
    """What differs between a result file and the reference."""

    def __init__(self, result, reference):
        self.result, self.reference, self.findings, self.values = result, reference, [], 0

    def exact(self, what, found, expected):
        found, expected = np.asarray(found), np.asarray(expected)
        self.values += found.size
        if found.shape != expected.shape:
            self.findings.append(f"{what}: shape {found.shape}, expected {expected.shape}")
        elif (found != expected).any():
            wrong = np.argwhere(found != expected)
            at = tuple(wrong[0])
            self.findings.append(f"{what}{list(map(int, at))} is {found[at]}, expected "
                                 f"{expected[at]} ({len(wrong)} of {found.size} differ)")

    def close(self, what, found, expected, scale):
        found, expected = np.asarray(found, float), np.asarray(expected, float)
        self.values += found.size
        if found.shape != expected.shape:
            self.findings.append(f"{what}: shape {found.shape}, expected {expected.shape}")
            return
        if not np.isfinite(found).all():
            self.findings.append(f"{what} is not finite")
        wrong = np.abs(found - expected) - CLOSE * np.maximum(scale, 1e-300)
        if found.size and not wrong.max() <= 0:
            at = np.unravel_index(wrong.argmax(), wrong.shape)
            self.findings.append(f"{what}{list(map(int, at))} is {found[at]!r}, "
                                 f"expected {expected[at]!r}")

    def columns(self, what, found, expected):
        """Columns of individuals, each to its own scale."""
        expected = np.asarray(expected, float)
        self.close(what, found, expected, np.abs(expected).max(axis=0, initial=0))

    def scale_of(self, name, g, column):
        """The numbers that a column's are made of: where it is a difference, theirs. A gene's
        expression is made of that of others, a switch's is a difference of ones."""
        switch = float(self.reference.config["regulation"]["model"] == "siegal_bergman")
        expression = max(np.abs(g.expression).max(), switch)
        if name == "expression":
            return expression
        signed = switch or any(c["model"] == "epistatic" for c in self.reference.config["fitness"])
        if name == "fitness" and 0 < column < math.exp(-100):
            return column * -math.log(column) / 100 # exp(x) magnifies x's rounding by |x|
        return max(column, expression) if name == "fitness" and signed else column

    def moments(self, g, group, row, name, values, what):
        x = np.asarray(values, np.longdouble)
        mean = x.mean(axis=0)
        variance = ((x - mean) ** 2).sum(axis=0) / max(len(x) - 1, 1)
        scale = self.scale_of(name, g, np.abs(x).max(axis=0))
        self.close(f"{name}_mean{what}", group[f"{name}_mean"][row], mean, scale)
        self.close(f"{name}_variance{what}", group[f"{name}_variance"][row], variance, scale**2)

    def part(self, reference, g, group, row, mine, what):
        """Statistics of all individuals, or of a deme."""
        pick = lambda values: np.array([values[i] for i in mine])
        w = pick(g.fitness)
        self.moments(g, group, row, "fitness", w, what)
        scale = self.scale_of("fitness", g, w.max())
        self.close(f"fitness_min{what}", group["fitness_min"][row], w.min(), scale)
        self.close(f"fitness_max{what}", group["fitness_max"][row], w.max(), scale)
        self.moments(g, group, row, "basal", pick(g.basal).mean(axis=2), what)
        self.moments(g, group, row, "expression", pick(g.expression), what)
        if reference.edges:
            self.moments(g, group, row, "weight", pick(g.weight).mean(axis=2), what)
        self.close(f"stable_fraction{what}", group["stable_fraction"][row],
                   pick(g.stable).mean(), 1)
        self.exact(f"parents{what}", group["parents"][row],
                   len(g.reproduced & set(mine)))

    def statistics(self, reference, g):
        group = self.result["statistics"]
        row = list(group["generation"]).index(g.t)
        self.part(reference, g, group, row, range(reference.n), f" at {g.t}")
        self.exact(f"mutations at {g.t}", group["mutations"][row], sum(g.mutations))
        if reference.config["selection"].get("on_extinction") == "neutral":
            self.exact(f"neutral draws at {g.t}", group["neutral_draws"][row], g.neutral_draws)
        if reference.demes > 1:
            for d in range(reference.demes):
                demes = {name[len("demes/"):]: values[:, d] for name, values in group.items()
                         if name.startswith("demes/") and values.ndim > 1}
                self.part(reference, g, demes, row, reference.members(d), f" of deme {d} at {g.t}")
            self.exact(f"demes' mutations at {g.t}", group["demes/mutations"][row], g.mutations)
        self.surroundings(reference, g, group, row)

    def surroundings(self, reference, g, group, row):
        """Environment and optimum: the means of the demes where those have their own."""
        series = {name: [[w[name]] for w in g.weather]
                  for name in ("tf_concentration", "temperature", "nutrients")}
        if "optimum" in group:
            gaussian = [i for i, c in enumerate(reference.config["fitness"])
                        if c["model"] == "gaussian"]
            series["optimum"] = [np.ravel([np.broadcast_to(deme[i], reference.genes)
                                           for i in gaussian]) for deme in g.optima]
            if len(gaussian) > 1:
                self.exact("components", list(group["component"]), gaussian)
        for name, demes in series.items():
            scale = max(1, np.abs(demes).max())
            self.close(f"{name} at {g.t}", np.ravel(group[name][row]), np.mean(demes, axis=0),
                       scale)
            if name == "optimum":
                self.exact("axes of the optimum", group[name].ndim, 3 if len(gaussian) > 1 else 2)
            if f"demes/{name}" in group:
                found = group[f"demes/{name}"][row].reshape(reference.demes, -1)
                self.close(f"demes' {name} at {g.t}", found, demes, scale)

    def snapshot(self, reference, g):
        group = self.result["snapshots"]
        row = list(group["generation"]).index(g.t)
        flat = lambda x: x if reference.ploidy == 2 else x[..., 0]
        for name, values in (("basal", flat(np.array(g.basal))), ("weight", flat(np.array(g.weight))
                             if reference.edges else None)):
            if values is None:
                continue
            self.columns(f"{name} at {g.t}", group[name][row], values)
            self.exact(f"where {name} is 0 at {g.t}", group[name][row] == 0, values == 0)
        for name in ("expression", "fitness"):
            self.close(f"{name} at {g.t}", group[name][row], getattr(g, name),
                       self.scale_of(name, g, np.max(getattr(g, name))))
        if "instability" in group:
            self.close(f"instability at {g.t}", group["instability"][row], g.instability,
                       self.scale_of("expression", g, 0) ** 2)
        self.exact(f"stable at {g.t}", group["stable"][row], g.stable)
        self.exact(f"parent at {g.t}", group["parent"][row], g.parent)
        if reference.sexual:
            self.exact(f"parent2 at {g.t}", group["parent2"][row], g.parent2)
        if reference.demes > 1:
            self.exact(f"deme at {g.t}", group["deme"][row], reference.deme)

    def edges(self, reference):
        network = self.result["network"]
        if reference.network.edges:
            self.exact("edge_source", network["edge_source"], reference.network.source)
            self.exact("edge_target", network["edge_target"], reference.network.target)
            self.columns("edge_weight", network["edge_weight"], reference.network.weight)


class Result(dict):
    """All of a result that does not depend on where it was made: groups of named arrays."""

    def __init__(self, path):
        super().__init__(network={}, statistics={}, snapshots={})
        with h5py.File(path) as file:
            file.visititems(self.take)
            self.attrs = {name: file.attrs[name] for name in (
                "generations_done", "complete", "stop_reason", "run_file_resolved")}
        self.config = yaml.load(self.attrs["run_file_resolved"], yaml.CSafeLoader)

    def take(self, path, thing):
        group, _, name = path.partition("/")
        if group not in ("provenance", "performance") and isinstance(thing, h5py.Dataset):
            self.setdefault(group, {})[name] = thing[()]


def compare(result, misdeed=None):
    """Everything in a result that is not as the reference has it; how many values were compared.
    A `misdeed` is a deliberate fault of the reference: a purpose whose random numbers are others,
    or one of those that it names."""
    reference = Reference(result.config, misdeed)
    comparison = Comparison(result, reference)
    comparison.edges(reference)
    done, last = int(result.attrs["generations_done"]), -1
    for g in reference.evolve():
        last = g.t
        if g.t > done:
            break
        comparison.snapshot(reference, g)
        comparison.statistics(reference, g)
        if comparison.findings:
            break # what follows from it is no news
    if not comparison.findings:
        comparison.exact("generations_done", done, last)
        comparison.exact("complete", int(result.attrs["complete"]), 1)
    return comparison.findings, comparison.values


def main():
    verdict = Verdict()
    for path in sys.argv[1:]:
        findings, values = compare(Result(path))
        for finding in findings[:3]:
            print(f"  {path}: {finding[:600]}")
        verdict.check(not findings, f"{path} is as the reference has it ({values} values)")
    verdict.exit()


if __name__ == "__main__":
    main()
