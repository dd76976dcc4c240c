// SPDX-License-Identifier: Apache-2.0
#include "contract/document/node.h"

#include <gtest/gtest.h>

#include <string>

namespace servanda {
namespace {

Node* number(Arena& arena, int value) {
  Node* node = make_node(arena, JsonKind::kInteger, {});
  node->text = arena.copy(std::to_string(value));
  return node;
}

std::string text_of(const Node& node) {
  std::string out;
  append_json(out, node);
  return out;
}

TEST(Node, FindsMembersOfSmallAndLargeObjects) {
  Arena arena;
  Node* object = make_node(arena, JsonKind::kObject, {});
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(object->find("k" + std::to_string(i)), nullptr);
    set_member(arena, *object, "k" + std::to_string(i), {}, number(arena, i));
    for (int j = 0; j <= i; ++j) {
      const Node* found = object->find("k" + std::to_string(j));
      ASSERT_NE(found, nullptr) << i << " " << j;
      EXPECT_EQ(found->text, std::to_string(j));
    }
  }
  EXPECT_EQ(object->size, 100u);
}

TEST(Node, ReplacesAMemberInPlace) {
  Arena arena;
  Node* object = make_node(arena, JsonKind::kObject, {});
  set_member(arena, *object, "a", {}, number(arena, 1));
  set_member(arena, *object, "b", {}, number(arena, 2));
  set_member(arena, *object, "a", Place{1, 2, 3}, number(arena, 3));
  EXPECT_EQ(text_of(*object), R"({"a":3,"b":2})");
  EXPECT_EQ(object->find_entry("a")->key_place.line, 2u);
}

TEST(Node, RemovesMembersAndKeepsTheOrderOfTheOthers) {
  Arena arena;
  Node* object = make_node(arena, JsonKind::kObject, {});
  for (int i = 0; i < 30; ++i) {
    set_member(arena, *object, "k" + std::to_string(i), {}, number(arena, i));
  }
  for (int i = 0; i < 30; i += 2) remove_member(arena, *object, "k" + std::to_string(i));
  remove_member(arena, *object, "absent");
  ASSERT_EQ(object->size, 15u);
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(object->find("k" + std::to_string(i)) != nullptr, i % 2 == 1) << i;
  }
  EXPECT_EQ(object->entries[0].key, "k1");
  EXPECT_EQ(object->entries[14].key, "k29");
  for (int i = 0; i < 30; ++i) {
    set_member(arena, *object, "n" + std::to_string(i), {}, number(arena, i));
  }
  EXPECT_NE(object->find("n29"), nullptr);
  EXPECT_NE(object->find("k29"), nullptr);
}

TEST(Node, CopiesDeeplySoThatEditsStayApart) {
  Arena arena;
  Node* object = make_node(arena, JsonKind::kObject, {});
  Node* list = make_node(arena, JsonKind::kArray, {});
  append_item(arena, *list, make_string(arena, "x", {}));
  set_member(arena, *object, "list", {}, list);
  for (int i = 0; i < 20; ++i) {
    set_member(arena, *object, "k" + std::to_string(i), {}, number(arena, i));
  }
  Node* copy = copy_node(arena, *object);
  append_item(arena, *list, make_string(arena, "y", {}));
  remove_member(arena, *object, "k7");
  EXPECT_EQ(text_of(*copy->find("list")), R"(["x"])");
  EXPECT_NE(copy->find("k7"), nullptr);
  EXPECT_EQ(object->find("k7"), nullptr);
}

TEST(Node, AnswersNothingForMembersOfOtherKinds) {
  Arena arena;
  const Node* text = make_string(arena, "a", {});
  EXPECT_EQ(text->find("a"), nullptr);
  Node* list = make_node(arena, JsonKind::kArray, {});
  append_item(arena, *list, make_string(arena, "", {}));
  EXPECT_EQ(list->find(""), nullptr);
}

TEST(Node, BecomesJsonNodesThatOwnTheirText) {
  JsonDocument json;
  {
    Arena arena;
    Node* object = make_node(arena, JsonKind::kObject, {});
    Node* list = make_node(arena, JsonKind::kArray, {});
    append_item(arena, *list, make_string(arena, "a \"quoted\" text", {}));
    append_item(arena, *list, number(arena, 42));
    append_item(arena, *list, make_node(arena, JsonKind::kNull, {}));
    Node* flag = make_node(arena, JsonKind::kBoolean, {});
    flag->boolean = true;
    append_item(arena, *list, flag);
    set_member(arena, *object, "list", {}, list);
    json = to_json(*object);
    EXPECT_EQ(json_text(json.root()), text_of(*object));
  }
  EXPECT_EQ(json_text(json.root()), R"({"list":["a \"quoted\" text",42,null,true]})");
}

}  // namespace
}  // namespace servanda
