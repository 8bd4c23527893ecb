#   ibid_report(hardware)
# The structs and tables of a report from its declarations under specs/: sets report_sources; the caller adds
# ${CMAKE_CURRENT_BINARY_DIR}/generated to its include folders.
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
function(ibid_report NAME)
  file(GLOB specs CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/specs/${NAME}/*.toml)
  set(generator ${PROJECT_SOURCE_DIR}/tools/generate_report.py)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/generated/${NAME})
  set(sources ${folder}/report_fields.h ${folder}/report_fields.cc)
  add_custom_command(
    OUTPUT ${sources}
    COMMAND ${Python3_EXECUTABLE} ${generator} ${NAME} --code ${folder}
    DEPENDS ${specs} ${generator})
  set(report_sources ${sources} PARENT_SCOPE)
endfunction()
