# SPDX-License-Identifier: GPL-3.0-or-later
"""What the manual shows is true: manual.py PROGRAM BUILD SOURCE FOLDER CC MPIEXEC

Every block of code in README.md, docs/*.md and jobs/*.md is of a kind, and is tried: commands are
run in a folder of their own, one for each file, block after block; pieces of run files are
validated; Python, R and C are run. What is only shown, and what is not run as it stands, is listed
below, with the reason. Besides: references made from the program's tables are current, links lead
somewhere, commands and files named in the text exist.

    manual.py --renew PROGRAM SOURCE        # writes the references anew
"""
import glob
import os
import re
import shutil
import subprocess
import sys

from common import Verdict, require

require("yaml")
import yaml

verdict = Verdict()

REFERENCES = {"docs/run-file.md": ("keys", "end of keys", "help keys --markdown"),
              "docs/output.md": ("datasets", "end of datasets", "help datasets --markdown")}

# Blocks that are only shown: a part of their text, and why.
SHOWN = {
    "docs/architecture.md": {"run file -> configuration -> network": "a picture"},
    "docs/theory.md": {"q10^(": "a formula", "exp(sd z": "a formula", "(1 - product": "a formula"},
    "docs/verification.md": {"T_0 = 1 +": "a formula", "M' = q M": "a formula",
                             "experiment      quantity": "what a command printed"},
    "docs/c-api.md": {"find_package(happygene": "for CMake: system/installed builds such a project"},
    "docs/analysis.md": {"using HDF5": "Julia is no part of Debian, as the text says"},
}

# Commands that are not run as they stand: what they look like, what is run instead, and why.
INSTEAD = [
    (r"bash tests/(run|checked|slurm|lint|bare)\.sh.*", ":", "the suite itself, and what takes hours"),
    (r"ctest .*", ":", "the suite itself"),
    (r"python3 tests/system/trials\.py [^\n]*\\\n.*", ":", "system/trials"),
    (r"bash tests/bench/run\.sh.*", ":", "minutes: slow/bench"),
    (r"python3 tests/sabotage\.py .*", ":", "hours: slow/sabotage"),
    (r"ctest --test-dir build/release -R slow/sabotage.*", ":", "the same"),
    (r"python3 tests/bench/compare\.py OLD\.json NEW\.json", ":", "slow/bench"),
    (r"srun \.\.\. ", "", "stands for words of the reader's"),
    (r"OMP_NUM_THREADS=16", "OMP_NUM_THREADS=1", "cores that this machine may not have"),
    (r"\bDIR\b", "$PREFIX", "stands for a folder of the reader's"),
]

# In front of happygene: what it is told is done, with fewer individuals and experiments.
SMALLER = r"""#!/bin/bash
words=("$@") extra=()
case $1 in
run | validate | profile)
    for word in "${words[@]:1}"; do
        if [[ $word == *.yaml && -r $word ]]; then
            number=$(sed -n 's/.*individuals: \([0-9]*\).*/\1/p' "$word" | head -1)
            if [ "${number:-0}" -gt 1000 ] && [[ "$*" != *individuals=* ]]; then
                extra+=(--set population.individuals=200)
            fi
        fi
        if [ "$word" = --resume ] || [ "$word" = --force ]; then force=no; fi
    done
    if [ "$1" != validate ] && [ -z "$force" ]; then extra+=(--force); fi ;;
verify) # all of it: theory/verify-quick
    extra+=(--quick)
    if [[ "$*" =~ ^verify(\ --quick)?$ ]]; then extra+=(crossovers); fi ;;
esac
exec "$HG_PROGRAM" "${words[@]}" "${extra[@]}"
"""
# Results that commands and examples read.
READY = """
cp quickstart.yaml my.yaml
happygene run my.yaml --quiet
for name in quickstart unfinished a; do cp my.h5 $name.h5; done
happygene run my.yaml -o b.h5 --quiet --set run.seed=2
happygene run wagner.yaml -o wagner.h5 --quiet
happygene run my.yaml -o earlier.h5 --quiet --set population.individuals=1000 \\
    --set population.genes=10 --set run.generations=5
"""
STAND_INS = { # programs that a test cannot have, or that would build all this again
    "happygene": SMALLER,
    "sbatch": "#!/bin/sh\necho 17\n",
    "cmake": '#!/bin/sh\ncase " $* " in *" --install build/release "*)\n'
             '    shift 2; exec "$HG_CMAKE" --install "$HG_BUILD" "$@" >/dev/null ;;\nesac\n',
}
SHELL = set("""happygene bash mpirun cmake export h5dump ncdump python3 ctest cc sbatch srun module for
    sed source git apt-get cd man mkdir cat printf Rscript gnuplot dot""".split())


