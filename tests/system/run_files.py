# SPDX-License-Identifier: GPL-3.0-or-later
"""Random run files over all keys of the schema, which the program itself prints.

What a key takes, and when it is used, comes from the schema, so that a new key is written by itself; a
new type of key ends the test until WRITERS knows it. SPECIAL has what the schema does not say:
sizes that a test can afford, and keys whose values must fit those of others.
"""
import collections
import math
import random
import subprocess

Key = collections.namedtuple("Key", "table path type low high open used beside required fallback "
                             "words")
OMIT = object()

# Where in its range a number ordinarily lies; else between -1 and 1.5 as far as is allowed.
ORDINARY = {
    "environment.temperature": (10, 45), "expression.temperature_reference": (10, 45),
    "expression.q10": (0.5, 3), "expression.k": (0.1, 1.5), "expression.n": (0.5, 4),
    "regulation.slope": (0.2, 5), "development.tolerance": (0, 0.1),
    "development.noise_sd": (0, 0.5), "strength": (0, 3), "width": (0.3, 2), "threshold": (0, 1),
    "optimum": (0, 1.5), "checkpoint.minutes": (0, 100), "weights": (0, 2),
    "mutation.basal.rate": (0, 0.6), "mutation.weights.rate": (0, 0.6),
}
EXTREMES = [0, 0, 1, 1, -1, 1e-300, 1e300, -1e300, 1e-15, 1e15, 1e100, 1e-100, -1e-300, 5e-324,
            1.7976931348623157e308, 1e30, 1e8, 37, 700, 0.5, 1 - 2**-53, 1 + 2**-52]
SERIES_IN_TIME = {"period": (0.3, 12), "phase": (-4, 4), "duration": (0.4, 3),
                  "autocorrelation": (-0.95, 0.95)}
CALM = {"phase"} # of an angle of 10^300 no digit is left
WORDS = ["plain", "with blanks in it", "Ä ö ß", "quote'd", "a \"b\"", "#hash", "null", "12", "-",
         "x" * 60, "ключ", "a: b", "yes", "%"]


def schema(program):
    """The keys of each table, in their order."""
    lines = subprocess.run([program, "--keys"], capture_output=True, text=True, check=True).stdout
    tables = collections.defaultdict(list)
    for line in lines.splitlines():
        table, path, kind, low, high, open_ends, used, beside, required, fallback, words = \
            line.split("\t")
        tables[table].append(Key(table, path, kind, float(low), float(high), int(open_ends),
                                 used.split(), beside, bool(required), fallback, words.split()))
    unknown = {(key.path, key.type) for keys in tables.values() for key in keys
               if key.type not in WRITERS and key.path not in SPECIAL}
    if unknown or set(tables) != {"run file", "fitness component", "distribution", "series"}:
        raise NotImplementedError(f"run_files.py does not know {unknown} or one of {set(tables)}")
    return tables


