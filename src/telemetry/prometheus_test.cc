// SPDX-License-Identifier: Apache-2.0
#include "telemetry/prometheus.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "base/text.h"

namespace servanda {
namespace {

struct Fixture {
  WorkerMetrics first;
  WorkerMetrics second;
  std::vector<const WorkerMetrics*> workers{&first, &second};
  Scrape scrape;

  Fixture() {
    const std::vector<OperationLabel> labels = {{"listProducts", "GET", "/v1/products"},
                                                {"odd\"name\\\n", "POST", "/v1/{a}"}};
    OperationTable one = first.table_for(labels);
    OperationTable two = second.table_for(labels);
    call(one.at(0), 200, Duration::milliseconds(4));
    call(two.at(0), 200, Duration::milliseconds(40));
    call(two.at(0), 503, Duration::seconds(20));
    call(one.at(1), 404, Duration::microseconds(100));
    one.at(0).on_started();
    first.on_connection_opened();
    first.on_answered(200);
    second.on_answered(200);
    second.on_protocol_error(431);
    first.on_busy(Duration::seconds(1), Instant{1});
    first.on_busy(Duration::seconds(2), Instant{4'000'000'001});
    scrape.workers = workers;
    scrape.now = Instant{10};
    scrape.process = {.resident_bytes = 1 << 20,
                      .virtual_bytes = 1 << 30,
                      .cpu = Duration::milliseconds(1500),
                      .open_descriptors = 12,
                      .descriptors_max = 1024,
                      .started_at = Timestamp{1'777'636'800'500'000}};
    scrape.store = {.commits = 10,
                    .groups = 4,
                    .failures = 1,
                    .queue_length = 3,
                    .queue_length_max = 1000,
                    .writer_busy = Duration::milliseconds(250),
                    .bytes_on_disk = 4096};
    scrape.log_records_dropped = 2;
    scrape.bugs = 1;
    scrape.plan_reloads = 5;
    scrape.version = "0.1.0";
    scrape.contract_hash = "abc";
  }

  static void call(OperationCounters& counters, int status, Duration duration) {
    counters.on_started();
    counters.on_ended({status, duration, 1, 2});
  }

  std::string render(MetricsFormat format = MetricsFormat::kPrometheus) {
    MetricsExporter exporter;
    return exporter.render(scrape, format);
  }
};

// Sample text to value text.
std::map<std::string, std::string> samples_of(const std::string& page) {
  std::map<std::string, std::string> samples;
  for (const std::string_view line : split(page, '\n')) {
    if (line.empty() || line.starts_with('#')) continue;
    const size_t space = line.rfind(' ');
    const bool is_new = samples.emplace(line.substr(0, space), line.substr(space + 1)).second;
    EXPECT_TRUE(is_new) << line;
  }
  return samples;
}

TEST(MetricsPage, MergesAllWorkers) {
  Fixture fixture;
  auto samples = samples_of(fixture.render());
  const std::string name = "http_server_request_duration_seconds";
  const std::string ok = R"({operation="listProducts",code="2xx")";
  EXPECT_EQ(samples[name + "_bucket" + ok + R"(,le="0.005"})"], "1");
  EXPECT_EQ(samples[name + "_bucket" + ok + R"(,le="0.025"})"], "1");
  EXPECT_EQ(samples[name + "_bucket" + ok + R"(,le="0.05"})"], "2");
  EXPECT_EQ(samples[name + "_bucket" + ok + R"(,le="10.0"})"], "2");
  EXPECT_EQ(samples[name + "_bucket" + ok + R"(,le="+Inf"})"], "2");
  EXPECT_EQ(samples[name + "_count" + ok + "}"], "2");
  EXPECT_DOUBLE_EQ(std::atof(samples[name + "_sum" + ok + "}"].c_str()), 0.044);
  EXPECT_EQ(samples[name + R"(_bucket{operation="listProducts",code="5xx",le="10.0"})"], "0");
  EXPECT_EQ(samples[name + R"(_bucket{operation="listProducts",code="5xx",le="+Inf"})"], "1");
  EXPECT_EQ(samples[R"(http_server_active_requests{operation="listProducts"})"], "1");
  EXPECT_EQ(samples[R"(http_server_request_body_bytes_total{operation="listProducts"})"], "3");
  EXPECT_EQ(samples[R"(http_server_response_body_bytes_total{operation="listProducts"})"], "6");
  EXPECT_EQ(samples[R"(http_server_answers_total{code="200"})"], "2");
  EXPECT_EQ(samples[R"(http_server_answers_total{code="431"})"], "1");
  EXPECT_EQ(samples["http_server_protocol_errors_total"], "1");
  EXPECT_EQ(samples["http_server_open_connections"], "1");
  EXPECT_EQ(samples[R"(servanda_worker_busy_ratio{worker="0"})"], "0.25");
  EXPECT_EQ(samples[R"(servanda_worker_busy_seconds_total{worker="0"})"], "2");
  EXPECT_EQ(samples["servanda_store_queue_length"], "3");
  EXPECT_EQ(samples["servanda_store_writer_busy_seconds_total"], "0.25");
  EXPECT_EQ(samples["servanda_log_records_dropped_total"], "2");
  EXPECT_EQ(samples["process_cpu_seconds_total"], "1.5");
  EXPECT_EQ(samples[R"(servanda_build_info{version="0.1.0",contract="abc"})"], "1");
}

TEST(MetricsPage, EscapesLabels) {
  Fixture fixture;
  auto samples = samples_of(fixture.render());
  EXPECT_EQ(samples[R"(http_server_active_requests{operation="odd\"name\\\n"})"], "0");
  EXPECT_EQ(
      samples
          [R"(servanda_operation_info{operation="odd\"name\\\n",method="POST",route="/v1/{a}"})"],
      "1");
}

TEST(MetricsPage, WritesEachFamilyOnceAndTogether) {
  Fixture fixture;
  for (const MetricsFormat format : {MetricsFormat::kPrometheus, MetricsFormat::kOpenMetrics}) {
    const std::string page = fixture.render(format);
    std::set<std::string> families;
    std::string current;
    for (const std::string_view line : split(page, '\n')) {
      if (line.starts_with("# TYPE ")) {
        current = std::string(line.substr(7, line.find(' ', 7) - 7));
        EXPECT_TRUE(families.insert(current).second) << line;
      } else if (!line.empty() && !line.starts_with('#')) {
        EXPECT_TRUE(line.starts_with(current)) << line << " below " << current;
      }
    }
    EXPECT_GE(families.size(), 28U);
  }
}

TEST(MetricsPage, SpeaksOpenMetrics) {
  Fixture fixture;
  const std::string page = fixture.render(MetricsFormat::kOpenMetrics);
  EXPECT_TRUE(page.ends_with("\n# EOF\n"));
  EXPECT_NE(page.find("# TYPE process_cpu_seconds counter\nprocess_cpu_seconds_total 1.5\n"),
            std::string::npos);
  EXPECT_NE(page.find("# TYPE servanda_build info\nservanda_build_info{"), std::string::npos);
  for (const std::string_view line : split(page, '\n')) {
    if (line.starts_with('#')) {
      EXPECT_TRUE(line.starts_with("# HELP ") || line.starts_with("# TYPE ") || line == "# EOF");
    }
  }
  const std::string older = fixture.render();
  EXPECT_EQ(older.find("# EOF"), std::string::npos);
  EXPECT_NE(older.find("# TYPE process_cpu_seconds_total counter\n"), std::string::npos);
  EXPECT_NE(older.find("# TYPE servanda_build_info gauge\n"), std::string::npos);
}

TEST(MetricsPage, LeavesOutWhatNobodyKnows) {
  Scrape scrape;
  MetricsExporter exporter;
  const std::string page = exporter.render(scrape, MetricsFormat::kPrometheus);
  EXPECT_EQ(page.find("process_"), std::string::npos);
  EXPECT_EQ(page.find("servanda_store"), std::string::npos);
  EXPECT_NE(page.find("servanda_build_info"), std::string::npos);
}

TEST(MetricsPage, ForgetsLatenciesOfMoreThanTwoMinutesAgo) {
  WorkerMetrics metrics;
  const std::vector<const WorkerMetrics*> workers{&metrics};
  const std::vector<OperationLabel> labels = {{"a", "GET", "/a"}};
  OperationTable table = metrics.table_for(labels);
  MetricsExporter exporter;
  const auto median_at = [&](int64_t second) {
    Scrape scrape;
    scrape.workers = workers;
    scrape.now = Instant{second * 1'000'000'000};
    auto samples = samples_of(exporter.render(scrape, MetricsFormat::kPrometheus));
    return samples[R"(http_server_request_latency_seconds{operation="a",quantile="0.5"})"];
  };
  for (int i = 0; i < 10; ++i) Fixture::call(table.at(0), 200, Duration::seconds(1));
  EXPECT_NEAR(std::atof(median_at(100).c_str()), 1.0, 0.04);
  EXPECT_NEAR(std::atof(median_at(159).c_str()), 1.0, 0.04);
  EXPECT_NEAR(std::atof(median_at(160).c_str()), 1.0, 0.04);  // The first window ends.
  Fixture::call(table.at(0), 200, Duration::milliseconds(1));
  EXPECT_NEAR(std::atof(median_at(219).c_str()), 1.0, 0.04);
  EXPECT_NEAR(std::atof(median_at(220).c_str()), 1.0, 0.04);  // The second one.
  EXPECT_NEAR(std::atof(median_at(221).c_str()), 0.001, 0.00004);
  (void)median_at(280);
  (void)median_at(340);
  EXPECT_EQ(median_at(341), "NaN");
}

TEST(MetricsPage, PassesPromtool) {
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "promtool is not installed";
  }
  Fixture fixture;
  const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / ("metrics-" + std::to_string(getpid()));
  std::ofstream(path) << fixture.render();
  const std::string command = "promtool check metrics < " + path.string() + " 2>&1";
  FILE* const pipe = popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string output;
  std::array<char, 256> buffer;
  while (fgets(buffer.data(), buffer.size(), pipe) != nullptr) output += buffer.data();
  EXPECT_EQ(pclose(pipe), 0) << output;
  EXPECT_EQ(output, "");
  std::filesystem::remove(path);
}

TEST(MetricsFormats, AreChosenByAccept) {
  const auto open = [](std::string_view accept) {
    return choose_metrics_format(accept) == MetricsFormat::kOpenMetrics;
  };
  EXPECT_FALSE(open(""));
  EXPECT_FALSE(open("*/*"));
  EXPECT_FALSE(open("text/plain"));
  EXPECT_TRUE(open("application/openmetrics-text"));
  EXPECT_TRUE(open("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.4,*/*;q=0.1"));
  EXPECT_TRUE(open("Application/OpenMetrics-Text; version=1.0.0, text/plain;version=0.0.4;q=0.9"));
  EXPECT_FALSE(open("application/openmetrics-text;q=0.4,text/plain;q=0.5"));
  EXPECT_FALSE(open("application/openmetrics-text;q=0"));
  EXPECT_FALSE(open("application/openmetrics-text;q=2"));
  EXPECT_FALSE(open("application/openmetrics-text;q=x"));
  EXPECT_EQ(content_type_of(MetricsFormat::kPrometheus),
            "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(content_type_of(MetricsFormat::kOpenMetrics),
            "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

}  // namespace
}  // namespace servanda
