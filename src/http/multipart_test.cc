// SPDX-License-Identifier: Apache-2.0
#include "http/multipart.h"

#include <gtest/gtest.h>

#include <string>

namespace servanda {
namespace {

std::string part(std::string_view head, std::string_view content) {
  return "--b\r\n" + std::string(head) + "\r\n\r\n" + std::string(content) + "\r\n";
}

std::string named(std::string_view name, std::string_view content) {
  return part("Content-Disposition: form-data; name=\"" + std::string(name) + "\"", content);
}

class Multipart : public testing::Test {
 protected:
  Result<std::span<const FormPart>> read(std::string_view body) {
    return parse_multipart(arena_.copy(body), "b", limits_, arena_);
  }
  Code code_of(std::string_view body) {
    Result<std::span<const FormPart>> parts = read(body);
    EXPECT_FALSE(parts) << body;
    return parts ? Code::kInternal : parts.error().code;
  }
  MultipartLimits limits_;
  Arena arena_;
};

TEST_F(Multipart, ReadsFieldsAndFiles) {
  const std::string body =
      named("title", "A lamp\r\n--c\r\nstill") +
      part(
          "content-disposition: Form-Data; filename=\"C:\\dir\\p\\\"q.png\"; name=photo\r\n"
          "Content-Type: image/png",
          std::string("\x00\r\n-", 4)) +
      "--b \r\nContent-Disposition: form-data; name=\"\"\r\n\r\n\r\n--b--\r\n";
  Result<std::span<const FormPart>> parts = read(body);
  ASSERT_TRUE(parts) << parts.error().message;
  ASSERT_EQ(parts->size(), 3u);
  EXPECT_EQ((*parts)[0].name, "title");
  EXPECT_EQ((*parts)[0].content, "A lamp\r\n--c\r\nstill");
  EXPECT_EQ((*parts)[0].file_name.data(), nullptr);
  EXPECT_EQ((*parts)[0].content_type.data(), nullptr);
  EXPECT_EQ((*parts)[1].name, "photo");
  EXPECT_EQ((*parts)[1].file_name, "p\"q.png");
  EXPECT_EQ((*parts)[1].content_type, "image/png");
  EXPECT_EQ((*parts)[1].content.size(), 4u);
  EXPECT_EQ((*parts)[1].fields.size(), 2u);
  EXPECT_EQ((*parts)[2].name, "");
  EXPECT_EQ((*parts)[2].content, "");
}

TEST_F(Multipart, ReadsAFormWithoutPartsAndAPartWithoutContent) {
  EXPECT_EQ(read("--b--").value().size(), 0u);
  const auto parts = read("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n--b--");
  ASSERT_TRUE(parts);
  EXPECT_EQ((*parts)[0].content, "");
}

TEST_F(Multipart, KeepsTheContentUpToItsOwnBoundary) {
  const auto parts = read(named("a", "x\r\n--c\r\n") + "--b--");
  ASSERT_TRUE(parts);
  EXPECT_EQ((*parts)[0].content, "x\r\n--c\r\n");
}

TEST_F(Multipart, NeverGivesAFileNameThatIsAPath) {
  for (const char* name : {"../../etc/passwd", "/etc/passwd", "a\\passwd", "..\\passwd"}) {
    const auto parts = read(
        part("Content-Disposition: form-data; name=a; filename=\"" + std::string(name) + "\"", "") +
        "--b--");
    ASSERT_TRUE(parts) << name;
    EXPECT_EQ((*parts)[0].file_name, "passwd");
  }
  const auto dots =
      read(part("Content-Disposition: form-data; name=a; filename=\"..\"", "") + "--b--");
  ASSERT_TRUE(dots);
  EXPECT_EQ((*dots)[0].file_name, "");
  EXPECT_NE((*dots)[0].file_name.data(), nullptr);
}

TEST_F(Multipart, RefusesMalformedBodies) {
  for (const std::string& body :
       {std::string(),
        std::string("x"),
        "preamble\r\n" + named("a", "x") + "--b--",
        named("a", "x"),
        named("a", "x") + "--b",
        named("a", "x") + "--b-",
        named("a", "x") + "--b--x",
        named("a", "x") + "--b--\r\nepilogue",
        std::string("--b\n\nx\r\n--b--"),
        std::string("--b\r\nContent-Disposition: form-data; name=a"),
        named("a", "x\r\n--bb\r\n") + "--b--",
        part("Content-Type: a/b", "x") + "--b--",
        part("X", "x") + "--b--",
        part("Content-Disposition: attachment; name=a", "x") + "--b--",
        part("Content-Disposition: form-data", "x") + "--b--",
        part("Content-Disposition: form-data; name=a; name=b", "x") + "--b--",
        part("Content-Disposition: form-data; name=\"a", "x") + "--b--",
        part("Content-Disposition: form-data; name", "x") + "--b--",
        part("Content-Disposition: form-data; name=a b", "x") + "--b--",
        part("Content-Disposition: form-data; name=a; filename*=utf-8''x", "x") + "--b--",
        part("Content-Disposition: form-data; name=\"\xff\"", "x") + "--b--",
        part("Content-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b",
             "x") +
            "--b--",
        part("Content-Disposition: form-data; name=a\r\nX: \x01", "x") + "--b--"}) {
    EXPECT_EQ(code_of(body), Code::kInvalidArgument) << body;
  }
}

TEST_F(Multipart, HoldsTheNumberOfPartsToItsLimit) {
  limits_.parts_max = 2;
  EXPECT_TRUE(read(named("a", "") + named("b", "") + "--b--"));
  EXPECT_EQ(code_of(named("a", "") + named("b", "") + named("c", "") + "--b--"), Code::kTooLarge);
}

TEST_F(Multipart, HoldsPartHeadsToTheirLimits) {
  const std::string head = "Content-Disposition: form-data; name=a\r\nX: ";
  limits_.part_head_bytes_max = head.size() + 12;
  EXPECT_TRUE(read(part(head + std::string(10, 'x'), "") + "--b--"));
  EXPECT_EQ(code_of(part(head + std::string(11, 'x'), "") + "--b--"), Code::kTooLarge);
  EXPECT_EQ(code_of("--b\r\n" + std::string(500, 'x')), Code::kTooLarge);
  limits_ = {};
  limits_.headers_per_part_max = 2;
  EXPECT_TRUE(read(part("A: b\r\nContent-Disposition: form-data; name=a", "") + "--b--"));
  EXPECT_EQ(code_of(part("A: b\r\nB: c\r\nContent-Disposition: form-data; name=a", "") + "--b--"),
            Code::kTooLarge);
}

TEST_F(Multipart, HoldsNamesToTheirLimits) {
  limits_.name_bytes_max = 5;
  limits_.file_name_bytes_max = 5;
  EXPECT_TRUE(read(named("12345", "") + "--b--"));
  EXPECT_EQ(code_of(named("123456", "") + "--b--"), Code::kInvalidArgument);
  EXPECT_TRUE(read(part("Content-Disposition: form-data; name=a; filename=12345", "") + "--b--"));
  EXPECT_EQ(code_of(part("Content-Disposition: form-data; name=a; filename=123456", "") + "--b--"),
            Code::kInvalidArgument);
}

TEST_F(Multipart, TakesTheBoundaryFromTheContentType) {
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=abc", arena_), "abc");
  EXPECT_EQ(multipart_boundary("Multipart/Form-Data; charset=x; boundary=\"a b\"", arena_), "a b");
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=" + std::string(70, 'a'), arena_),
            std::string(70, 'a'));
  for (const std::string& type :
       {std::string("multipart/mixed; boundary=a"), std::string("multipart/form-data"),
        std::string("multipart/form-data; boundary=\"\""),
        std::string("multipart/form-data; boundary=\"a \""),
        std::string("multipart/form-data; boundary=\"a\\\"b\""),
        "multipart/form-data; boundary=" + std::string(71, 'a'), std::string("")}) {
    EXPECT_FALSE(multipart_boundary(type, arena_)) << type;
  }
}

}  // namespace
}  // namespace servanda