# --- reading Markdown ------------------------------------------------------------------------

class Block:
    """Lines of code, where they are, and the heading that they stand under."""

    def __init__(self, file, line, indent, heading):
        self.file, self.line, self.indent, self.heading, self.lines = file, line, indent, heading, []

    def __str__(self):
        return f"{self.file}:{self.line}"

    @property
    def text(self):
        return "\n".join(self.lines).rstrip() + "\n"


def read_blocks(source, file):
    """Code is indented by four more than the text around it, after an empty line."""
    blocks, block, content, heading, empty = [], None, 0, "", True
    for number, line in enumerate(open(os.path.join(source, file), encoding="utf-8"), 1):
        line = line.rstrip("\n")
        indent = len(line) - len(line.lstrip(" "))
        if not line.strip():
            if block:
                block.lines.append("")
            empty = True
            continue
        if block and indent >= block.indent:
            block.lines.append(line[block.indent:])
            empty = False
            continue
        block = None
        if indent < content:
            content = 0
        if empty and indent >= content + 4:
            block = Block(file, number, content + 4, heading)
            block.lines.append(line[block.indent:])
            blocks.append(block)
        item = re.match(r" *([-*]|\d+\.) +", line)
        content = len(item[0]) if item else content
        heading = line if line.startswith("#") else heading
        empty = False
    return blocks


def kind_of(block):
    first = block.lines[0]
    word = re.match(r"[^ =(:]*", first)[0]
    for part in SHOWN.get(block.file, {}):
        if part in block.text:
            return "shown"
    if first.startswith("#include"):
        return "c"
    if re.match(r"import |from \w+ import |with h5py", first) or "Python" in block.heading:
        return "python"
    if re.match(r"library\(|\w+ <- ", first) or re.fullmatch(r"#+ R\b.*", block.heading):
        return "r"
    if word in SHELL or first.startswith("$EDITOR") or re.match(r"\w+=[($]", first):
        return "shell"
    if re.match(r"[a-z_]+:( |$)", first):
        return "yaml"
    return None


# --- a place to try things in ----------------------------------------------------------------

class Place:
    """A folder for one file of the manual, with what its readers have at hand."""

    def __init__(self, folder, environment, source, ready):
        self.folder = folder
        self.environment = environment
        shutil.copytree(ready, folder)
        shutil.copytree(os.path.join(source, "jobs"), os.path.join(folder, "jobs"))
        os.symlink(os.path.join(source, "tests"), os.path.join(folder, "tests"))

    def run(self, what, command, text=None):
        done = subprocess.run(command, input=text, cwd=self.folder, env=self.environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
                              timeout=300)
        verdict.check(done.returncode == 0, f"{what}: exit code {done.returncode}\n{done.stdout[-2000:]}")
        return done.stdout


def commands_of(block):
    text = block.text
    for pattern, instead, _ in INSTEAD:
        text = re.sub(pattern, instead, text)
    return text


def try_shell(place, block):
    place.run(block, ["bash", "-eu", "-o", "pipefail", "-c", "module() { :; }\n" + commands_of(block)])


def complete_run_file(text):
    """A piece of a run file, and what it needs to be one."""
    if text.startswith("optimum:"): # one after the other, of a component
        return ["run: {generations: 9}\npopulation: {individuals: 9, genes: 3}\n"
                f"fitness: [{{model: gaussian, {line.split(' #')[0].strip()}, strength: 1}}]\n"
                for line in text.splitlines()]
    keys = yaml.safe_load(text)
    if "run" not in keys:
        text += "run: {generations: 1000}\n"
    if "population" not in keys:
        genes = "" if {"file", "genes"} & set(keys.get("network", {})) else ", genes: 10"
        demes = ", demes: 2" if "migration" in keys else ""
        text += f"population: {{individuals: 1000{genes}{demes}}}\n"
    return [text]


def try_yaml(place, block):
    for text in complete_run_file(block.text):
        with open(os.path.join(place.folder, "piece.yaml"), "w", encoding="utf-8") as file:
            file.write(text)
        place.run(block, ["happygene", "validate", "piece.yaml", "--quiet"])


