# Fuzzed entry points: a driver of a few thousand mutants, the same ones always, built by any
# compiler (label fuzz), and, with HG_FUZZ and clang, libFuzzer's programs fuzz_NAME:
#
#   cmake -S . -B build/fuzz -DCMAKE_C_COMPILER=clang-14 -DHG_FUZZ=ON
#   cmake --build build/fuzz && cd build/fuzz/tests && mkdir found
#   ./fuzz_runfile found ../../../tests/fuzz/corpus/runfile -max_total_time=3600

if(HG_FUZZ AND NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "HG_FUZZ needs clang, and the compiler is ${CMAKE_C_COMPILER_ID}. "
    "On Debian: apt-get install clang libomp-dev, then -DCMAKE_C_COMPILER=clang")
endif()
set(HG_FUZZED ${CMAKE_CURRENT_LIST_DIR})
set(HG_SEEDS ${CMAKE_CURRENT_BINARY_DIR}/fuzz-seeds)

# HDF5 files of a run, made when everything is built.
add_executable(fuzz_seeds ${HG_FUZZED}/seeds.c)
target_link_libraries(fuzz_seeds PRIVATE happygene_library hg_flags)
add_custom_command(OUTPUT ${HG_SEEDS}/results/sound.h5 ${HG_SEEDS}/checkpoint/sound.ckpt
  COMMAND ${CMAKE_COMMAND} -E env ${HG_MPI_ENVIRONMENT} ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0
    $<TARGET_FILE:fuzz_seeds> ${HG_SEEDS}
  DEPENDS fuzz_seeds VERBATIM)
add_custom_target(fuzz_seed_files ALL DEPENDS ${HG_SEEDS}/results/sound.h5)

function(hg_add_fuzzed name mutants)
  set(sources ${HG_FUZZED}/target_${name}.c ${HG_FUZZED}/h5_edits.c)
  set(folders ${HG_FUZZED}/corpus/${name})
  if(EXISTS ${HG_FUZZED}/corpus/${name}-found)
    list(APPEND folders ${HG_FUZZED}/corpus/${name}-found)
  endif()
  add_executable(drive_${name} ${sources} ${HG_FUZZED}/drive.c)
  set(programs drive_${name})
  if(HG_FUZZ)
    add_executable(fuzz_${name} ${sources})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    list(APPEND programs fuzz_${name})
  endif()
  foreach(program IN LISTS programs)
    target_link_libraries(${program} PRIVATE hg_commands_library)
    target_compile_definitions(${program} PRIVATE HG_FUZZ_SEEDS="${HG_SEEDS}"
      HG_FUZZ_CORPUS="${HG_FUZZED}/corpus")
    add_dependencies(${program} fuzz_seed_files)
  endforeach()
  add_test(NAME fuzz/${name} COMMAND drive_${name} ${mutants} ${folders} ${ARGN})
  set_tests_properties(fuzz/${name} PROPERTIES LABELS fuzz TIMEOUT 120
    ENVIRONMENT "FUZZ_NO_FLIPS=1;${HG_MPI_ENVIRONMENT}")
endfunction()

hg_add_fuzzed(runfile 15000)
hg_add_fuzzed(network 40000)
hg_add_fuzzed(sbml 3000)
hg_add_fuzzed(graphml 15000)
hg_add_fuzzed(results 500)
hg_add_fuzzed(checkpoint 3000)
