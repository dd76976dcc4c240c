# SPDX-License-Identifier: Apache-2.0
# Runs at installation: headers of include/servanda/, and those of src/base/ that they reach, to include/servanda/.
# In the source tree the latter are named "base/x.h"; installed they are "servanda/base/x.h", so that one include
# path is enough and no folder of a user's own can take their place.
#
# Takes: source_folder, work_folder (scratch), CMAKE_INSTALL_PREFIX.

cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE ${work_folder})
file(GLOB_RECURSE waiting RELATIVE ${source_folder}/include ${source_folder}/include/servanda/*.h)
set(done)
while(waiting)
  list(POP_FRONT waiting header)
  if(header IN_LIST done)
    continue()
  endif()
  list(APPEND done ${header})
  if(header MATCHES "^servanda/base/(.*)$")
    set(source ${source_folder}/src/base/${CMAKE_MATCH_1})
  else()
    set(source ${source_folder}/include/${header})
  endif()
  file(READ ${source} text)
  string(REGEX MATCHALL "#include \"base/[^\"]+\"" reached "${text}")
  list(TRANSFORM reached REPLACE "#include \"(.*)\"" "servanda/\\1")
  list(APPEND waiting ${reached})
  string(REPLACE "#include \"base/" "#include \"servanda/base/" text "${text}")
  file(WRITE ${work_folder}/${header} "${text}")
endwhile()
file(INSTALL DESTINATION ${CMAKE_INSTALL_PREFIX}/include TYPE DIRECTORY FILES ${work_folder}/servanda)
