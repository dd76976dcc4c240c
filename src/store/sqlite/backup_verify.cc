// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/backup_verify.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/text.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/table.h"

namespace servanda::internal {
namespace {

// Above every bound that a store may have been opened with.
constexpr uint64_t kValueBytesMax = 1'000'000'000;
constexpr uint64_t kCacheBytes = 16ull << 20;

struct RememberedColumn {
  std::string name;
  std::string type;
  std::string role;
};
using RememberedTables = std::map<std::string, std::vector<RememberedColumn>, std::less<>>;

class Verification {
 public:
  explicit Verification(Database& database) : database_(database) {}

  Result<StoreFindings> run() {
    Result<void> looked = look();
    if (!looked) {
      // Damage that ends the looking is what was looked for.
      if (looked.error().reason != "store-corrupt") return pass(looked);
      find("The file is damaged, and the rest of it could not be looked at.");
    }
    return std::move(findings_);
  }

 private:
  Result<void> look() {
    Result<void> checked = check_integrity();
    if (!checked) return checked;
    Result<void> format = check_format(database_);
    if (!format) {
      if (format.error().code != Code::kConflict) return format;
      find(format.error().message);
      return {};  // Nothing more is known of such a file.
    }
    for (const auto& check :
         {&Verification::check_system, &Verification::check_tables, &Verification::count_all}) {
      Result<void> done = (this->*check)();
      if (!done) return done;
    }
    return {};
  }

  void find(std::string sentence) {
    if (findings_.sentences.size() < StoreFindings::kMax) {
      findings_.sentences.push_back(std::move(sentence));
    }
  }

  // One row of the integrity check may hold several lines, after one that names the database.
  void find_lines(std::string_view text) {
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(text.size(), line.size() + 1));
      if (line == "ok" || line.starts_with("***")) continue;
      find("Integrity check: " + std::string(line) + '.');
    }
  }

  std::unexpected<Error> failed() const {
    return std::unexpected<Error>(database_.error("verifying"));
  }

  Result<void> check_integrity() {
    Result<Statement> rows =
        database_.prepare("PRAGMA integrity_check(" + std::to_string(StoreFindings::kMax) + ")");
    if (!rows) return pass(rows);
    Step step = rows->step();
    for (; step == Step::kRow; step = rows->step()) {
      find_lines(rows->text(0));
    }
    if (step == Step::kFailed) return failed();
    return {};
  }

  Result<void> check_system() {
    Result<int64_t> format =
        database_.query_integer("SELECT value FROM _servanda WHERE name = 'format'");
    if (!format) return pass(format);
    if (*format < 1) find("The store's format is missing from table \"_servanda\".");
    Result<std::vector<std::string>> missing = missing_system_parts(database_);
    if (!missing) return pass(missing);
    // A store that has never had them gets them when it is next opened for writing.
    bool lacks_events = false;
    for (const std::string& part : *missing) {
      lacks_events |= part == "_servanda_outbox" || part == "_servanda_audit";
    }
    for (const std::string& part : *missing) {
      const bool of_events =
          part.starts_with("_servanda_outbox") || part.starts_with("_servanda_audit");
      if (!(lacks_events && of_events && missing->size() == kEventParts)) {
        find("The table or index " + in_quotes(part) + " of the store itself is missing.");
      }
    }
    system_is_whole_ = missing->empty();
    return {};
  }

  Result<void> remember() {
    Result<Statement> rows = database_.prepare(
        "SELECT table_name, column_name, type, role FROM _servanda_columns ORDER BY 1, 2");
    if (!rows) return pass(rows);
    Step step = rows->step();
    for (; step == Step::kRow; step = rows->step()) {
      remembered_[std::string(rows->text(0))].push_back(
          {std::string(rows->text(1)), std::string(rows->text(2)), std::string(rows->text(3))});
    }
    if (step == Step::kFailed) return failed();
    return {};
  }

  Result<std::set<std::string, std::less<>>> columns_of(const std::string& table) {
    Result<Statement> rows = database_.prepare("SELECT name FROM pragma_table_info(?)");
    if (!rows) return pass(rows);
    rows->bind_text(1, table);
    std::set<std::string, std::less<>> columns;
    Step step = rows->step();
    for (; step == Step::kRow; step = rows->step()) columns.emplace(rows->text(0));
    if (step == Step::kFailed) return failed();
    return columns;
  }