class Author:
    """Writes one run file; all that is random in it follows from the number."""

    def __init__(self, tables, number, earlier=None):
        self.rng = random.Random(f"run file {number}")
        self.tables, self.earlier = tables, earlier
        self.wild = self.pick([0, 0, 0, 0, 0.03, 0.03, 0.1, 0.3])
        self.value = {}                       # of run keys, by path
        self.decided = set()                  # of run keys, whether they are given
        self.written = set()                  # keys of all tables
        self.files = {}                       # that go with it: name and text
        self.run_key = {key.path: key for key in tables["run file"]}
        self.conditions = [key for key in tables["run file"]
                           if any(c.startswith(key.path + "=") for k in tables["run file"]
                                  for c in k.used + k.beside.split())]
        self.settle_sizes()

    def pick(self, choices):
        return self.rng.choice(choices)

    def chance(self, p):
        return self.rng.random() < p

    # --- sizes and the network

    def settle_sizes(self):
        if self.earlier is not None:
            for name in ("n", "genes", "demes", "ploidy", "origin", "names"):
                setattr(self, name, getattr(self.earlier, name))
        else:
            self.n = self.pick([1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 23, 31, 32, 33,
                                47, 60])
            if self.chance(0.02):
                self.n = self.pick([511, 512, 513, 700, 1025])
            self.genes = self.pick([1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 9, 16, 17])
            if self.chance(0.03):
                self.genes = self.pick([64, 65, 129, 130])
            if self.n > 100:
                self.genes = min(self.genes, 3)
            self.ploidy = self.pick([1, 1, 2])
            self.origin = self.pick([None, None, None, None, "random", "random", "random", "edges",
                                     "edges", "file"])
            self.names = [f"g{g}" for g in range(self.genes)]
            if self.origin in ("edges", "file") or self.chance(0.1):
                self.names = [f"{self.pick(['TF', 'x', 'Gen', 'é'])}{g}" for g in
                              range(self.genes)]
        self.demes = self.pick([1, 1, 1, 2, 2, 3, 4, 5, self.n, self.n])
        self.demes = min(self.demes, self.n, 70)
        self.generations = self.pick([0, 1, 2, 2, 3, 3, 4, 5, 6]) if self.n < 100 else 2

    # --- numbers

    def allowed(self, key, x):
        return (key.low <= x <= key.high and not (key.open & 1 and x == key.low) and
                not (key.open & 2 and x == key.high))

    def ordinary(self, key):
        low, high = ORDINARY.get(key.path, (max(key.low, -1), min(key.high, 1.5)))
        return (low, high) if low < high else (low, low + 1)

    def number(self, key, between=None):
        """Mostly in its ordinary range; as often as the file is wild an extreme one."""
        if self.chance(self.wild) and key.path not in CALM:
            x = self.pick([x for x in [*EXTREMES, key.low, key.high, 10 ** self.rng.uniform(-300, 300)]
                           if math.isfinite(x) and self.allowed(key, x)] or [1])
            return x if self.chance(0.5) or x != int(min(abs(x), 1e9)) else int(x)
        low, high = between or self.ordinary(key)
        for _ in range(20):
            x = self.rng.uniform(low, high)
            x = self.pick([x, round(x, 3), round(x, 1), x])
            if self.allowed(key, x):
                return x
        return (low + high) / 2

    def fitting(self, key, numbers):
        """Some numbers that are all ordinary or all extreme, so that they may be compared."""
        return [self.number(key) for _ in range(numbers)]

    # --- parts that other tables describe

    def used_words(self, keys, condition):
        return [key for key in keys if not key.used or condition in key.used]

    def distribution(self, key, bounded=True):
        """Draws are allowed wherever they fall, where not `bounded`."""
        law = self.tables["distribution"]
        kind = self.pick([k for k in law[0].words if k != "normal" or not bounded]
                         if key.low > -math.inf else law[0].words)
        if key.high < math.inf and kind not in ("uniform", "constant"):
            kind = "uniform"
        if key.low == -math.inf and bounded and key.high < math.inf:
            kind = "constant"
        low, high = self.ordinary(key)
        part = {"distribution": kind}
        for of in self.used_words(law[1:], f"distribution={kind}"):
            between = {"value": (low, high), "low": (low, (low + high) / 2),
                       "high": ((low + high) / 2, high),
                       "mean": {"lognormal": (-1, 0.5), "exponential": (0.1, 1)}.get(kind, (low,
                                                                                        high)),
                       "sd": (0, 1)}.get(of.path, (0, 1))
            inside = of if of.path in ("mean", "sd") else of._replace(low=key.low, high=key.high,
                                                                      open=key.open)
            if of.path == "mean" and kind == "exponential":
                inside = of._replace(low=0, open=1)
            part[of.path] = self.number(inside, between)
            self.written.add((of.table, of.path))
        self.written.add((law[0].table, law[0].path))
        if kind == "uniform" and part["low"] > part["high"]:
            part["low"], part["high"] = part["high"], part["low"]
        return part

    def series(self, key, kinds=None):
        of_series = self.tables["series"]
        kind = self.pick(kinds or of_series[0].words)
        low, high = self.ordinary(key)
        part, length = {"series": kind}, self.rng.randint(1, 4)
        self.written.add((of_series[0].table, of_series[0].path))
        for of in self.used_words(of_series[1:], f"series={kind}"):
            if of.fallback and self.chance(0.5):
                continue
            inside = of._replace(low=key.low, high=key.high, open=key.open)
            self.written.add((of.table, of.path))
            part[of.path] = {
                "at": lambda: sorted(self.rng.sample(range(9), length)),
                "values": lambda: [self.number(inside, (low, high)) for _ in range(length)],
                "interpolation": lambda: self.pick(of.words),
                "start": lambda: self.rng.randint(0, 2), "end": lambda: self.rng.randint(3, 6),
                "mean": lambda: (low + high) / 2,
                "amplitude": lambda: self.rng.uniform(0, (high - low) / 2),
                "sd": lambda: self.number(of, (0, high - low)),
            }.get(of.path, lambda: self.number(of, SERIES_IN_TIME[of.path])
                  if of.path in SERIES_IN_TIME else self.number(inside, (low, high)))()
        return part

    def profile(self, key):
        kind = self.pick(["number", "number", "list", "distribution"])
        if kind == "list":
            return self.fitting(key, self.genes)
        return self.number(key) if kind == "number" else self.distribution(key)

    def components(self, _):
        count, parts = self.pick([1, 1, 1, 2, 2, 3]), []
        for _ in range(count):
            parts.append(self.component(parts))
        if self.demes > 1 and self.chance(0.4) and "ar1" not in str(parts):
            parts[-1] = self.apart()
        return parts

    def apart(self):
        """Demes with optima of their own, whose fitness may differ by any power of ten."""
        self.written |= {("fitness component", key) for key in ("optimum", "strength")}
        return {"model": "gaussian", "strength": 10 ** self.rng.uniform(0, 2.7), "optimum": {
            "series": "ar1", "mean": 0.5, "sd": 10 ** self.rng.uniform(-1, 0.3),
            "autocorrelation": self.pick([-0.5, 0, 0.9])}}

    def component(self, others):
        """One of the fitness's factors; of all only one optimum may wander."""
        keys = self.tables["fitness component"]
        model = self.pick(keys[0].words)
        part = {"model": model}
        for key in self.used_words(keys[1:], f"model={model}"):
            if key.path in part or self.chance(0.4):
                continue
            if key.path == "strength" and model == "stability":
                part[key.path] = self.number(key)
            elif key.path == "optimum":
                wanders = any("ar1" in str(c.get("optimum")) for c in others)
                part[key.path] = self.optimum(key, wanders)
            else:
                part[key.path] = WRITERS[key.type](self, key)
        if "width" in part:
            part.pop("strength", None)
        if "matrix" in part:
            part.pop("interactions", None)
        part = {k: v for k, v in part.items() if v is not OMIT}
        self.written |= {(keys[0].table, path) for path in part}
        return part

    def optimum(self, key, wanders=False):
        if self.chance(0.5):
            return self.profile(key)
        return self.series(key, [k for k in self.tables["series"][0].words
                                 if not (wanders and k == "ar1")])

    # --- the run file

    def word(self, key):
        """The word that a key has, also by default."""
        return self.value.get(key, self.run_key[key].fallback)

    def holds(self, condition):
        path, equals, word = condition.partition("=")
        if equals:
            return self.word(path) == word
        if path == "population.demes":
            return self.demes > 1
        if path.startswith("network."):
            return path == f"network.{self.origin}"
        if path == "population.initial.from":
            return self.earlier is not None
        return float(self.value.get(path, 0)) > 0 # mutation.edge_gain

    def is_used(self, key):
        sections = [k for k in self.tables["run file"] if key.path.startswith(k.path + ".")]
        used = all(not k.used or any(map(self.holds, k.used)) for k in [*sections, key])
        if used and self.earlier is not None and key.beside != "-":
            return any(map(self.holds, key.beside.split()))
        return used

    def settle(self, key):
        if key.path in self.decided or key.type == "section" or not self.is_used(key):
            return
        self.decided.add(key.path)
        if not key.required and key.path not in ALWAYS and not self.chance(0.6):
            return
        write = SPECIAL.get(key.path) or WRITERS[key.type]
        value = write(self, key)
        if value is not OMIT:
            self.value[key.path] = value

    def write(self):
        """The run file as nested maps."""
        for key in self.conditions:
            self.settle(key)
        for key in self.tables["run file"]:
            self.settle(key)
        config = {}
        for path in sorted(self.value, key=list(self.run_key).index):
            *sections, leaf = path.split(".")
            at = config
            for section in sections:
                at = at.setdefault(section, {})
            at[leaf] = self.value[path]
        self.written |= {("run file", path) for path in self.value}
        if self.chance(0.06):
            self.spoil(config)
        return config

    def spoil(self, config):
        """A mistake, or what may be one."""
        key = self.pick([k for k in self.tables["run file"] if k.type != "section"])
        *sections, leaf = key.path.split(".")
        at = config
        for section in sections:
            at = at.setdefault(section, {})
            if not isinstance(at, dict):
                return
        at[self.pick([leaf, leaf, leaf, leaf[:-1], "nothing"])] = self.pick(
            [-1, 0, 1e301, "word", [], {}, [1, 2], True, None, 0.5, 2**64, key.low, key.high])


