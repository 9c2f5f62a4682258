#include "interfaces/http/server.hpp"
#include "tests/unit/interfaces/http/http_harness.hpp"

#include <boost/asio/co_spawn.hpp>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

namespace learnd::interfaces::http {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

const std::string kHealth = request("GET", "/healthz");

class HttpServer : public testing::Test {
 protected:
  HttpServer() : work_(boost::asio::make_work_guard(io_)) {
    char place[] = "/tmp/learnd-http-XXXXXX";
    folder_ = ::mkdtemp(place);
    settings_.socket = (folder_ / "run" / "learnd.sock").string();
    thread_ = std::thread([this] { io_.run(); });
  }

  ~HttpServer() override {
    stop();
    work_.reset();
    io_.stop();
    thread_.join();
    fs::remove_all(folder_);
  }

  template <class Work>
  auto onThread(Work work) {
    auto task = std::make_shared<std::packaged_task<decltype(work())()>>(std::move(work));
    auto result = task->get_future();
    boost::asio::post(io_, [task] { (*task)(); });
    return result.get();
  }

  /// Its error's text; empty where it started.
  std::string start() {
    return onThread([this] {
      server_.emplace(io_.get_executor(), core_.services, settings_);
      const auto started = server_->start();
      return started ? std::string() : started.error().message();
    });
  }

  void stop() {
    if (!server_) return;
    auto done = std::make_shared<std::promise<void>>();
    boost::asio::post(io_, [this, done] {
      boost::asio::co_spawn(io_, server_->stop(std::chrono::milliseconds(2000)), [done](std::exception_ptr) { done->set_value(); });
    });
    done->get_future().wait();
    onThread([this] { server_.reset(); });
  }

  /// A socket that is not connected yet.
  static int makeSocket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }
  static bool connectTo(int descriptor, const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size());
    return ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  [[nodiscard]] TestClient connect() const {
    TestClient client(makeSocket());
    EXPECT_TRUE(connectTo(client.descriptor(), settings_.socket));
    return client;
  }

  fs::path folder_;
  ServerSettings settings_;
  fakes::TestServices core_;
  boost::asio::io_context io_;
  std::optional<Server> server_;

 private:
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

TEST_F(HttpServer, ListensWhereItIsToldWithTheModeThatItIsTold) {
  settings_.mode = 0620;
  ASSERT_EQ(start(), "");
  struct stat there {};
  ASSERT_EQ(::stat(settings_.socket.c_str(), &there), 0);
  EXPECT_TRUE(S_ISSOCK(there.st_mode));
  EXPECT_EQ(there.st_mode & 0777U, 0620U);
  EXPECT_EQ(connect().ask(kHealth).status, 200);
}

TEST_F(HttpServer, TakesItsSocketAwayAtTheEnd) {
  ASSERT_EQ(start(), "");
  stop();
  EXPECT_FALSE(fs::exists(settings_.socket));
}

TEST_F(HttpServer, LeavesASocketThatAnotherOneHasPutThere) {
  ASSERT_EQ(start(), "");
  fs::remove(settings_.socket);
  auto other = listenUnix(settings_.socket, 0600, std::nullopt);
  ASSERT_TRUE(other);
  stop();
  EXPECT_TRUE(fs::exists(settings_.socket));
  ::close(other->descriptor);
}

TEST_F(HttpServer, ReplacesASocketThatNobodyAnswersAt) {
  {
    auto left = listenUnix(settings_.socket, 0600, std::nullopt);
    ASSERT_TRUE(left);
    ::close(left->descriptor);
    // As after a kill: the file stays.
    fs::rename(settings_.socket, settings_.socket + ".kept");
  }
  fs::rename(settings_.socket + ".kept", settings_.socket);
  ASSERT_EQ(start(), "");
  EXPECT_EQ(connect().ask(kHealth).status, 200);
}

TEST_F(HttpServer, LeavesADaemonThatAnswersAndAFileOfAnotherKindAlone) {
  ASSERT_EQ(start(), "");
  auto second = listenUnix(settings_.socket, 0600, std::nullopt);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message().find("in use"), std::string::npos);
  const std::string file = (folder_ / "a-file").string();
  std::ofstream(file) << "precious";
  fs::create_symlink(file, folder_ / "a-link");
  for (const auto& wrong : {file, (folder_ / "a-link").string()}) {
    const auto listener = listenUnix(wrong, 0600, std::nullopt);
    ASSERT_FALSE(listener);
    EXPECT_NE(listener.error().message().find("no socket"), std::string::npos) << listener.error().message();
    EXPECT_NE(listener.error().message().find("server.socket"), std::string::npos);
  }
  EXPECT_TRUE(fs::is_symlink(folder_ / "a-link"));
  EXPECT_EQ(fs::file_size(file), 8U);
}

