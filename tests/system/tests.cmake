# Tests that use happygene as its users do: the program, its result files, its library.
#
#   ctest -L system              all of these that are quick
#   ctest -L slurm               the batch scripts under a real Slurm: bash tests/slurm.sh
#   ctest -L slow                W, ecoli.yaml and canalization.yaml on every layout, and a baseline build

# The Debian packages' Python modules belong to Debian's Python, whatever else is on the path.
find_program(HG_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
if(NOT HG_PYTHON)
  hg_require(Python3_FOUND "Python 3" python3)
  set(HG_PYTHON ${Python3_EXECUTABLE} CACHE FILEPATH "Python with h5py, NumPy, xarray" FORCE)
endif()
set(HG_SYSTEM ${CMAKE_CURRENT_LIST_DIR})
set(HG_SCRATCH ${CMAKE_CURRENT_BINARY_DIR}/scratch)

function(hg_add_system_test name labels timeout)
  add_test(NAME ${name} COMMAND ${ARGN})
  set_tests_properties(${name} PROPERTIES LABELS "${labels}" TIMEOUT ${timeout}
    ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1;OMP_WAIT_POLICY=passive;${HG_MPI_ENVIRONMENT}")
endfunction()

file(GLOB hg_runs CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/data/runs/*.yaml)

# Every number of a result, recomputed from the genotypes by other people's tools.
foreach(run IN LISTS hg_runs)
  get_filename_component(name ${run} NAME_WE)
  hg_add_system_test(system/recompute/${name} system 120
    ${HG_PYTHON} ${HG_SYSTEM}/recompute.py $<TARGET_FILE:happygene> ${run}
    ${HG_SCRATCH}/recompute-${name})
endforeach()
set(hg_fields "output.snapshots.fields=[basal, expression, fitness, stable, parent]")
hg_add_system_test(system/recompute/jobs-quickstart system 120
  ${HG_PYTHON} ${HG_SYSTEM}/recompute.py $<TARGET_FILE:happygene> ${PROJECT_SOURCE_DIR}/jobs/quickstart.yaml
  ${HG_SCRATCH}/recompute-quickstart population.individuals=403 run.generations=10
  output.snapshots.every=1 ${hg_fields})
hg_add_system_test(system/recompute/jobs-ecoli system 120
  ${HG_PYTHON} ${HG_SYSTEM}/recompute.py $<TARGET_FILE:happygene> ${PROJECT_SOURCE_DIR}/jobs/ecoli.yaml
  ${HG_SCRATCH}/recompute-ecoli population.individuals=101 run.generations=6
  output.snapshots.every=1 ${hg_fields})
function(hg_add_recompute_job name fields)
  hg_add_system_test(system/recompute/jobs-${name} system 120
    ${HG_PYTHON} ${HG_SYSTEM}/recompute.py $<TARGET_FILE:happygene>
    ${PROJECT_SOURCE_DIR}/jobs/${name}.yaml ${HG_SCRATCH}/recompute-${name}
    run.generations=30 output.statistics.every=1 output.snapshots.every=1
    "output.snapshots.fields=[basal, expression, fitness, stable, parent, ${fields}]" ${ARGN})
endfunction()
hg_add_recompute_job(wagner "weight, parent2" population.individuals=103)
hg_add_recompute_job(siegal-bergman "weight, instability, parent2" population.individuals=103)
hg_add_recompute_job(canalization "weight, instability" population.individuals=103)
hg_add_recompute_job(repressilator "weight, instability" population.individuals=103)
hg_add_recompute_job(islands "parent2, deme" population.individuals=110 population.genes=20)
hg_add_recompute_job(moving-optimum parent2 population.individuals=103 # noise is not recomputed
  development.noise_sd=0 mutation.basal.rate=0.05)

# The same bits on every layout, with every instruction set, by every build.
function(hg_add_layout_test name labels timeout run)
  hg_add_system_test(${name} "${labels}" ${timeout}
    ${HG_PYTHON} ${HG_SYSTEM}/layouts.py $<TARGET_FILE:happygene> ${MPIEXEC_EXECUTABLE}
    ${HG_SCRATCH}/${name} ${run} ${ARGN})
endfunction()

foreach(name hill-hill linear-additive sigmoid-heritable-sexual sigmoid-diploid
    additive-heritable-asexual sexual-shared one-individual demes-asexual demes-sexual demes-matrix-overlap
    overlap-sexual climate siegal-bergman wagner-sexual negative-product tournament-demes-sexual
    truncation-overlap)
  hg_add_layout_test(system/layouts/${name} system 120
    ${CMAKE_CURRENT_SOURCE_DIR}/data/runs/${name}.yaml --kernels)
endforeach()
foreach(name demes-line-overlap overlap-asexual) # with clones that do not mutate, too
  hg_add_layout_test(system/layouts/${name} system 120
    ${CMAKE_CURRENT_SOURCE_DIR}/data/runs/${name}.yaml --set mutation.basal.rate=0.1)
endforeach()
foreach(name quickstart medium large wagner siegal-bergman canalization moving-optimum
    repressilator islands)
  hg_add_layout_test(system/layouts/jobs-${name} system 120 ${PROJECT_SOURCE_DIR}/jobs/${name}.yaml
    --kernels --set population.individuals=1501 --set run.generations=12)
endforeach()
hg_add_layout_test(system/layouts/jobs-tiny system 120 ${PROJECT_SOURCE_DIR}/jobs/tiny.yaml)
hg_add_layout_test(system/layouts/jobs-ecoli system 120 ${PROJECT_SOURCE_DIR}/jobs/ecoli.yaml
  --set population.individuals=203 --set run.generations=10)
hg_add_layout_test(system/layouts/jobs-ecoli-sexual system 120 ${PROJECT_SOURCE_DIR}/jobs/ecoli.yaml
  --set population.individuals=103 --set run.generations=6 --set mating.system=sexual)

# Full size: ctest -L slow
hg_add_layout_test(slow/layouts/quickstart slow 1800 ${PROJECT_SOURCE_DIR}/jobs/quickstart.yaml
  --kernels --set run.generations=200)
hg_add_layout_test(slow/layouts/ecoli slow 1800 ${PROJECT_SOURCE_DIR}/jobs/ecoli.yaml --kernels)
hg_add_layout_test(slow/layouts/canalization slow 1800 ${PROJECT_SOURCE_DIR}/jobs/canalization.yaml --kernels)
hg_add_layout_test(slow/layouts/sigmoid-diploid slow 1800
  ${CMAKE_CURRENT_SOURCE_DIR}/data/runs/sigmoid-diploid.yaml --kernels
  --set population.individuals=1000 --set run.generations=1000 --set output.ancestry=false
  --set output.snapshots.every=100)
hg_add_system_test(slow/baseline-build slow 1800
  bash ${HG_SYSTEM}/baseline.sh $<TARGET_FILE:happygene> ${PROJECT_SOURCE_DIR}
  ${HG_SCRATCH}/baseline ${MPIEXEC_EXECUTABLE} ${CMAKE_C_COMPILER} ${HG_PYTHON})

# Stopped after every generation and going on, each time on another layout.
foreach(name hill-hill additive-heritable-asexual sigmoid-heritable-sexual demes-line-overlap
    demes-matrix-overlap climate wagner-sexual truncation-overlap negative-product two-optima)
  hg_add_system_test(system/resume/${name} system 300
    ${HG_PYTHON} ${HG_SYSTEM}/resume.py $<TARGET_FILE:happygene> ${MPIEXEC_EXECUTABLE}
    ${HG_SCRATCH}/resume-${name} ${CMAKE_CURRENT_SOURCE_DIR}/data/runs/${name}.yaml
    --set run.generations=6 --set output.snapshots.at=[] --set output.ancestry=true)
endforeach()
# What the generation that goes on draws anew: noise, an environment that wanders.
hg_add_system_test(system/resume/noise system 300
  ${HG_PYTHON} ${HG_SYSTEM}/resume.py $<TARGET_FILE:happygene> ${MPIEXEC_EXECUTABLE}
  ${HG_SCRATCH}/resume-noise ${CMAKE_CURRENT_SOURCE_DIR}/data/runs/climate.yaml
  --set run.generations=6 --set development.noise_sd=0.3
  --set "environment.temperature={series: ar1, mean: 30, sd: 4, autocorrelation: 0.5}")
hg_add_system_test(system/stopping system 300
  ${HG_PYTHON} ${HG_SYSTEM}/stopping.py $<TARGET_FILE:happygene> ${MPIEXEC_EXECUTABLE}
  ${HG_SCRATCH}/stopping ${CMAKE_CURRENT_SOURCE_DIR}/data/runs)

hg_add_system_test(system/binding system 120
  ${HG_PYTHON} ${HG_SYSTEM}/binding.py $<TARGET_FILE:happygene> ${HG_SCRATCH}/binding
  ${CMAKE_CURRENT_SOURCE_DIR}/data/runs/hill-hill.yaml)
hg_add_system_test(system/jobs system 300
  bash ${HG_SYSTEM}/jobs.sh $<TARGET_FILE:happygene> ${PROJECT_SOURCE_DIR} ${HG_SCRATCH}/jobs)
hg_add_system_test(slurm slurm 540
  bash ${HG_SYSTEM}/slurm.sh $<TARGET_FILE:happygene> ${PROJECT_SOURCE_DIR} ${HG_SCRATCH}/slurm)

# Killed at random moments until they are done.
hg_add_system_test(system/chaos system 600
  ${HG_PYTHON} ${HG_SYSTEM}/chaos.py $<TARGET_FILE:happygene> ${MPIEXEC_EXECUTABLE}
  ${HG_SCRATCH}/chaos ${CMAKE_CURRENT_SOURCE_DIR}/data/runs 20)
hg_add_system_test(slow/chaos slow 3600
  ${HG_PYTHON} ${HG_SYSTEM}/chaos.py $<TARGET_FILE:happygene> ${MPIEXEC_EXECUTABLE}
  ${HG_SCRATCH}/chaos-slow ${CMAKE_CURRENT_SOURCE_DIR}/data/runs 50 1)

# Tables for other programs, networks in and out.
set(hg_exported "")
foreach(name additive-heritable-asexual sigmoid-heritable-sexual demes-asexual
    tournament-demes-sexual demes-sexual climate wagner-sexual constant two-optima)
  list(APPEND hg_exported ${CMAKE_CURRENT_SOURCE_DIR}/data/runs/${name}.yaml)
endforeach()
hg_add_system_test(system/exports system 300
  ${HG_PYTHON} ${HG_SYSTEM}/exports.py $<TARGET_FILE:happygene> ${HG_SCRATCH}/exports
  ${hg_exported})
add_executable(check_sbml ${HG_SYSTEM}/check_sbml.c)
target_link_libraries(check_sbml PRIVATE hg_flags ${HG_SBML_LIBRARY})
hg_add_system_test(system/networks system 600
  ${HG_PYTHON} ${HG_SYSTEM}/networks.py $<TARGET_FILE:happygene> ${HG_SCRATCH}/networks
  ${PROJECT_SOURCE_DIR} $<TARGET_FILE:check_sbml>)
# A result repeats its run, and its resolved run file means the same.
file(GLOB hg_jobs CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/jobs/*.yaml)
hg_add_system_test(system/repeated system 600
  ${HG_PYTHON} ${HG_SYSTEM}/repeated.py $<TARGET_FILE:happygene> ${HG_SCRATCH}/repeated
  ${hg_jobs} ${hg_runs})

# Genes without regulatory input, kept or set to 0.
hg_add_system_test(system/silent system 60
  ${HG_PYTHON} ${HG_SYSTEM}/silent.py $<TARGET_FILE:happygene> ${HG_SCRATCH}/silent)

# SBML in libRoadRunner, which comes from PyPI; skipped where that cannot be reached.
hg_add_system_test(system/simulate system 600
  ${HG_PYTHON} ${HG_SYSTEM}/simulate.py $<TARGET_FILE:happygene> ${HG_SCRATCH}/simulate
  ${PROJECT_SOURCE_DIR})
set_tests_properties(system/simulate PROPERTIES SKIP_RETURN_CODE 77)
# What info and export tell of ancestors, against the parents of everybody; without mutation the
# genotypes tell where each gene came from.
function(hg_add_ancestry_test name run)
  set(settings "")
  foreach(setting IN LISTS ARGN)
    list(APPEND settings --set "${setting}")
  endforeach()
  hg_add_system_test(system/ancestry/${name} system 300
    ${HG_PYTHON} ${HG_SYSTEM}/ancestry.py $<TARGET_FILE:happygene> ${MPIEXEC_EXECUTABLE}
    ${HG_SCRATCH}/ancestry-${name} ${CMAKE_CURRENT_SOURCE_DIR}/data/runs/${run}.yaml
    --set run.generations=25 ${settings})
endfunction()
set(hg_still mutation.basal.rate=0 mutation.weights.rate=0)
hg_add_ancestry_test(asexual demes-asexual)
hg_add_ancestry_test(asexual-diploid additive-heritable-asexual population.ploidy=2)
hg_add_ancestry_test(alone one-individual)
hg_add_ancestry_test(sexual overlap-sexual)
hg_add_ancestry_test(sexual-sparse demes-matrix-overlap output.snapshots.every=7)
hg_add_ancestry_test(recombinants overlap-sexual ${hg_still} mating.selfing=true
  "mating.recombination={model: map, rate: 0.2}")
hg_add_ancestry_test(gametes overlap-sexual ${hg_still} population.ploidy=2)

function(hg_add_duplicates_test name run)
  set(settings "")
  foreach(setting IN LISTS ARGN)
    list(APPEND settings --set "${setting}")
  endforeach()
  hg_add_system_test(system/duplicates/${name} system 300
    ${HG_PYTHON} ${HG_SYSTEM}/duplicates.py $<TARGET_FILE:happygene>
    ${HG_SCRATCH}/duplicates-${name} ${CMAKE_CURRENT_SOURCE_DIR}/data/runs/${run}.yaml
    --set run.generations=25 --set mutation.duplication=0.3 ${settings})
endfunction()
hg_add_duplicates_test(asexual additive-heritable-asexual)
hg_add_duplicates_test(asexual-diploid additive-heritable-asexual population.ploidy=2
  selection.overlap=0.3)
hg_add_duplicates_test(sexual overlap-sexual mutation.deletion=0.1)
hg_add_duplicates_test(gametes overlap-sexual population.ploidy=2)

# N generations, and M more that start from them, are N + M.
hg_add_system_test(system/lineage system 300
  ${HG_PYTHON} ${HG_SYSTEM}/lineage.py $<TARGET_FILE:happygene> ${HG_SCRATCH}/lineage)

# Every subcommand, every exit code.
hg_add_system_test(system/broken system 120
  sh ${HG_SYSTEM}/broken.sh $<TARGET_FILE:happygene> ${CMAKE_CURRENT_SOURCE_DIR}/data/broken)
hg_add_system_test(system/commands system 300
  bash ${HG_SYSTEM}/commands.sh $<TARGET_FILE:happygene> ${PROJECT_SOURCE_DIR}
  ${HG_SCRATCH}/commands ${MPIEXEC_EXECUTABLE})

# Pictures, and what gnuplot is given for them.
hg_add_system_test(system/plots system 300
  ${HG_PYTHON} ${HG_SYSTEM}/plots.py $<TARGET_FILE:happygene> ${PROJECT_SOURCE_DIR}/jobs
  ${HG_SCRATCH}/plots)

# Manual pages and completion.
hg_add_system_test(system/pages system 120
  bash ${HG_SYSTEM}/pages.sh $<TARGET_FILE:happygene> ${PROJECT_SOURCE_DIR} ${HG_SCRATCH}/pages)

# Where time and memory go. Sanitizers have memory of their own.
if(NOT HG_SANITIZE)
  hg_add_system_test(system/profile system 300
    ${HG_PYTHON} ${HG_SYSTEM}/profile.py $<TARGET_FILE:happygene> ${MPIEXEC_EXECUTABLE}
    ${PROJECT_SOURCE_DIR}/jobs ${HG_SCRATCH}/profile)
endif()

# Results in other people's programs.
hg_add_system_test(system/readers system 300
  ${HG_PYTHON} ${HG_SYSTEM}/readers.py $<TARGET_FILE:happygene> ${HG_SCRATCH}/readers
  ${PROJECT_SOURCE_DIR}/jobs ${hg_runs})

# The installed library in somebody else's project. Sanitizers would have to be linked there.
if(NOT HG_SANITIZE)
  hg_add_system_test(system/installed system 180
    bash ${HG_SYSTEM}/installed.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}
    ${HG_SCRATCH}/installed ${MPIEXEC_EXECUTABLE} ${CMAKE_C_COMPILER})
  # Every command of the manual, its examples, references and links.
  hg_add_system_test(system/manual system 600
    ${HG_PYTHON} ${HG_SYSTEM}/manual.py $<TARGET_FILE:happygene> ${PROJECT_BINARY_DIR}
    ${PROJECT_SOURCE_DIR} ${HG_SCRATCH}/manual ${CMAKE_C_COMPILER} ${MPIEXEC_EXECUTABLE})
endif()

# What checked builds must find, they find; and the threads' ways through a generation.
function(hg_add_fault_test fault) # found: exit code 99
  hg_add_system_test(checked/${fault} checked 60
    sh -c "$<TARGET_FILE:hg_faulty> ${fault} || test $? -eq 99")
endfunction()
if(HG_SANITIZE)
  add_executable(hg_faulty ${HG_SYSTEM}/faulty.c)
  target_link_libraries(hg_faulty PRIVATE happygene_library hg_flags MPI::MPI_C OpenMP::OpenMP_C)
  hg_add_system_test(checked/none checked 60 $<TARGET_FILE:hg_faulty> none)
endif()
if(HG_SANITIZE MATCHES "address")
  hg_add_fault_test(leak)
  hg_add_fault_test(beyond)
  hg_add_fault_test(before)
endif()
if(HG_SANITIZE MATCHES "undefined")
  hg_add_fault_test(overflow)
endif()
if(HG_SANITIZE MATCHES "thread")
  hg_add_fault_test(race)
  hg_add_system_test(checked/threads checked 300
    bash ${HG_SYSTEM}/threads.sh $<TARGET_FILE:happygene> ${CMAKE_CURRENT_SOURCE_DIR}/data/runs
    ${PROJECT_SOURCE_DIR}/jobs ${HG_SCRATCH}/threads)
endif()

# Every model with every model of the neighbouring families, on three layouts, against a naive
# reference. The batch program runs all of a part's runs in one go.
add_executable(hg_batch ${HG_SYSTEM}/batch.c)
target_link_libraries(hg_batch PRIVATE happygene_library hg_flags)
foreach(part environment fitness weights selection life pairs corners unequal earlier refused
    control)
  hg_add_system_test(system/matrix/${part} system 600
    ${HG_PYTHON} ${HG_SYSTEM}/matrix.py ${part} $<TARGET_FILE:hg_batch> $<TARGET_FILE:happygene>
    ${MPIEXEC_EXECUTABLE} ${HG_SCRATCH}/matrix-${part})
endforeach()

# Run files at random, over all keys of the schema: each on all layouts, repeated, resumed, and against
# the naive reference.
add_executable(hg_trials ${HG_SYSTEM}/trials.c)
target_link_libraries(hg_trials PRIVATE happygene_library hg_flags MPI::MPI_C OpenMP::OpenMP_C
  ${HDF5_C_LIBRARIES})
function(hg_add_trials name labels timeout first files)
  hg_add_system_test(${name} "${labels}" ${timeout}
    ${HG_PYTHON} ${HG_SYSTEM}/trials.py $<TARGET_FILE:hg_trials> ${MPIEXEC_EXECUTABLE}
    ${CMAKE_CURRENT_SOURCE_DIR}/data/trials ${HG_SCRATCH}/${name} --first ${first} --files ${files})
endfunction()
hg_add_trials(system/trials system 2400 0 200)
hg_add_trials(slow/trials slow 36000 200 5000)

# Memory that runs out: each k-th allocation fails, within one process.
add_executable(hg_starve ${HG_SYSTEM}/starve.c)
target_link_libraries(hg_starve PRIVATE hg_commands_library)
file(MAKE_DIRECTORY ${HG_SCRATCH})
foreach(ranks 1 2)
  hg_add_system_test(system/starve/${ranks} system 120 ${MPIEXEC_EXECUTABLE} -n ${ranks}
    $<TARGET_FILE:hg_starve> ${HG_SCRATCH}
    ${CMAKE_CURRENT_SOURCE_DIR}/data/runs/demes-sexual.yaml
    ${CMAKE_CURRENT_SOURCE_DIR}/data/runs/additive-heritable-asexual.yaml)
endforeach()
hg_add_system_test(system/starve/loop system 180 sh ${HG_SYSTEM}/starve_loop.sh ${MPIEXEC_EXECUTABLE}
  $<TARGET_FILE:hg_starve> $<TARGET_FILE:happygene> ${HG_SCRATCH}
  ${CMAKE_CURRENT_SOURCE_DIR}/data/runs/demes-sexual.yaml)

# Calls of HDF5 that fail, full disks, folders that cannot be written. Sanitizers must be the
# first library that is loaded, so that these do without.
if(NOT HG_SANITIZE)
  add_library(hg_faults MODULE ${HG_SYSTEM}/faults.c)
  target_link_libraries(hg_faults PRIVATE hg_flags dl)
  hg_add_system_test(system/faults system 600
    ${HG_PYTHON} ${HG_SYSTEM}/faults.py $<TARGET_FILE:happygene> ${MPIEXEC_EXECUTABLE}
    $<TARGET_FILE:hg_faults> ${HG_SCRATCH}/faults 199)
  set(hg_faults_library $<TARGET_FILE:hg_faults>)
  hg_add_system_test(slow/faults slow 3600
    ${HG_PYTHON} ${HG_SYSTEM}/faults.py $<TARGET_FILE:happygene> ${MPIEXEC_EXECUTABLE}
    $<TARGET_FILE:hg_faults> ${HG_SCRATCH}/faults-all 1)
  # Killed at calls that change its files, and reading that fails.
  hg_add_system_test(system/killed system 300
    ${HG_PYTHON} ${HG_SYSTEM}/killed.py $<TARGET_FILE:happygene> $<TARGET_FILE:hg_faults>
    ${HG_SCRATCH}/killed 7)
  hg_add_system_test(slow/killed slow 3600
    ${HG_PYTHON} ${HG_SYSTEM}/killed.py $<TARGET_FILE:happygene> $<TARGET_FILE:hg_faults>
    ${HG_SCRATCH}/killed-all 1)
endif()

# Checkpoints that cannot be read, folders in their places, outputs that change underneath.
hg_add_system_test(system/obstacles system 300
  ${HG_PYTHON} ${HG_SYSTEM}/obstacles.py $<TARGET_FILE:happygene> ${MPIEXEC_EXECUTABLE}
  ${HG_SCRATCH}/obstacles ${CMAKE_CURRENT_SOURCE_DIR}/data/runs/hill-hill.yaml
  ${hg_faults_library})

# Statistics of very small, very large and nearly equal numbers.
hg_add_system_test(system/scales system 300
  ${HG_PYTHON} ${HG_SYSTEM}/scales.py $<TARGET_FILE:happygene> ${MPIEXEC_EXECUTABLE} ${HG_SCRATCH}/scales)

# Address space that runs out in libraries; absurd sizes. Sanitizers take all of it.
if(NOT HG_SANITIZE)
  hg_add_system_test(system/starved system 300
    ${HG_PYTHON} ${HG_SYSTEM}/starved.py $<TARGET_FILE:happygene> ${HG_SCRATCH}/starved)
  # Settings of OpenMP, the stack, the folder for temporary files, ignored signals.
  hg_add_system_test(system/messages system 180
    ${HG_PYTHON} ${HG_SYSTEM}/messages.py $<TARGET_FILE:happygene> ${MPIEXEC_EXECUTABLE} ${HG_SCRATCH}/messages)
  hg_add_system_test(system/surroundings system 300
    ${HG_PYTHON} ${HG_SYSTEM}/surroundings.py $<TARGET_FILE:happygene> ${MPIEXEC_EXECUTABLE}
    ${HG_SCRATCH}/surroundings ${CMAKE_CURRENT_SOURCE_DIR}/data/runs/hill-hill.yaml)
endif()

# Distinct genotypes, against those in the snapshots of every generation.
hg_add_system_test(system/genotypes system 600
  ${HG_PYTHON} ${HG_SYSTEM}/genotypes.py $<TARGET_FILE:happygene> ${MPIEXEC_EXECUTABLE}
  ${HG_SCRATCH}/genotypes)