def try_python(place, blocks):
    """Pictures need python3-matplotlib, half a gigabyte of packages: without it, all but them."""
    text = "".join(block.text for block in blocks)
    drawn = subprocess.run(["/usr/bin/env", sys.executable, "-c", "import matplotlib"],
                           stderr=subprocess.DEVNULL).returncode == 0
    if not drawn:
        for line in re.findall(r"^.*\.plot\(.*$", text, re.MULTILINE):
            print(f"{blocks[0].file}: without python3-matplotlib, not run: {line.strip()}")
        text = re.sub(r"\.plot\(.*$", ".load()", text, flags=re.MULTILINE)
    if not text.startswith("import"):
        text = "import h5py\n" + text
    place.run(f"{blocks[0]} and below, Python", [sys.executable, "-"], text)


def try_c(place, blocks, cc, mpiexec):
    with open(os.path.join(place.folder, "adapt.c"), "w", encoding="utf-8") as file:
        file.writelines(block.text for block in blocks)
    flags = f"{cc} -std=c11 -Wall -Wextra -Werror adapt.c $(pkg-config --cflags --libs happygene) -o adapt"
    place.run(blocks[0], ["bash", "-e", "-c", "export PKG_CONFIG_PATH=$PREFIX/lib/pkgconfig; " + flags])
    one = place.run(blocks[0], ["./adapt"])
    two = place.run(blocks[0], [mpiexec, "-n", "2", "./adapt"])
    verdict.check(one == two and len(one.splitlines()) == 10, f"{blocks[0]}: prints {one} and {two}")


def try_file(place, file, blocks, tools):
    kinds = {}
    for block in blocks:
        kind = kind_of(block)
        verdict.check(kind, f"{block}: what is this? {block.lines[0]}")
        kinds.setdefault(kind, []).append(block)
    if "c" in kinds:
        try_c(place, kinds["c"], *tools)
    for block in blocks: # in their order: a command may need what another one made
        if block in kinds.get("shell", ()):
            try_shell(place, block)
        elif block in kinds.get("yaml", ()):
            try_yaml(place, block)
    if "python" in kinds:
        try_python(place, kinds["python"])
    if "r" in kinds:
        place.run(f"{kinds['r'][0]} and below, R", ["Rscript", "--vanilla", "-"],
                  "".join(block.text for block in kinds["r"]))
    print(f"{file}:", ", ".join(f"{len(some)} {kind}" for kind, some in kinds.items()), flush=True)


# --- what needs no running -------------------------------------------------------------------

def slug(heading):
    """The anchor that the web makes of a heading."""
    heading = re.sub(r"[`*]|\[|\]\([^)]*\)", "", heading.lstrip("# "))
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def check_links(source, file):
    text = open(os.path.join(source, file), encoding="utf-8").read()
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?:|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        there = os.path.join(source, os.path.dirname(file), path) if path else os.path.join(source, file)
        if not verdict.check(os.path.exists(there), f"{file}: {target} leads nowhere") or not anchor:
            continue
        headings = re.findall(r"^#+ .*$", open(there, encoding="utf-8").read(), re.MULTILINE)
        verdict.check(anchor in map(slug, headings), f"{file}: no heading for {target}")
    for path in re.findall(r"`((?:tests|src|jobs|docs|include)/[\w./-]+\w)`", text):
        verdict.check("NAME" in path or os.path.exists(os.path.join(source, path)),
                      f"{file}: there is no {path}")


def check_named_commands(source, file, helps):
    """Commands within the text: they exist and take the options that are named."""
    text = open(os.path.join(source, file), encoding="utf-8").read()
    for span in re.findall(r"`happygene\s+([^`]*)`", text):
        words = span.split()
        if words[0].startswith("-") or not words[0].islower():
            continue
        if not verdict.check(words[0] in helps, f"{file}: there is no happygene {words[0]}"):
            continue
        for option in re.findall(r"(?<!\S)-[-a-z]+", span):
            verdict.check(re.search(rf"(?<![\w-]){option}\b", helps[words[0]]),
                          f"{file}: happygene {words[0]} knows no {option}")


