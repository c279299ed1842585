# SPDX-License-Identifier: GPL-3.0-or-later
"""A result against the naive reference, one generation at a time.

Where reference.py evolves a population by itself from the run file alone, here every generation
starts from what the result has recorded of the one before. So a rounding error of one generation,
which may decide anything where numbers are extreme, is not carried into the next, and what is
wrong is found where it arises. The genotypes follow from the parents that the recorded fitness
gives; expression from the recorded genotypes; fitness from the recorded expression; statistics from
what is recorded of individuals. The result must have all that a snapshot can hold of every
generation.

How far a number may be off follows from how it depends on its own: the reference computes
everything again from inputs that differ by some 1e-13, and what that changes is allowed.
"""
import numpy as np

import model
import reference

CLOSE = reference.CLOSE
SHAKEN, COPIES = 1e-13, 4
LEAST = 1e-120 # levels below have no digits in statistics (moments.h)
HUGE = 1e300 # beyond, sums and squares may be infinite


def part_of(config, name):
    part = config.get(name)
    return part if isinstance(part, dict) else {}


class RecordedNetwork(model.Network):
    """Of a run file that names a file: as the result has it."""

    def __init__(self, result, genes):
        group = result["network"]
        self.genes = genes
        self.names = [n.decode() if isinstance(n, bytes) else str(n) for n in group["gene_name"]]
        self.source = np.array(group.get("edge_source", []), int)
        self.target = np.array(group.get("edge_target", []), int)
        self.weight = np.array(group.get("edge_weight", []), float)
        self.edges = len(self.source)
        self.number = {(int(s), int(t)): e for e, (s, t) in enumerate(zip(self.source,
                                                                          self.target))}


