# Writes what is being built, by which compiler and from which revision, into a header of
# its own. Run at every build; the file changes, and what includes it is compiled again,
# only when one of them did.
set(revision "")
set(dirty 0)
string(TIMESTAMP date "%Y-%m-%d" UTC) # or SOURCE_DATE_EPOCH
find_program(GIT git)
if(GIT)
  set(ENV{GIT_OPTIONAL_LOCKS} 0)
  execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse --show-toplevel
    OUTPUT_VARIABLE top ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  get_filename_component(source_path "${SOURCE}" REALPATH)
  if(top STREQUAL source_path) # not some other repository that the source lies in
    execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse --verify --quiet HEAD
      OUTPUT_VARIABLE revision ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    execute_process(COMMAND ${GIT} -C ${SOURCE} status --porcelain
      OUTPUT_VARIABLE changes ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(NOT changes STREQUAL "")
      set(dirty 1)
    endif()
    execute_process(COMMAND ${GIT} -C ${SOURCE} log -1 --format=%cs
      OUTPUT_VARIABLE date ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  endif()
endif()
string(REGEX REPLACE "  +" " " FLAGS "${FLAGS}")
string(STRIP "${FLAGS}" FLAGS)
string(REPLACE "\"" "\\\"" FLAGS "${FLAGS}")
set(text "#define HG_BUILD_VERSION \"${VERSION}\"
#define HG_BUILD_REVISION \"${revision}\"
#define HG_BUILD_DIRTY ${dirty}
#define HG_BUILD_DATE \"${date}\"
#define HG_BUILD_COMPILER \"${COMPILER}\"
#define HG_BUILD_FLAGS \"${FLAGS}\"
")
set(before "")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} before)
endif()
if(NOT text STREQUAL before)
  file(WRITE ${OUTPUT} "${text}")
endif()