def read_helps(program):
    def ask(*words):
        return subprocess.run([program, "help", *words], capture_output=True, text=True).stdout
    general = ask()
    commands = re.findall(r"^  ([a-z]+)  +\S", general.split("\n\n")[1], re.MULTILINE)
    verdict.check(len(commands) >= 8, f"commands: {commands}")
    return {command: ask(command) + general for command in commands}


def reference_parts(source, file):
    """The text of a file before, in and after the part that the program makes."""
    begin, end, _ = REFERENCES[file]
    text = open(os.path.join(source, file), encoding="utf-8").read()
    return re.fullmatch(rf"(.*<!-- {begin}:[^\n]*-->\n\n)(.*)(\n<!-- {end} -->\n.*)", text,
                        re.DOTALL).groups()


def made(program, file):
    return subprocess.run([program, *REFERENCES[file][2].split()], capture_output=True, text=True,
                          check=True).stdout


def renew(program, source):
    for file in REFERENCES:
        before, _, after = reference_parts(source, file)
        with open(os.path.join(source, file), "w", encoding="utf-8") as out:
            out.write(before + made(program, file) + after)


# --- all of it -------------------------------------------------------------------------------

def prepare(program, build, source, folder):
    """Stand-ins, an installed program, and files that commands of the manual take for granted."""
    shutil.rmtree(folder, ignore_errors=True)
    bin_folder, ready = os.path.join(folder, "bin"), os.path.join(folder, "ready")
    os.makedirs(bin_folder)
    os.makedirs(os.path.join(ready, "build", "release"))
    for name, text in STAND_INS.items():
        path = os.path.join(bin_folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)
    os.symlink(os.path.join(bin_folder, "happygene"), os.path.join(ready, "build/release/happygene"))
    prefix = os.path.join(folder, "prefix")
    environment = dict(
        os.environ, HG_PROGRAM=program, HG_BUILD=build, HG_CMAKE=shutil.which("cmake") or "cmake",
        PATH=f"{bin_folder}:/usr/local/bin:/usr/bin:/bin", PREFIX=prefix, HOME=folder, EDITOR="true",
        JOB="17", SLURM_ARRAY_TASK_ID="1", LD_LIBRARY_PATH=os.path.join(prefix, "lib"),
        MPLBACKEND="agg", OMP_WAIT_POLICY="passive")
    subprocess.run([environment["HG_CMAKE"], "--install", build, "--prefix", prefix], check=True,
                   stdout=subprocess.DEVNULL)
    with open(os.path.join(ready, "adapt.c"), "w", encoding="utf-8") as file:
        file.writelines(block.text for block in read_blocks(source, "docs/c-api.md")
                        if kind_of(block) == "c")
    for path in glob.glob(f"{source}/jobs/*.yaml"):
        shutil.copy(path, ready)
    shutil.copytree(os.path.join(source, "jobs", "networks"), os.path.join(ready, "networks"))
    subprocess.run(["bash", "-ec", READY], cwd=ready, env=environment, check=True,
                   stdout=subprocess.DEVNULL)
    return environment, ready


def main():
    if sys.argv[1] == "--renew":
        renew(*sys.argv[2:4])
        return
    program, build, source, folder = map(os.path.abspath, sys.argv[1:5])
    files = ["README.md", *sorted(os.path.relpath(path, source) for path in
                                  glob.glob(f"{source}/docs/*.md") + glob.glob(f"{source}/jobs/*.md")),
             "jobs/networks/README.md"]
    helps = read_helps(program)
    index = open(os.path.join(source, "docs", "README.md"), encoding="utf-8").read()
    environment, ready = prepare(program, build, source, folder)
    for file in REFERENCES:
        verdict.check(reference_parts(source, file)[1] == made(program, file),
                      f"{file} is not current: manual.py --renew")
    for file in files:
        check_links(source, file)
        check_named_commands(source, file, helps)
        if file.startswith("docs/") and file != "docs/README.md":
            verdict.check(f"]({os.path.basename(file)})" in index, f"docs/README.md lists {file}")
        place = Place(os.path.join(folder, file.replace("/", "-")), environment, source, ready)
        try_file(place, file, read_blocks(source, file), sys.argv[5:7])
        shutil.rmtree(place.folder)
    for file, parts in SHOWN.items():
        texts = "".join(block.text for block in read_blocks(source, file))
        verdict.check(all(part in texts for part in parts), f"{file}: shown, but not there: {parts}")
    shutil.rmtree(folder)
    verdict.exit()


main()
