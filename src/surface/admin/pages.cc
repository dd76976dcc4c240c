// SPDX-License-Identifier: Apache-2.0
#include "surface/admin/pages.h"

#include <algorithm>
#include <array>

extern "C" {
// Defined by cmake/embed.cmake from the files in console/ and build/console/.
extern const char servanda_scalar_js_begin[], servanda_scalar_js_end[];
extern const char servanda_docs_html_begin[], servanda_docs_html_end[];
extern const char servanda_docs_js_begin[], servanda_docs_js_end[];
extern const char servanda_index_html_begin[], servanda_index_html_end[];
extern const char servanda_style_css_begin[], servanda_style_css_end[];
}

namespace servanda {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kScript = "text/javascript; charset=utf-8";

}  // namespace

const EmbeddedPage* find_page(std::string_view path) {
  static const std::array<EmbeddedPage, 5> pages = {{
      {"/", kHtml, between(servanda_index_html_begin, servanda_index_html_end)},
      {"/style.css", "text/css; charset=utf-8",
       between(servanda_style_css_begin, servanda_style_css_end)},
      {"/docs", kHtml, between(servanda_docs_html_begin, servanda_docs_html_end)},
      {"/docs/docs.js", kScript, between(servanda_docs_js_begin, servanda_docs_js_end)},
      {"/docs/scalar.js", kScript, between(servanda_scalar_js_begin, servanda_scalar_js_end), true},
  }};
  const auto found = std::ranges::find(pages, path, &EmbeddedPage::path);
  return found == pages.end() ? nullptr : &*found;
}

}  // namespace servanda