TEST_F(HttpServer, SaysWhatIsWrongWithAPath) {
  settings_.socket = "/proc/learnd.sock";
  EXPECT_NE(start().find("server.socket"), std::string::npos);
  settings_.socket = "/tmp/" + std::string(200, 'x');
  EXPECT_NE(start().find("107 bytes"), std::string::npos);
  server_.reset();
}

TEST_F(HttpServer, TakesOverASocketThatIsPassedIn) {
  auto passed = listenUnix((folder_ / "passed.sock").string(), 0600, std::nullopt);
  ASSERT_TRUE(passed);
  settings_.passed = {passed->descriptor};
  ASSERT_EQ(start(), "");
  EXPECT_FALSE(fs::exists(settings_.socket));
  TestClient client(makeSocket());
  ASSERT_TRUE(connectTo(client.descriptor(), (folder_ / "passed.sock").string()));
  EXPECT_EQ(client.ask(kHealth).status, 200);
  stop();
  EXPECT_TRUE(fs::exists(folder_ / "passed.sock"));
}

TEST_F(HttpServer, RefusesWhatCannotBeListenedOn) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  settings_.passed = {ends[0]};
  EXPECT_NE(start(), "");
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(HttpServer, ServesTcpOnLoopbackAlone) {
  for (const char* wrong : {"0.0.0.0:8300", "192.168.1.1:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:99999", "here:80"}) {
    EXPECT_FALSE(listenTcp(wrong)) << wrong;
  }
  auto free = listenTcp("127.0.0.1:0");
  ASSERT_TRUE(free);
  settings_.passed = {*free};
  ASSERT_EQ(start(), "");
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  ASSERT_EQ(::getsockname(*free, reinterpret_cast<sockaddr*>(&address), &size), 0);
  TestClient client(::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(client.descriptor(), reinterpret_cast<const sockaddr*>(&address), size), 0);
  EXPECT_EQ(client.ask(kHealth).status, 200);
  const auto stored =
      client.ask(request("POST", "/v1/solutions", R"({"query":"over TCP","solution":"s"})", "Content-Type: application/json\r\n"));
  EXPECT_NE(stored.body.find("\"created_by\":65534"), std::string::npos) << stored.body;
  EXPECT_EQ(client.ask("GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n").status, 403);
}

TEST_F(HttpServer, RecordsWhoStored) {
  ASSERT_EQ(start(), "");
  const auto stored = connect().ask(request("POST", "/v1/solutions", R"({"query":"who?","solution":"me"})"));
  EXPECT_NE(stored.body.find("\"created_by\":" + std::to_string(::getuid()) + ","), std::string::npos) << stored.body;
}

TEST_F(HttpServer, GoesOnAfterItRanOutOfDescriptors) {
  ASSERT_EQ(start(), "");
  TestClient first(makeSocket());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 3;  // lower than any that is free: nothing more can be opened
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  EXPECT_TRUE(connectTo(first.descriptor(), settings_.socket));
  first.send(kHealth);
  std::this_thread::sleep_for(150ms);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(first.receive().status, 200);
}

TEST_F(HttpServer, ServesManyClientsAtOnce) {
  ASSERT_EQ(start(), "");
  std::vector<TestClient> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(connect());
  for (auto& client : clients) client.send(kHealth);
  for (auto& client : clients) EXPECT_EQ(client.receive().status, 200);
}

}  // namespace
}  // namespace learnd::interfaces::http
