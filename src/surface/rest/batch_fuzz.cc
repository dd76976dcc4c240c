// SPDX-License-Identifier: Apache-2.0
// Bodies of batches: whatever they hold, all of it is written or nothing is, or item by item as the
// answer says; and the answer is one that the contract declares.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "surface/rest/test_batches.h"

namespace servanda {
namespace {

using test::Door;
using test::Reply;

// A door whose store holds two authors and a book; made anew when it has grown.
Door& door() {
  static std::unique_ptr<Door> made;
  if (made && made->session.row_count("Book") + made->session.row_count("Author") < 500) {
    return *made;
  }
  made = std::make_unique<Door>(test::batches_plan());
  for (const char* body :
       {R"({"items":[{"action":"create","resource":"Author","value":{"name":"Lem"}},)"
        R"({"action":"create","resource":"Author","value":{"name":"Herbert"}},)"
        R"({"action":"create","resource":"Book","value":{"code":1,"title":"S","isbn":"i"}}]})"}) {
    if (made->send_json("POST", "/batch", body).status != 200) std::abort();
  }
  return *made;
}

// How often results succeeded; ends the program when one is none.
size_t successes(const Reply& reply) {
  const Result<JsonDocument> document = JsonDocument::parse(reply.body);
  if (!document) std::abort();
  size_t count = 0;
  for (const JsonValue item : document->root().find("items").items()) {
    const int64_t status = item.find("status").integer();
    if (item.find("problem").exists() != (status >= 400)) std::abort();
    if (status < 400) ++count;
  }
  return count;
}

}  // namespace
}  // namespace servanda

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using servanda::test::Reply;
  servanda::test::Door& door = servanda::door();
  const std::string body(reinterpret_cast<const char*>(data), size);
  const std::string before = door.get("/books").body + door.get("/authors").body;
  const size_t commits = door.session.commits;
  const Reply reply = door.send_json("POST", "/batch", body);
  if (!servanda::JsonDocument::parse(reply.body)) std::abort();
  const bool wrote = door.session.commits != commits;
  if (reply.status == 200 || reply.status == 207) {
    if (wrote != (servanda::successes(reply) > 0)) std::abort();
  } else if (reply.status < 400 || reply.status >= 500 || wrote) {
    std::abort();
  }
  const std::string after = door.get("/books").body + door.get("/authors").body;
  if (!wrote && before != after) std::abort();
  return 0;
}
