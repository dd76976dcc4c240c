#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of tidy.py: each rule finds what it is for and leaves good code alone."""

import unittest

import tidy

LAYERS = tidy.parse_layers("# rows\nbase :\nio : base\nhttp : base io\n")


def rules(findings):
    return [finding.rule for finding in findings]


class Layers(unittest.TestCase):
    def test_allows_what_the_row_lists(self):
        self.assertEqual(rules(tidy.check_includes("src/http/a.cc", '#include "io/loop.h"\n', LAYERS)), [])

    def test_refuses_a_folder_above(self):
        self.assertEqual(rules(tidy.check_includes("src/base/a.cc", '#include "http/server.h"\n', LAYERS)), ["layer"])

    def test_refuses_a_folder_without_a_row(self):
        self.assertEqual(rules(tidy.check_includes("src/common/a.cc", "", LAYERS)), ["layer"])

    def test_a_row_may_not_use_a_later_row(self):
        self.assertEqual(rules(tidy.check_layer_order(tidy.parse_layers("a : b\nb :\n"), "x")), ["layer-order"])


class Sizes(unittest.TestCase):
    def function(self, body_lines):
        return "int f(int a) {\n" + "  a++;\n" * body_lines + "}\n"

    def test_a_function_of_the_limit_passes_and_one_more_line_fails(self):
        at = self.function(tidy.FUNCTION_LINES_MAX - 2)
        above = self.function(tidy.FUNCTION_LINES_MAX - 1)
        self.assertEqual(rules(tidy.check_sizes("src/base/a.cc", at)), [])
        self.assertEqual(rules(tidy.check_sizes("src/base/a.cc", above)), ["function-length"])

    def test_a_constructor_with_initialisers_is_measured_to_its_own_brace(self):
        short = "  A(int a)\n      : a_(a) {\n    b();\n  }\n" + "  int c;\n" * 90 + "};\n"
        self.assertEqual(rules(tidy.check_sizes("src/base/a.cc", short)), [])

    def test_a_file_of_the_limit_passes_and_one_more_line_fails(self):
        self.assertEqual(rules(tidy.check_sizes("src/base/a.h", "int a;\n" * 400)), [])
        self.assertEqual(rules(tidy.check_sizes("src/base/a.h", "int a;\n" * 401)), ["file-length"])

    def test_a_line_of_the_limit_passes_and_one_more_column_fails(self):
        self.assertEqual(rules(tidy.check_sizes("src/base/a.h", "x" * 100 + "\n")), [])
        self.assertEqual(rules(tidy.check_sizes("src/base/a.h", "x" * 101 + "\n")), ["line-length"])


class Banned(unittest.TestCase):
    def found(self, path, code):
        return rules(tidy.check_banned(path, code))

    def test_throw_is_found_in_code_but_not_in_a_comment_or_string(self):
        self.assertEqual(self.found("src/base/a.cc", "throw 1;\n"), ["throw"])
        self.assertEqual(self.found("src/base/a.cc", '// never throw\nauto s = "throw";\n'), [])

    def test_what_is_thrown_is_caught_at_the_boundary_only(self):
        catch_all = "} catch (...) {\n"
        self.assertEqual(self.found("src/call/code_handler.cc", catch_all), ["catch-all"])
        self.assertEqual(self.found("src/call/code_boundary.cc", catch_all), [])
        self.assertEqual(self.found("include/servanda/db.h", "throw 1;\n"), [])
        self.assertEqual(self.found("src/call/code_test.cc", "throw 1;\n"), [])

    def test_the_clock_is_allowed_in_io_only(self):
        code = "auto t = std::chrono::steady_clock::now();\n"
        self.assertEqual(self.found("src/io/a.cc", code), [])
        self.assertEqual(self.found("src/store/a.cc", code), ["real-time"])

    def test_a_capturing_lambda_coroutine_is_found(self):
        self.assertEqual(self.found("src/call/a.cc", "auto f = [this](int a) -> Task<void> {\n"), ["lambda-coroutine"])
        self.assertEqual(self.found("src/call/a.cc", "auto f = [](int a) -> Task<void> {\n"), [])

    def test_leftovers_need_an_issue_number(self):
        self.assertEqual(self.found("src/call/a.cc", "// TODO" + ": later\n"), ["leftover"])
        self.assertEqual(self.found("src/call/a.cc", "// TODO(#12): later\n"), [])


class Form(unittest.TestCase):
    def test_the_licence_line_and_pragma_once_are_asked_for(self):
        self.assertEqual(rules(tidy.check_form("src/a/a.h", "int a;\n")), ["licence", "pragma-once"])

    def test_a_public_type_needs_a_comment(self):
        self.assertEqual(rules(tidy.check_public_comments("src/a/a.h", "\nclass A {\n};\n")), ["undocumented"])
        self.assertEqual(rules(tidy.check_public_comments("src/a/a.h", "// What it is.\nclass A {\n};\n")), [])

    def test_a_header_nobody_includes_is_dead(self):
        self.assertEqual(rules(tidy.check_dead_headers({"src/a/a.h": ""})), ["dead-file"])
        self.assertEqual(rules(tidy.check_dead_headers({"src/a/a.h": "", "src/a/a.cc": '#include "a/a.h"'})), [])

    def test_a_header_that_does_not_compile_alone_is_found(self):
        import os
        path = os.path.join(tidy.ROOT, "build", "tidy_test_alone.h")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write("std::string a();\n")
        self.assertEqual(rules(tidy.check_headers_alone([path])), ["header-alone"])
        os.remove(path)


if __name__ == "__main__":
    unittest.main(argv=["tidy_test.py", "-q"])
