// SPDX-License-Identifier: LGPL-2.1-or-later
// The machine's end: a process for each virtio-serial port, each of which runs one
// command at a time for whoever is connected on the host. A command whose caller
// has gone makes way for the next one.
//
// Like those who look into a lab machine from outside, it and its commands are in
// init.scope: they belong to no unit, and the fingerprint leaves them out.
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "lines.h"

namespace {

[[noreturn]] void fail(const std::string& what) {
    dprintf(2, "agent: %s: %s\n", what.c_str(), strerror(errno));
    _exit(127);
}

void closeFd(int& fd) {
    if (fd >= 0) {
        close(fd);
    }
    fd = -1;
}

struct Pipe {
    Pipe() {
        if (pipe2(ends, O_CLOEXEC) < 0) {
            fail("pipe");
        }
    }
    int ends[2];
};

void setEnvironment(const std::string& user) {
    const std::string home = user == "root" ? "/root" : "/home/" + user;
    clearenv();
    for (const auto& [name, value] : {std::pair<const char*, const char*>{"HOME", home.c_str()},
                                      {"USER", user.c_str()},
                                      {"LOGNAME", user.c_str()},
                                      {"LANG", "C.UTF-8"},
                                      {"TERM", "dumb"},
                                      {"PAGER", "cat"},
                                      {"SYSTEMD_PAGER", "cat"},
                                      {"SYSTEMD_COLORS", "0"},
                                      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}}) {
        setenv(name, value, 1);
    }
}

[[noreturn]] void becomeCommand(const std::string& user, std::vector<std::string> words) {
    if (user != "root") {
        words.insert(words.begin(), {"setpriv", "--reuid=" + user, "--regid=" + user, "--init-groups", "--"});
    }
    std::vector<char*> argv;
    for (std::string& word : words) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    setEnvironment(user);
    signal(SIGPIPE, SIG_DFL);
    execvp(argv[0], argv.data());
    fail(words[0]);
}

std::vector<std::string> splitAtNuls(const std::string& text) {
    std::vector<std::string> words;
    for (std::size_t at = 0, end = 0; (end = text.find('\0', at)) != std::string::npos; at = end + 1) {
        words.push_back(text.substr(at, end - at));
    }
    return words;
}

class Port {
public:
    explicit Port(const char* path) : port_(open(path, O_RDWR | O_CLOEXEC)) {
        if (port_ < 0) {
            fail(path);
        }
    }

    [[noreturn]] void serve() {
        for (;;) {
            pollfd polled[] = {{port_, POLLIN, 0},
                               {output_, POLLIN, 0},
                               {errors_, POLLIN, 0},
                               {unwritten_.empty() ? -1 : input_, POLLOUT, 0},
                               {process_, POLLIN, 0}};
            if (poll(polled, 5, -1) < 0) {
                continue;
            }
            if (polled[1].revents != 0) {
                relay('O', output_);
            }
            if (polled[2].revents != 0) {
                relay('E', errors_);
            }
            if (polled[3].revents != 0) {
                feed();
            }
            if (polled[4].revents != 0) {
                reap();
            }
            if (polled[0].revents != 0) {
                listen();
            }
            if (running_ && pid_ == 0 && output_ < 0 && errors_ < 0) {
                say('X', std::to_string(status_));
                end();
            }
        }
    }

private:
    void say(char kind, std::string_view data) { writeToPort(channel::encode(kind, data)); }

    // Waits while nobody is connected (drivers/char/virtio_console.c, will_write_block()).
    void writeToPort(std::string_view text) {
        while (!text.empty()) {
            const ssize_t done = write(port_, text.data(), text.size());
            if (done < 0 && errno != EINTR && errno != EAGAIN) {
                fail("write to the port");
            }
            text.remove_prefix(done < 0 ? 0 : static_cast<std::size_t>(done));
        }
    }

