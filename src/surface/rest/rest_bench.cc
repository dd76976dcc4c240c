// SPDX-License-Identifier: Apache-2.0
// CPU and allocations of one request through the whole door, without network and disk.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <new>
#include <span>

#include "call/code_handlers.h"
#include "surface/rest/test_shop.h"

namespace {
size_t allocations = 0;
}  // namespace

// The pair is complete here; g++ 12 inlines one half and mistakes the other for a foreign one.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
void* operator new(size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  std::abort();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

namespace servanda {
namespace {

// An exchange that is used again and again, as a keep-alive connection's is.
class RepeatedExchange final : public Exchange {
 public:
  RepeatedExchange(test::VirtualLoop& loop, std::string_view method, std::string_view path,
                   std::span<const HeaderField> fields) {
    head_.method = method;
    head_.target = head_.path = path;
    head_.host = "bench";
    head_.fields = fields;
    head_.received_at = loop.now();
  }
  [[nodiscard]] const RequestHead& head() const override { return head_; }
  [[nodiscard]] Arena& arena() override { return arena_; }
  [[nodiscard]] std::string_view peer_address() const override { return "192.0.2.1:4711"; }
  [[nodiscard]] bool client_gone() const override { return false; }
  Task<Result<std::string_view>> read_body(size_t) override { co_return std::string_view(); }
  [[nodiscard]] uint64_t body_bytes_read() const override { return 0; }
  void answer(int status, std::span<const HeaderField> fields, std::string_view body) override {
    status_ = status;
    benchmark::DoNotOptimize(fields.data());
    bytes_ += body.size();
  }
  void start_answer(int, std::span<const HeaderField>) override {}
  Task<Result<void>> write(std::string_view) override { co_return Result<void>(); }
  void end_answer() override {}
  [[nodiscard]] uint64_t answer_bytes() const override { return bytes_; }
  void reset() { arena_.reset(); }
  [[nodiscard]] int status() const { return status_; }

 private:
  RequestHead head_;
  Arena arena_;
  int status_ = 0;
  uint64_t bytes_ = 0;
};

constexpr HeaderField kFields[] = {
    {"host", "127.0.0.1:8080"}, {"user-agent", "bench/1.0"}, {"accept", "*/*"}};

void run(benchmark::State& state, test::Door& door, const std::string& path) {
  RepeatedExchange exchange(door.loop, "GET", path, kFields);
  std::string lines;
  for (int i = 0; i < 100; ++i) {
    spawn(door.surface.handle(exchange));
    exchange.reset();
  }
  if (exchange.status() != 200) state.SkipWithError("not answered with 200");
  const size_t before = allocations;
  int waiting = 0;
  for (auto _ : state) {
    spawn(door.surface.handle(exchange));
    exchange.reset();
    if (++waiting == 1000) {  // What the log writer does on its own thread.
      state.PauseTiming();
      lines.clear();
      door.access_log.drain(lines);
      waiting = 0;
      state.ResumeTiming();
    }
  }
  state.counters["allocations"] = benchmark::Counter(static_cast<double>(allocations - before) /
                                                     static_cast<double>(state.iterations()));
}

void mocked_constant(benchmark::State& state) {
  CallOptions options;
  options.environment = Environment::kProduction;
  test::Door door(test::compile_text(test::kShop), options);
  run(state, door, "/v1/hello");
}
BENCHMARK(mocked_constant);

void resource_read(benchmark::State& state) {
  CallOptions options;
  options.environment = Environment::kProduction;
  test::Door door(test::compile_text(test::kShop), options);
  const std::string id = test::make_product(
      door, R"({"name":"Lamp","price":"39.90","sku":"L1","stock":3,"category":"light"})");
  run(state, door, "/v1/products/" + id);
}
BENCHMARK(resource_read);

// The same row through a handler in C++, as its generated types would be.
struct Main {};
struct Product {
  Uuid id{};
  std::optional<std::string> sku;
  std::string name;
  std::optional<std::string> category;
  Decimal price;
  std::optional<int64_t> stock;
  std::optional<Timestamp> created_at;
  std::optional<Timestamp> updated_at;

  template <typename Visit>
  static bool members(auto& product, Visit visit) {
    return visit("id", product.id) && visit("sku", product.sku) && visit("name", product.name) &&
           visit("category", product.category) && visit("price", product.price) &&
           visit("stock", product.stock) && visit("createdAt", product.created_at) &&
           visit("updatedAt", product.updated_at);
  }
};
constexpr std::string_view resource_name(const Product*) {
  return "Product";
}
constexpr Main owner_of(const Product*) {
  return {};
}
std::span<const std::string_view> row_members(const Product*) {
  static constexpr std::string_view kMembers[] = {"id",    "sku",   "name",      "category",
                                                  "price", "stock", "createdAt", "updatedAt"};
  return kMembers;
}
bool read(RowSource& row, Product& out, ReadError& error) {
  size_t index = 0;
  return Product::members(out, [&](std::string_view key, auto& held) {
    return read_member(row, index++, key, held, error);
  });
}
void write(const Product& value, JsonWriter& writer) {
  writer.begin_object();
  Product::members(value, [&](std::string_view key, const auto& held) {
    writer.key(key);
    write(held, writer);
    return true;
  });
  writer.end_object();
}

struct ReadProduct {
  using Service = Main;
  static constexpr std::string_view kId = "readProduct";
  static std::string_view contract_hash() { return {}; }
  struct In {
    Uuid id{};
  };
  struct Ok200 {
    static constexpr int kFirstStatus = 200;
    static constexpr int kLastStatus = 200;
    static constexpr BodyKind kBody = BodyKind::kStructured;
    static constexpr std::string_view kMediaType = "application/json";
    Product body{};
  };
  struct NotFound404 {
    static constexpr int kFirstStatus = 404;
    static constexpr int kLastStatus = 404;
    static constexpr BodyKind kBody = BodyKind::kNone;
    static constexpr std::string_view kMediaType = "";
  };
  using Out = std::variant<Ok200, NotFound404>;
};
bool read(const Input& input, ReadProduct::In& out, ReadError& error) {
  return read(input.parameters[0], out.id, error);
}
void write(const ReadProduct::Ok200& value, JsonWriter& writer) {
  write(value.body, writer);
}
void append_headers(const ReadProduct::Ok200&, std::vector<HeaderValue>&) {}
void append_headers(const ReadProduct::NotFound404&, std::vector<HeaderValue>&) {}

Task<ReadProduct::Out> read_product(ServiceCtx<Main>& c, ReadProduct::In in) {
  auto product = co_await c.db().get<Product>(in.id);
  if (!product) co_return ReadProduct::NotFound404{};
  co_return ReadProduct::Ok200{std::move(*product)};
}

void coded_read(benchmark::State& state) {
  std::string contract(test::kShop);
  contract.insert(contract.find("components:\n"), R"(  /v1/coded/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string, format: uuid}}]
    get:
      operationId: readProduct
      x-servanda: {handler: code}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Product'}}}}
        '404': {description: none}
)");
  auto handlers = std::make_shared<CodeHandlers>();
  handlers->add(make_code_handler<ReadProduct>(read_product));
  CallOptions options;
  options.environment = Environment::kProduction;
  options.handlers = std::move(handlers);
  test::Door door(test::compile_text(contract), options);
  const std::string id = test::make_product(
      door, R"({"name":"Lamp","price":"39.90","sku":"L1","stock":3,"category":"light"})");
  run(state, door, "/v1/coded/" + id);
}
BENCHMARK(coded_read);

// --- Calls between handlers: a request whose handler makes so many calls of another operation.

struct Add {
  using Service = Main;
  static constexpr std::string_view kId = "add";
  static std::string_view contract_hash() { return {}; }
  struct In {
    int64_t a = 0;
    int64_t b = 0;
  };
  struct Ok200 {
    static constexpr int kFirstStatus = 200;
    static constexpr int kLastStatus = 200;
    static constexpr BodyKind kBody = BodyKind::kStructured;
    static constexpr std::string_view kMediaType = "application/json";
    static constexpr std::string_view kMediaTypes[] = {"application/json"};
    int64_t body = 0;
  };
  using Out = std::variant<Ok200>;
};
bool read(const Input& input, Add::In& out, ReadError& error) {
  return read(input.body.find("a"), out.a, error) && read(input.body.find("b"), out.b, error);
}
void write(const Add::In& in, Outgoing& out) {
  begin_request(out, "POST");
  out.path = "/v1/add";
  out.media_type = "application/json";
  out.has_body = true;
  JsonWriter writer(out.body);
  writer.begin_object();
  writer.key("a");
  writer.integer(in.a);
  writer.key("b");
  writer.integer(in.b);
  writer.end_object();
}
void write(const Add::Ok200& value, JsonWriter& writer) {
  writer.integer(value.body);
}
bool read(JsonValue value, Add::Ok200& out, ReadError& error) {
  return read(value, out.body, error);
}
bool read_headers(const Incoming&, Add::Ok200&, ReadError&) {
  return true;
}
void append_headers(const Add::Ok200&, std::vector<HeaderValue>&) {}
bool read(const Incoming& answer, Add::Out& out, ReadError& error) {
  return read_answer<BodyPresence::kDeclared, Add::Ok200>(answer, out, error);
}

Task<Add::Out> add(Ctx&, Add::In in) {
  co_return Add::Ok200{in.a + in.b};
}

int64_t calls_wanted = 0;

struct AddUp : Add {
  static constexpr std::string_view kId = "addUp";
  struct In {};
};
bool read(const Input&, AddUp::In&, ReadError&) {
  return true;
}
Task<AddUp::Out> add_up(Ctx& c, AddUp::In) {
  int64_t sum = 0;
  for (int64_t i = 0; i < calls_wanted; ++i) {
    Add::In in{sum, i};
    Reply<Add> reply = co_await c.call<Add>(in);
    sum = std::get<0>(reply.value()).body;
  }
  co_return Add::Ok200{sum};
}

void coded_calls(benchmark::State& state) {
  std::string contract(test::kShop);
  contract.insert(contract.find("components:\n"), R"(  /v1/add:
    post:
      operationId: add
      x-servanda: {handler: code, expose: []}
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [a, b], properties: {a: {type: integer}, b: {type: integer}}}}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: integer}}}}}
  /v1/sum:
    get:
      operationId: addUp
      x-servanda: {handler: code}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: integer}}}}}
)");
  auto handlers = std::make_shared<CodeHandlers>();
  handlers->add(make_code_handler<Add>(add));
  handlers->add(make_code_handler<AddUp>(add_up));
  CallOptions options;
  options.environment = Environment::kProduction;
  options.handlers = std::move(handlers);
  test::Door door(test::compile_text(contract), options);
  calls_wanted = state.range(0);
  run(state, door, "/v1/sum");
}
BENCHMARK(coded_calls)->Arg(0)->Arg(100);

}  // namespace
}  // namespace servanda