class Follower(reference.Reference):
    """The reference, led by a result."""

    def __init__(self, result, comparison):
        self.result, self.comparison = result, comparison
        super().__init__(result.config)

    def network_of(self, config):
        network = config.get("network")
        if isinstance(network, dict) and "file" in network:
            return RecordedNetwork(self.result, int(config["population"]["genes"]))
        return super().network_of(config)

    def recorded(self, name, t, shape=None):
        """What is recorded of all individuals; None where it is no field of this run."""
        values = self.result["snapshots"].get(name)
        if values is None:
            return None
        return values[t] if shape is None else values[t].reshape(shape)

    # --- from genotype to fitness

    def phenotypes(self, generation):
        """Compares the genotypes, and goes on with the recorded ones."""
        t = generation.t
        if t > int(self.result.attrs["generations_done"]):
            self.comparison.findings.append(f"generation {t} is not recorded")
            return
        self.check_parents(generation)
        self.surroundings(generation)
        found = {}
        for name, loci in (("basal", self.genes), ("weight", self.edges)):
            made = np.array(getattr(generation, name), float).reshape(self.n, loci, self.ploidy)
            found[name] = self.recorded(name, t, made.shape) if loci else made
            self.comparison.genotypes(f"{name} at {t}", found[name], made)
            setattr(generation, name, [x.copy() for x in found[name]])
        self.develop(generation, found["basal"].mean(axis=2), found["weight"].mean(axis=2))
        self.evaluate(generation)

    def check_parents(self, generation):
        for name in ("parent", "parent2"):
            found = self.recorded(name, generation.t)
            if found is not None and generation.t > 0:
                least = 0 if name == "parent" else -1 # who lives on has none
                wrong = np.flatnonzero((found < least) | (found >= self.n))
                if wrong.size:
                    self.comparison.findings.append(f"{name}[{wrong[0]}] at {generation.t} is "
                                                    f"{found[wrong[0]]}")

    def several(self, values):
        """The values, and copies of them that are a little off."""
        rng = np.random.default_rng(1)
        return np.concatenate([values] + [values * (1 + SHAKEN * rng.standard_normal(values.shape))
                                          for _ in range(COPIES)])

    def shaken(self, config, rng):
        """A configuration whose numbers are a little off."""
        if isinstance(config, dict):
            return {k: self.shaken(v, rng) if k not in ("steps", "window", "tolerance", "threshold",
                                                        "genes")
                    else v for k, v in config.items()}
        if isinstance(config, list):
            return [self.shaken(v, rng) for v in config]
        if isinstance(config, float):
            return config * (1 + SHAKEN * rng.standard_normal())
        return config

    def develop(self, generation, basal, weight):
        """Expression, instability and flags of each deme, from recorded genotypes."""
        n, t, genes = self.n, generation.t, self.genes
        parts = {"expression": np.zeros((1 + COPIES, n, genes))}
        parts["instability"] = np.zeros((1 + COPIES, n, genes))
        parts["stable"] = np.zeros((1 + COPIES, n))
        doubtful = np.zeros(n, bool)
        for d in range(self.demes):
            mine = list(self.members(d))
            config = self.config_in(generation, d)
            strengths = weight[mine] if self.heritable else np.tile(self.network.weight,
                                                                    (len(mine), 1))
            e, v, s, doubt = model.develop(config, self.network, t, self.several(basal[mine]),
                                           self.several(strengths))
            rng = np.random.default_rng(2)
            e2, v2, s2, _ = model.develop(self.shaken(config, rng), self.network, t, basal[mine],
                                          strengths)
            m = len(mine)
            for name, values, other in (("expression", e, e2), ("instability", v, v2),
                                        ("stable", s, s2)):
                values = values.reshape(1 + COPIES, m, *values.shape[1:]).astype(float)
                values[COPIES] = other # instead of the last copy
                parts[name][:, mine] = values
            doubtful[mine] = doubt[:m]
        parts["expression"] *= self.noise(t)
        self.settle(generation, parts, doubtful)

    def noise(self, t):
        sd = float(self.config["development"]["noise_sd"])
        if sd == 0:
            return 1.0
        factor = lambda i, g: reference.exp(sd * self.stream("noise", t, i).normal(g) - sd * sd / 2)
        return np.array([[factor(i, g) for g in range(self.genes)] for i in range(self.n)])

    def settle(self, generation, parts, doubtful):
        """Compares, and takes what is recorded."""
        t, compare = generation.t, self.comparison
        found = self.recorded("expression", t)
        switch = self.config["regulation"]["model"] == "siegal_bergman" # a difference of ones
        levels = np.abs(parts["expression"][0]) + np.sqrt(parts["instability"][0]) # in the window
        compare.computed(f"expression at {t}", found, parts["expression"],
                         np.maximum(levels, float(switch)))
        generation.expression = list(found)
        found = self.recorded("instability", t)
        if found is not None:
            off = np.abs(parts["expression"] - parts["expression"][0]).max(axis=0) / CLOSE
            spread = np.sqrt(parts["instability"][0]) # of levels that are a little off
            square = (np.abs(generation.expression) + spread) ** 2 + spread * off
            compare.computed(f"instability at {t}", found, parts["instability"], square)
        generation.instability = list(parts["instability"][0] if found is None else found)
        found = self.recorded("stable", t)
        sure = ~doubtful & (parts["stable"] == parts["stable"][0]).all(axis=0)
        compare.exact(f"stable at {t}", found[sure], parts["stable"][0][sure])
        generation.stable = [int(x) for x in found]

    def evaluate(self, generation):
        """Fitness from recorded expression."""
        n, t = self.n, generation.t
        e, v, s = (np.array(x) for x in (generation.expression, generation.instability,
                                         generation.stable))
        values, doubtful = np.zeros((1 + COPIES, n)), np.zeros(n, bool)
        for d in range(self.demes):
            mine = list(self.members(d))
            config = self.config_in(generation, d)
            repeated = lambda x: np.concatenate([x[mine]] * (1 + COPIES))
            w = model.fitness(config, self.network, t, self.several(e[mine]), repeated(v),
                              repeated(s))
            values[:, mine] = w.reshape(1 + COPIES, len(mine))
            values[COPIES, mine] = model.fitness(self.shaken(config, np.random.default_rng(2)),
                                                 self.network, t, e[mine], v[mine], s[mine])
            for component in config["fitness"]:
                if component["model"] == "threshold":
                    least, mean = float(component["threshold"]), e[mine].mean(axis=1)
                    doubtful[mine] |= np.abs(mean - least) <= 1e-12 * np.abs(e[mine]).max(axis=1)
        generation.fitness = [1.0] * n
        for component in self.config["fitness"]:
            if component["model"] == "pareto":
                self.compare_individuals(generation, component)
        values *= np.array(generation.fitness)
        found = self.recorded("fitness", t)
        self.comparison.computed(f"fitness at {t}", found[~doubtful], values[:, ~doubtful])
        generation.fitness = [float(x) for x in found]