    void listen() {
        char buffer[64 * 1024];
        const ssize_t size = read(port_, buffer, sizeof(buffer));
        if (size == 0) {
            // Nobody is connected. A port says so again and again, but does take a write only once somebody is. That
            // somebody may have sent a request which was read already: connections and data come in queues of their own.
            writeToPort("\n");
            return;
        }
        lines_.add({buffer, size > 0 ? static_cast<std::size_t>(size) : 0});
        while (const auto line = lines_.next()) {
            if (line->kind == 'R') {
                end();
                begin(splitAtNuls(line->data));
            } else if (line->kind == 'I' && line->data.empty()) {
                inputEnded_ = true;
                feed();
            } else if (line->kind == 'I' && input_ >= 0) {
                unwritten_ += line->data;
                feed();
            }
        }
    }

    void begin(const std::vector<std::string>& request) {
        if (request.size() < 3) {
            return;
        }
        const Pipe input;
        const Pipe output;
        const Pipe errors;
        pid_ = fork();
        if (pid_ < 0) {
            fail("fork");
        }
        if (pid_ == 0) {
            setsid();
            dup2(input.ends[0], 0);
            dup2(output.ends[1], 1);
            dup2(errors.ends[1], 2);
            becomeCommand(request[1], {request.begin() + 2, request.end()});
        }
        process_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
        close(input.ends[0]);
        close(output.ends[1]);
        close(errors.ends[1]);
        input_ = input.ends[1];
        output_ = output.ends[0];
        errors_ = errors.ends[0];
        fcntl(input_, F_SETFL, O_NONBLOCK);
        running_ = true;
        say('S', request[0]);
    }

    void relay(char kind, int& fd) {
        char buffer[channel::kChunk];
        const ssize_t size = read(fd, buffer, sizeof(buffer));
        if (size > 0) {
            say(kind, {buffer, static_cast<std::size_t>(size)});
        } else if (size == 0) {
            closeFd(fd);
        }
    }

    void feed() {
        if (input_ >= 0 && !unwritten_.empty()) {
            const ssize_t done = write(input_, unwritten_.data(), unwritten_.size());
            if (done < 0 && errno != EAGAIN && errno != EINTR) {
                closeFd(input_);
                unwritten_.clear();
            }
            unwritten_.erase(0, done > 0 ? static_cast<std::size_t>(done) : 0);
        }
        if (inputEnded_ && unwritten_.empty()) {
            closeFd(input_);
        }
    }

    void reap() {
        int status = 0;
        waitpid(pid_, &status, 0);
        status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        pid_ = 0;
        closeFd(process_);
    }

    // Nothing of a command is left but what has made itself a session of its own.
    void end() {
        if (pid_ > 0) {
            kill(-pid_, SIGKILL);
            reap();
        }
        closeFd(input_);
        closeFd(output_);
        closeFd(errors_);
        unwritten_.clear();
        inputEnded_ = false;
        running_ = false;
    }

    int port_;
    channel::Lines lines_;
    bool running_ = false;
    pid_t pid_ = 0;  // 0: none, or reaped
    int process_ = -1;
    int status_ = 0;
    int input_ = -1, output_ = -1, errors_ = -1;
    std::string unwritten_;
    bool inputEnded_ = false;
};

void joinInitScope() {
    const int fd = open("/sys/fs/cgroup/init.scope/cgroup.procs", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "0", 1) < 0) {
        fail("init.scope");
    }
    close(fd);
}

}  // namespace

int main() {
    glob_t ports{};
    if (glob("/dev/vport*p*", 0, nullptr, &ports) != 0) {
        errno = ENODEV;
        fail("/dev/vport*");
    }
    joinInitScope();
    signal(SIGPIPE, SIG_IGN);
    if (chdir("/") < 0) {
        fail("/");
    }
    for (std::size_t i = 0; i < ports.gl_pathc; ++i) {
        const pid_t pid = fork();
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            Port(ports.gl_pathv[i]).serve();
        }
        if (pid < 0) {
            fail("fork");
        }
    }
    // None of them ends. If one does, systemd starts all anew.
    wait(nullptr);
    return 1;
}
