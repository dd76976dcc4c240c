# SPDX-License-Identifier: Apache-2.0
# Files that live in the binary: servanda_embed(TARGET SYMBOL FILE) defines SYMBOL_begin and SYMBOL_end.

function(servanda_embed target symbol file)
  set(source ${CMAKE_BINARY_DIR}/embedded/${symbol}.S)
  file(WRITE ${source} "    .section .rodata
    .global ${symbol}_begin
    .global ${symbol}_end
    .balign 16
${symbol}_begin:
    .incbin \"${file}\"
${symbol}_end:
    .section .note.GNU-stack,\"\",@progbits
")
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${file} LANGUAGE ASM)
  target_sources(${target} PRIVATE ${source})
endfunction()