# --- what the schema does not say -------------------------------------------------------------

def demes(author, _):
    n, d = author.n, author.demes
    if d == 1 or author.chance(0.5):
        return d
    cuts = sorted(author.rng.sample(range(1, n), d - 1))
    return [b - a for a, b in zip([0, *cuts], [*cuts, n])]


def edges(author, _):
    pairs = [(s, t) for s in author.names for t in author.names]
    chosen = author.rng.sample(pairs, author.rng.randint(0, min(len(pairs), 3 * author.genes)))
    key = author.run_key["network.random.weight"]
    if author.earlier is not None:
        return author.earlier.value.get("network.edges", OMIT)
    return [[s, t, author.number(key, (-1.5, 1.5))] for s, t in chosen]


def network_file(author, _):
    if author.earlier is not None:
        author.files = author.earlier.files
        return "network.tsv"
    lines = [f"{s}\t{t}\t{w}" for s, t, w in edges(author, None)]
    if not lines:
        lines = [f"{author.names[0]}\t{author.names[0]}\t1"]
    author.files["network.tsv"] = "\n".join(lines) + "\n"
    return "network.tsv"


def names(author, _):
    """All genes, where the network names some of them."""
    return author.names


def gene_names(author, _):
    """Some genes, by name or index."""
    some = author.rng.sample(range(author.genes), author.rng.randint(1, author.genes))
    return [g if author.chance(0.5) else author.names[g] for g in some]


