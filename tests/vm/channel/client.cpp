// SPDX-License-Identifier: LGPL-2.1-or-later
// The host's end: runs one command in a machine.
//
//   client DIR USER COMMAND…
//
// DIR has the machine's channels: channel.1, channel.2 … are sockets of QEMU. The
// first that no other client has locked is taken. Input, output and exit status
// go through; 125 is a failure of the channel itself. When the client ends before
// its command, the next client of the channel ends that.
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "lines.h"

namespace {

constexpr int kBroken = 125;

[[noreturn]] void fail(const std::string& what, int error = 0) {
    dprintf(2, "vm: %s%s%s\n", what.c_str(), error != 0 ? ": " : "", error != 0 ? strerror(error) : "");
    _exit(kBroken);
}

int connectTo(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) {
        fail("'" + path + "' is too long for a socket");
    }
    path.copy(address.sun_path, path.size());
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) < 0) {
        fail("the machine does not run", errno);
    }
    return fd;
}

// The lock is held until this process ends.
int freeChannel(const std::string& directory) {
    for (int number = 1;; ++number) {
        const std::string path = directory + "/channel." + std::to_string(number);
        if (access(path.c_str(), F_OK) < 0) {
            fail(number == 1 ? "there is no such machine" : "all channels of the machine are in use");
        }
        const int lock = open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (lock < 0) {
            fail(path + ".lock", errno);
        }
        if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
            return connectTo(path);
        }
        close(lock);
    }
}

std::string newToken() {
    unsigned char bytes[12];
    if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes)) {
        fail("getrandom", errno);
    }
    std::string token;
    for (const unsigned char byte : bytes) {
        token += channel::kDigits[byte & 63];
    }
    return token;
}

void writeAll(int fd, std::string_view data) {
    while (!data.empty()) {
        const ssize_t done = write(fd, data.data(), data.size());
        if (done < 0 && errno != EINTR) {
            fail("output", errno);
        }
        data.remove_prefix(done < 0 ? 0 : static_cast<std::size_t>(done));
    }
}

class Session {
public:
    Session(int socket, std::string token, std::string request) : socket_(socket), token_(std::move(token)) {
        pending_ = "\n" + channel::encode('R', request);
    }

    int run() {
        while (status_ < 0) {
            pollfd polled[] = {
                {socket_, static_cast<short>(pending_.empty() ? POLLIN : POLLIN | POLLOUT), 0},
                {inputOpen_ && pending_.size() < channel::kChunk ? 0 : -1, POLLIN, 0},
            };
            if (poll(polled, 2, -1) < 0) {
                continue;
            }
            if (polled[1].revents != 0) {
                readInput();
            }
            if ((polled[0].revents & POLLOUT) != 0) {
                send();
            }
            if ((polled[0].revents & ~POLLOUT) != 0) {
                receive();
            }
        }
        return status_;
    }

private:
    void readInput() {
        char buffer[channel::kChunk];
        const ssize_t size = read(0, buffer, sizeof(buffer));
        inputOpen_ = size > 0;
        pending_ += channel::encode('I', {buffer, size > 0 ? static_cast<std::size_t>(size) : 0});
    }

    void send() {
        const ssize_t size = ::send(socket_, pending_.data(), pending_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        pending_.erase(0, size > 0 ? static_cast<std::size_t>(size) : 0);
    }

    void receive() {
        char buffer[64 * 1024];
        const ssize_t size = recv(socket_, buffer, sizeof(buffer), MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (size <= 0) {
            fail("the machine has ended");
        }
        lines_.add({buffer, static_cast<std::size_t>(size)});
        while (const auto line = lines_.next()) {
            take(*line);
        }
    }

    void take(const channel::Line& line) {
        if (line.kind == 'S') {
            ours_ = line.data == token_;
        } else if (ours_ && (line.kind == 'O' || line.kind == 'E')) {
            writeAll(line.kind == 'O' ? 1 : 2, line.data);
        } else if (ours_ && line.kind == 'X') {
            status_ = atoi(line.data.c_str());
        }
    }

    int socket_;
    std::string token_;
    std::string pending_;
    channel::Lines lines_;
    bool inputOpen_ = true;
    bool ours_ = false;
    int status_ = -1;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        fail("usage: client DIR USER COMMAND…");
    }
    const std::string token = newToken();
    std::string request = token + '\0';
    for (int i = 2; i < argc; ++i) {
        request.append(argv[i]).push_back('\0');
    }
    return Session(freeChannel(argv[1]), token, request).run();
}
