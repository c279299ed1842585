# Population genetics against ordinary runs: ctest -L theory. A test for each prediction, or
# group of them, of theory.py; each prints prediction, measurement, standard error and z.
set(HG_THEORY ${CMAKE_CURRENT_LIST_DIR})
foreach(name coancestry heterozygosity shared_parents neutral_variance clonal_variance response
    selection_balance mutation_count linkage sigmoid_network island_model migrants overlapping
    tournament_winners truncated_parents equally_fit common_ancestors divided)
  add_test(NAME theory/${name} COMMAND ${HG_PYTHON} ${HG_THEORY}/theory.py
    $<TARGET_FILE:happygene> ${CMAKE_CURRENT_BINARY_DIR}/scratch/theory-${name} ${name})
  set_tests_properties(theory/${name} PROPERTIES LABELS theory TIMEOUT 120
    ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1;OMP_WAIT_POLICY=passive;${HG_MPI_ENVIRONMENT}")
endforeach()

# What the papers behind the run files in jobs/ report, against runs of these files.
foreach(name stable_networks wagner siegal_bergman canalization canalization_optima moving_optimum
    repressilator islands)
  add_test(NAME theory/literature/${name} COMMAND ${HG_PYTHON} ${HG_THEORY}/literature.py
    $<TARGET_FILE:happygene> ${CMAKE_CURRENT_BINARY_DIR}/scratch/literature-${name} ${name})
  set_tests_properties(theory/literature/${name} PROPERTIES LABELS theory TIMEOUT 300
    ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1;OMP_WAIT_POLICY=passive;${HG_MPI_ENVIRONMENT}")
endforeach()

# The program's own comparison with theory, and its refusals.
add_test(NAME theory/verify-quick COMMAND $<TARGET_FILE:happygene> verify --quick)
add_test(NAME theory/verify-layouts COMMAND bash ${HG_THEORY}/verify.sh
  $<TARGET_FILE:happygene> ${MPIEXEC_EXECUTABLE} ${CMAKE_CURRENT_BINARY_DIR}/scratch/verify)
set_tests_properties(theory/verify-quick theory/verify-layouts PROPERTIES LABELS theory
  TIMEOUT 300 ENVIRONMENT "OMP_WAIT_POLICY=passive;${HG_MPI_ENVIRONMENT}")