def recombination_rate(author, key):
    most = 0.5 if author.word("mating.recombination.model") == "map" else 1
    rate = lambda: author.pick([0, most, author.rng.uniform(0, most), round(author.rng.uniform(0, most), 2)])
    if most == 1 or author.chance(0.6) or author.genes < 2:
        return rate()
    author.settle(author.run_key["mating.recombination.chromosomes"])
    sizes = author.value.get("mating.recombination.chromosomes", [author.genes])
    return [rate() for size in sizes for _ in range(size - 1)] or rate()


def chromosomes(author, _):
    cuts = sorted(author.rng.sample(range(1, author.genes), author.rng.randint(0,
                                                                        author.genes - 1)))
    return [b - a for a, b in zip([0, *cuts], [*cuts, author.genes])]


def migration_matrix(author, _):
    rows = []
    for d in range(author.demes):
        row = [author.pick([0, 0, author.rng.random()]) for _ in range(author.demes)]
        row = row if sum(row) > 0 else [float(s == d) for s in range(author.demes)]
        rows.append([x / sum(row) for x in row])
    return rows


def selection_scheme(author, key):
    return author.pick(["wright_fisher"] * 2 + key.words)


def mating_system(author, key):
    return author.pick(["asexual"] if author.word("selection.scheme") == "none" else key.words)


def migration_rate(author, key):
    return 0 if author.word("selection.scheme") == "none" else author.number(key)


def migration_scheme(author, key):
    stay = author.word("selection.scheme") == "none" or author.demes > 20
    return author.pick([w for w in key.words if w != "matrix" or not stay])


def regulation_model(author, key):
    return author.pick(key.words) if author.origin else "none"


def weights(author, key):
    return author.pick(key.words) if author.origin else OMIT


def unstable(author, key):
    author.value["development.tolerance"] = author.pick([0.001, 0.05, 0.3, 1e-12])
    return author.pick(key.words)


def window(author, _):
    return author.rng.randint(1, author.value.get("development.steps", 1))


def initial_state(author, key):
    if author.word("regulation.model") != "wagner":
        return author.profile(key)
    return author.pick([-1, 1, [author.pick([-1, 1]) for _ in range(author.genes)]])


def rarely(value):
    return lambda author, key: value(author, key) if author.chance(0.2) else OMIT


def mutation_rate(author, key):
    """Of a locus at most 1, of a genome as many as there are loci."""
    per_genome = author.word(key.path.replace(".rate", ".per")) == "genome"
    if per_genome and author.chance(0.8):
        return author.pick([0, 0.001, 0.5, 1, author.rng.random() * author.genes])
    return author.number(key._replace(high=1))


def reached(author, _):
    """The generation of the earlier run's last snapshot, unless it died out."""
    return author.earlier.generations if author.chance(0.5) else OMIT


def population_genes(author, _):
    named = author.origin == "edges" and author.value.get("network.genes") == author.names
    return OMIT if named and author.chance(0.5) else author.genes


def some_generations(author, _):
    return author.pick([0, 1, 1, 2, 3, 100])


def steps(author, _):
    return author.pick([1, 1, 2, 3, 5, 9])


def size(author, _):
    return author.pick([1, 2, 2, 3, 7, author.n, 1000, 10**12])


def fields(author, key):
    absent = {"weight": author.word("network.weights") != "heritable",
              "instability": author.value.get("development.window", 1) == 1,
              "parent2": author.word("mating.system") != "sexual", "deme": author.demes == 1}
    there = [w for w in key.words if not absent.get(w)]
    return author.rng.sample(there, author.rng.randint(1, len(there)))


