#include "host/core/streams.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace moerate
{

void guard_streams()
{
    for (int const descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (fcntl(descriptor, F_GETFD) == -1 && errno == EBADF) {
            int const wrong_way = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
            // The lowest free number, which is this one. Without /dev/null there is nothing to do.
            if (open("/dev/null", wrong_way) < 0)
                break;
        }
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

void say(std::FILE* out, std::string_view text) noexcept
{
    std::fwrite(text.data(), 1, text.size(), out);
    std::fflush(out);
}

bool reader_is_gone(int descriptor) noexcept
{
    pollfd asked{descriptor, POLLOUT, 0};
    return poll(&asked, 1, 0) > 0 && (asked.revents & POLLERR) != 0;
}

void end_without_reader() noexcept
{
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
    std::_Exit(128 + SIGPIPE); // where the signal is blocked
}

bool write_all(int descriptor, std::string_view bytes) noexcept
{
    while (!bytes.empty()) {
        ssize_t const written = write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0)
            bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace moerate
