#pragma once

/// @file
/// Runs the moerate binary as its users do.

#include "tests/places.h"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace process
{

/// How a process ended.
struct Result
{
    int code = -1; ///< exit code; -1 if a signal ended it
    int signal = 0;
    std::string out, err;
};

inline std::string read_file(std::string const& name)
{
    std::ifstream in(name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(std::string const& name, std::string const& text)
{
    std::ofstream(name, std::ios::binary) << text;
}

/// How often `text` stands in `all`.
inline int count(std::string const& all, std::string const& text)
{
    int times = 0;
    for (std::size_t at = all.find(text); at != std::string::npos; at = all.find(text, at + 1))
        ++times;
    return times;
}

/// A running moerate, or another program; stdout and stderr go to files in `folder`.
class Moerate
{
public:
    Moerate(std::string const& folder, std::vector<std::string> const& arguments,
            std::string const& program = MOE_BINARY_DIR "/moerate")
        : out_(folder + "/stdout"), err_(folder + "/stderr")
    {
        std::vector<std::string> words = {program};
        words.insert(words.end(), arguments.begin(), arguments.end());
        std::vector<char*> argv;
        for (std::string& word : words)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        pid_ = fork();
        if (pid_ == 0) {
            redirect(out_, STDOUT_FILENO);
            redirect(err_, STDERR_FILENO);
            execv(argv[0], argv.data());
            _exit(127);
        }
    }
    ~Moerate()
    {
        if (pid_ > 0) {
            kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
        }
    }
    Moerate(Moerate const&) = delete;
    Moerate& operator=(Moerate const&) = delete;

    void send(int signal) const { kill(pid_, signal); }

    /// Whether it has not ended yet.
    bool running() const
    {
        siginfo_t info{};
        waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
        return info.si_pid == 0;
    }

    /// Waits until `file` holds `text` at least `times` times; false if the process ends before or
    /// a minute passes.
    bool wait_for(std::string const& file, std::string const& text, int times = 1) const
    {
        for (int i = 0; i < 60 * 200; ++i) {
            if (count(read_file(file), text) >= times)
                return true;
            if (!running())
                return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return false;
    }
    /// The same on its stderr.
    bool wait_for(std::string const& text) const { return wait_for(err_, text); }

    /// Waits for its end.
    Result wait()
    {
        Result result;
        int status = 0;
        waitpid(pid_, &status, 0);
        pid_ = -1;
        result.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        result.out = read_file(out_);
        result.err = read_file(err_);
        return result;
    }

private:
    static void redirect(std::string const& file, int to)
    {
        int const from = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
        dup2(from, to);
    }

    std::string out_, err_;
    pid_t pid_ = -1;
};

/// Runs moerate to its end.
inline Result run(std::string const& folder, std::vector<std::string> const& arguments)
{
    return Moerate(folder, arguments).wait();
}

} // namespace process