def basal(author, key):
    if author.chance(0.7): # founders that differ
        return author.distribution(key, bounded=False)
    return author.profile(key)


ALWAYS = {"population.genes", "network.random.density", "network.edges", "network.file",
          "network.genes", "network.random.seed", "run.seed", "population.demes",
          "population.ploidy", "population.initial.from", "migration.matrix"}
SPECIAL = {
    "selection.on_extinction": lambda author, key: author.pick(["neutral"] + key.words),
    "run.name": rarely(lambda author, _: author.pick(WORDS)),
    "run.generations": lambda author, _: author.generations,
    "population.individuals": lambda author, _: author.n,
    "population.genes": population_genes,
    "population.ploidy": lambda author, _: author.ploidy,
    "population.demes": demes,
    "population.initial.basal": basal,
    "population.initial.from": lambda author, _: "earlier.h5" if author.earlier else OMIT,
    "network.file": network_file,
    "network.genes": lambda author, _: names(author, _) if author.origin in ("edges", "file") else OMIT,
    "network.edges": edges,
    "network.weights": weights,
    "regulation.model": regulation_model,
    "regulation.initial_state": initial_state,
    "development.steps": steps,
    "development.window": window,
    "development.unstable": rarely(unstable),
    "development.noise_sd": rarely(lambda author, key: author.number(key)),
    "selection.scheme": selection_scheme,
    "selection.size": size,
    "mating.system": mating_system,
    "mating.recombination.rate": recombination_rate,
    "mating.recombination.chromosomes": chromosomes,
    "migration.scheme": migration_scheme,
    "migration.rate": migration_rate,
    "migration.matrix": migration_matrix,
    "mutation.basal.rate": mutation_rate,
    "mutation.weights.rate": mutation_rate,
    "population.initial.generation": reached,
    "mutation.duplication": lambda author, key: OMIT if author.genes == 1 else author.number(key),
    "output.file": rarely(lambda author, _: "another.h5"),
    "output.statistics.every": some_generations,
    "output.snapshots.every": some_generations,
    "output.snapshots.at": lambda author, _: [author.rng.randint(0, author.generations)
                                              for _ in range(author.rng.randint(0, 3))],
    "output.snapshots.fields": fields,
    "checkpoint.every": some_generations,
    "checkpoint.keep": lambda author, _: author.rng.randint(1, 3),
    "limits.wall_time": rarely(lambda author, _: author.pick(["none", "100:00:00", "1000000:0:0"])),
}


# --- by type ----------------------------------------------------------------------------------

def distributed(author, key):
    return author.number(key) if author.chance(0.4) else author.distribution(key)


def by_time(author, key):
    return author.number(key) if author.chance(0.5) else author.series(key)


def square(author, key):
    return [[author.number(key) for _ in range(author.genes)] for _ in range(author.genes)]


def triples(author, key):
    gene = lambda: author.pick([author.rng.randrange(author.genes), author.pick(author.names)])
    pairs = {(author.rng.randrange(author.genes), author.rng.randrange(author.genes)): None
             for _ in range(author.rng.randint(0, 4))}
    return [[a if author.chance(0.5) else author.names[a], b, author.number(key)]
            for a, b in pairs]


WRITERS = {
    "section": None,
    "text": lambda author, key: author.pick(WORDS),
    "flag": lambda author, key: author.chance(0.5),
    "choice": lambda author, key: author.pick(key.words),
    "model": lambda author, key: author.pick(key.words),
    "integer": lambda author, key: int(key.low) + author.rng.randint(0, 3),
    "seed": lambda author, key: author.pick([0, 1, 2**64 - 1, author.rng.randrange(2**64)]),
    "number": Author.number,
    "profile": Author.profile,
    "series": by_time,
    "optimum": Author.optimum,
    "distribution": distributed,
    "initial_weights": lambda author, key: "network" if author.chance(0.4) else
    author.distribution(key),
    "numbers": lambda author, key: author.fitting(key, author.rng.randint(1, 3)),
    "integers": lambda author, key: [int(key.low)],
    "demes": demes,
    "signs": lambda author, key: {"+": author.number(key), "-": author.number(key)},
    "edges": edges,
    "names": gene_names,
    "components": Author.components,
    "square": migration_matrix,
    "matrix": square,
    "interactions": triples,
    "fields": fields,
    "compression": lambda author, key: author.pick(key.words),
    "duration": lambda author, key: "100:00:00",
}
