// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/relay.h"

#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace podd {

namespace {

constexpr size_t kMaxLine = size_t{48} << 10;
constexpr int kDefaultPriority = 6;    // LOG_INFO for both streams: programs log to stderr whatever they say
constexpr int kReadsOfFullPipe = 128;  // 1 MiB, the most that a container can make of it (pipe(7))
constexpr uint64_t kFirstRetryUsec = 100'000;
constexpr uint64_t kLastRetryUsec = 1'000'000;

// One for all streams, and none of an idle executor's own pages.
std::array<char, size_t{8} << 10> readBuffer;

// Takes a "<N>" off the line.
int takePriority(std::string_view& line) {
    if (line.size() < 3 || line[0] != '<' || line[1] < '0' || line[1] > '7' || line[2] != '>')
        return kDefaultPriority;
    const int priority = line[1] - '0';
    line.remove_prefix(3);
    return priority;
}

}  // namespace

Relay::Stream* Relay::add(UniqueFd pipe, std::string fields, pid_t pid, Task onEnd) {
    streams_.push_back(std::make_unique<Stream>());
    Stream* const stream = streams_.back().get();
    stream->pipe = std::move(pipe);
    stream->fields = std::move(fields);
    stream->pid = pid;
    stream->onEnd = std::move(onEnd);
    stream->readable = loop_.io(stream->pipe.get(), EPOLLIN, [this, stream] { (void)read(*stream); });
    if (stalled_)
        stream->readable.enable(false);
    return stream;
}

void Relay::abandon(Stream* stream) {
    stream->readsLeft = kReadsOfFullPipe;
    while (!stalled_ && read(*stream))
        continue;
}

// False when the stream has ended (and is gone) or journald has stopped the relay.
bool Relay::read(Stream& stream) {
    const ssize_t n = ::read(stream.pipe.get(), readBuffer.data(), readBuffer.size());
    const bool nothing = n < 0 && (errno == EAGAIN || errno == EINTR);
    if (n > 0)
        stream.held.append(readBuffer.data(), static_cast<size_t>(n));
    if (stream.readsLeft > 0)
        --stream.readsLeft;
    stream.endOfFile = nothing ? stream.readsLeft >= 0 : n <= 0 || stream.readsLeft == 0;
    if (!flush(stream))
        return false;
    const bool ended = stream.endOfFile;
    if (ended)
        end(stream);
    return !ended;
}

// Sends what is complete; false when journald did not take all of it.
bool Relay::flush(Stream& stream) {
    std::string_view rest = stream.held;
    bool taken = true;
    while (taken && !rest.empty()) {
        const size_t lineEnd = rest.substr(0, kMaxLine + 1).find('\n');
        const bool complete = lineEnd != std::string_view::npos;
        if (!complete && rest.size() <= kMaxLine && !stream.endOfFile)
            break;
        const size_t size = complete ? lineEnd : std::min(rest.size(), kMaxLine);
        taken = sendLine(stream, rest.substr(0, size), complete);
        if (taken)
            rest.remove_prefix(complete ? size + 1 : size);
    }
    if (rest.empty())
        std::string().swap(stream.held);  // gives the memory back
    else
        stream.held.erase(0, stream.held.size() - rest.size());
    return taken;
}

bool Relay::sendLine(Stream& stream, std::string_view line, bool complete) {
    int priority = stream.priority;
    if (!stream.split)
        priority = takePriority(line);
    const bool restOfNothing = stream.split && complete && line.empty();  // the split fell on the line's end
    if (!restOfNothing) {
        const Journal::Sent sent = journal_.send(stream.fields, priority, line, stream.pid);
        if (sent != Journal::Sent::yes) {
            stall(sent);
            return false;
        }
        retryUsec_ = 0;
    }
    stream.priority = priority;
    stream.split = !complete;
    return true;
}

void Relay::stall(Journal::Sent why) {
    stalled_ = true;
    for (const auto& stream : streams_)
        stream->readable.enable(false);
    if (why == Journal::Sent::full) {
        writable_ = loop_.io(journal_.descriptor(), EPOLLOUT, [this] { resume(); });
        return;
    }
    retryUsec_ = std::clamp(retryUsec_ * 2, kFirstRetryUsec, kLastRetryUsec);
    retry_ = loop_.timer(retryUsec_, [this] { resume(); });
}

void Relay::resume() {
    stalled_ = false;
    writable_.reset();
    retry_.reset();
    std::vector<Stream*> order;
    for (size_t i = 0; i < streams_.size(); ++i)
        order.push_back(streams_[(turn_ + i) % streams_.size()].get());
    ++turn_;
    for (Stream* const stream : order) {
        if (!flush(*stream))
            return;
        if (stream->endOfFile)
            end(*stream);
        else if (stream->readsLeft >= 0)
            abandon(stream);
        if (stalled_)
            return;
    }
    for (const auto& stream : streams_)
        stream->readable.enable(true);
}

void Relay::end(Stream& stream) {
    const Task onEnd = std::move(stream.onEnd);
    std::erase_if(streams_, [&](const auto& each) { return each.get() == &stream; });
    if (onEnd)
        onEnd();
}

size_t Relay::unsentBytes() const {
    size_t bytes = 0;
    for (const auto& stream : streams_) {
        int inPipe = 0;
        (void)::ioctl(stream->pipe.get(), FIONREAD, &inPipe);
        bytes += stream->held.size() + static_cast<size_t>(inPipe);
    }
    return bytes;
}

}  // namespace podd