  Result<void> check_tables() {
    if (Result<void> read = remember(); !read) return read;
    for (const auto& [table, remembered] : remembered_) {
      auto columns = columns_of(table);
      if (!columns) return pass(columns);
      if (columns->empty()) {
        find("Table " + in_quotes(table) + " is missing.");
        continue;
      }
      Result<void> checked = check_columns(table, remembered, *columns);
      if (!checked) return checked;
    }
    return {};
  }

  Result<void> check_columns(const std::string& table,
                             const std::vector<RememberedColumn>& remembered,
                             const std::set<std::string, std::less<>>& columns) {
    size_t keys = 0;
    std::vector<std::string> wanted = {"_version"};
    for (const RememberedColumn& column : remembered) {
      wanted.push_back(column.name);
      if (column.type == type_word(ColumnType::kDecimal)) {
        wanted.push_back(order_column(column.name));
      }
      keys += column.role == kRoleKey ? 1 : 0;
    }
    if (keys != 1) find("Table " + in_quotes(table) + " has no key that the store remembers.");
    for (const std::string& name : wanted) {
      if (columns.contains(name)) continue;
      find("Column " + in_quotes(name) + " of table " + in_quotes(table) + " is missing.");
    }
    for (const RememberedColumn& column : remembered) {
      if (column.role != kRoleRequired || !columns.contains(column.name)) continue;
      Result<int64_t> gap =
          database_.query_integer("SELECT 1 FROM " + internal::quoted(table) + " WHERE " +
                                  internal::quoted(column.name) + " IS NULL LIMIT 1");
      if (!gap) return pass(gap);
      if (*gap == 1) {
        find("Column " + in_quotes(column.name) + " of table " + in_quotes(table) +
             " is required, and there are rows without a value.");
      }
    }
    tables_.push_back(table);
    return {};
  }

  Result<void> count_all() {
    if (system_is_whole_) {
      for (const char* table : {"_servanda_audit", "_servanda_idempotency", "_servanda_outbox"}) {
        tables_.emplace_back(table);
      }
    }
    for (const std::string& table : tables_) {
      Result<int64_t> rows =
          database_.query_integer("SELECT count(*) FROM " + internal::quoted(table));
      if (!rows) return pass(rows);
      findings_.contents.tables.push_back({table, *rows});
    }
    Result<int64_t> pages = database_.query_integer("PRAGMA page_count");
    if (!pages) return pass(pages);
    Result<int64_t> page_bytes = database_.query_integer("PRAGMA page_size");
    if (!page_bytes) return pass(page_bytes);
    findings_.contents.bytes = static_cast<uint64_t>(*pages * *page_bytes);
    return {};
  }

  static constexpr size_t kEventParts = 8;  // Tables and indexes of outbox and audit.

  Database& database_;
  StoreFindings findings_;
  RememberedTables remembered_;
  std::vector<std::string> tables_;  // Those that are there.
  bool system_is_whole_ = false;
};

}  // namespace

Result<Database> open_to_read(const std::string& path, const std::string& vfs) {
  std::error_code failed;
  const uintmax_t bytes = std::filesystem::file_size(path, failed);
  if (failed || bytes == 0) {
    return fail(Code::kNotFound, "There is no store in " + path + ".", "no-store");
  }
  Database::Options options;
  options.mode = Database::Options::Mode::kReadOnly;
  options.busy_timeout = Duration::seconds(5);
  options.cache_bytes = kCacheBytes;
  options.value_bytes_max = kValueBytesMax;
  options.vfs = vfs;
  return Database::open(path, options);
}

Result<StoreFindings> verify_database(Database& database) {
  Result<void> begun = database.execute("BEGIN");
  if (!begun) return pass(begun);
  Result<StoreFindings> findings = Verification(database).run();
  // A transaction that only read has nothing to lose.
  if (database.in_transaction()) (void)database.execute("ROLLBACK");
  return findings;
}

Result<StoreFindings> verify_file(const std::string& path, const std::string& vfs) {
  Result<Database> database = open_to_read(path, vfs);
  if (database) return verify_database(*database);
  if (database.error().reason != "store-corrupt") return pass(database);
  return StoreFindings{{"The file is damaged or no database: SQLite cannot open it."}, {}};
}

}  // namespace servanda::internal
