# Writes FOLDER/man1/*.1, a manual page for the program and for each of its commands, and
# FOLDER/happygene, the completion for bash, as PROGRAM prints them.
function(hg_print file)
  execute_process(COMMAND ${PROGRAM} help ${ARGN} OUTPUT_FILE ${file} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${PROGRAM} help ${ARGN}: ${result}")
  endif()
endfunction()

file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER}/man1)
hg_print(${FOLDER}/happygene --completion)
hg_print(${FOLDER}/main.1 --man)
file(STRINGS ${FOLDER}/main.1 commands REGEX "^.fBhappygene.-[a-z]+.fR\\(1\\)$")
foreach(command IN LISTS commands)
  string(REGEX REPLACE ".*-([a-z]+).*" "\\1" command "${command}")
  hg_print(${FOLDER}/man1/happygene-${command}.1 --man ${command})
endforeach()
file(RENAME ${FOLDER}/main.1 ${FOLDER}/man1/happygene.1) # last: it is what make looks for