class Comparison(reference.Comparison):
    """What differs, where numbers may have any size."""

    def genotypes(self, what, found, made):
        """Alleles, and what they are sums of."""
        scale = np.maximum(np.abs(made).max(axis=0, initial=0), self.summands(what.split()[0]))
        self.close(what, found, made, scale)
        if found.shape == made.shape and np.isfinite(made).all():
            self.exact(f"where {what} is 0", found == 0, made == 0)

    def summands(self, name):
        """The largest number that one of these is the sum of."""
        config = self.result.config
        law = (config["population"]["initial"].get(name if name == "basal" else "weights"),
               config["mutation"].get(name if name == "basal" else "weights"),
               part_of(part_of(config, "network"), "random").get("weight"))
        return max((abs(float(x)) for of in law if isinstance(of, dict) for x in of.values()
                    if isinstance(x, (int, float))), default=0)

    def close(self, what, found, expected, scale):
        found, expected = np.asarray(found, float), np.asarray(expected)
        if found.shape != expected.shape:
            return super().close(what, found, expected, scale)
        with np.errstate(all="ignore"):
            huge = ~(np.abs(expected) < HUGE) & ~(np.abs(found) < HUGE / 1e6)
            same = huge | (found == expected) | (np.isnan(found) & np.isnan(expected.astype(float)))
            scale = np.broadcast_to(np.asarray(scale, np.longdouble), expected.shape)
        self.values += int(same.sum())
        rest = ~same
        super().close(what, found[rest], expected[rest].astype(float), np.where(
            np.isfinite(scale), scale, np.longdouble(0))[rest])

    def computed(self, what, found, several, scale=0):
        """What was computed from inputs that are a little off tells how exact it can be."""
        with np.errstate(all="ignore"):
            expected = several[0]
            off = np.abs(several - expected).max(axis=0)
            wild = ~np.isfinite(several).all(axis=0) & np.isfinite(several).any(axis=0)
            allowed = CLOSE * np.maximum(np.abs(expected), scale) + 50 * off + 1e-300
            fine = (np.abs(found - expected) <= allowed) | (found == expected) | wild | (
                np.isnan(found) & np.isnan(expected)) | (~np.isfinite(expected) & ~(np.abs(found) < HUGE))
        self.values += found.size
        if not fine.all():
            at = tuple(np.argwhere(~fine)[0])
            self.findings.append(f"{what}{list(map(int, at))} is {found[at]!r}, expected "
                                 f"{expected[at]!r} +- {allowed[at]:.2g} ({(~fine).sum()} of "
                                 f"{fine.size} differ)")

    def moments(self, g, group, row, name, values, what):
        x = np.asarray(values, np.longdouble)
        with np.errstate(all="ignore"):
            mean = x.mean(axis=0)
            variance = ((x - mean) ** 2).sum(axis=0) / max(len(x) - 1, 1)
            scale = np.abs(x).max(axis=0)
            step = self.step_of(name)
            spread = np.array(group[f"{name}_variance"][row], float)
            lost = np.isposinf(spread) & (scale > HUGE**0.5) # a rounding error's square is infinite
            spread = np.where(lost, variance.astype(float), spread)
            self.close(f"{name}_mean{what}", group[f"{name}_mean"][row], mean,
                       np.maximum(scale, step / 10**17))
            self.close(f"{name}_variance{what}", spread, variance,
                       np.maximum(scale**2, step**2 / 10**15))

    def step_of(self, name):
        """Sums are taken on a grid that has room for a mutant (moments.h)."""
        laws = self.result.config["mutation"]
        steps = {"basal": laws["basal"], "weight": laws.get("weights", {})}
        return max(np.longdouble(steps.get(name, {}).get("sd", 0)), np.longdouble(LEAST))

    def snapshot(self, reference_, g):
        """Genotypes and phenotypes have been compared where they were made."""
        group, t = self.result["snapshots"], g.t
        self.exact(f"parent at {t}", group["parent"][t], g.parent)
        if reference_.sexual:
            self.exact(f"parent2 at {t}", group["parent2"][t], g.parent2)
        if reference_.demes > 1:
            self.exact(f"deme at {t}", group["deme"][t], reference_.deme)


def compare(result):
    """Everything in a result that is not as the reference has it; how many values were compared."""
    comparison = Comparison(result, None)
    follower = comparison.reference = Follower(result, comparison)
    comparison.edges(follower)
    done, last = int(result.attrs["generations_done"]), -1
    with np.errstate(all="ignore"):
        for g in follower.evolve():
            last = g.t
            if comparison.findings or g.t > done:
                break
            comparison.snapshot(follower, g)
            comparison.statistics(follower, g)
            if comparison.findings:
                break
    if not comparison.findings:
        comparison.exact("generations_done", done, last)
        comparison.exact("complete", int(result.attrs["complete"]), 1)
    return comparison.findings, comparison.values
