#include "host/store/shard.h"

#include <fmt/format.h>

namespace moerate
{

int plain_number(std::string const& digits)
{
    bool const plain = !digits.empty() && digits.size() < 10 && digits.front() != '0' &&
                       digits.find_first_not_of("0123456789") == std::string::npos;
    return plain ? std::stoi(digits) : 0;
}

namespace
{

/// "3/7" with another text between the numbers.
std::optional<Shard> split_shard(std::string const& text, std::string const& between)
{
    std::size_t const at = text.find(between);
    if (at == std::string::npos)
        return std::nullopt;
    Shard const shard{plain_number(text.substr(0, at)),
                      plain_number(text.substr(at + between.size()))};
    if (shard.i < 1 || shard.i > shard.n)
        return std::nullopt;
    return shard;
}

} // namespace

std::string shard_text(Shard const& shard)
{
    return fmt::format("{}/{}", shard.i, shard.n);
}

std::optional<Shard> shard_of(std::string const& text)
{
    return split_shard(text, "/");
}

std::string store_file(std::optional<Shard> const& shard, std::string const& end)
{
    std::string const head = end == "log" ? "run" : "store";
    return shard ? fmt::format("{}.{}of{}.{}", head, shard->i, shard->n, end) : head + "." + end;
}

std::optional<StoreFileName> store_file_name(std::string const& name)
{
    std::string const head = "store.", tail = ".sqlite";
    if (name == "store.sqlite")
        return StoreFileName{};
    if (name.size() <= head.size() + tail.size() || name.rfind(head, 0) != 0 ||
        name.compare(name.size() - tail.size(), tail.size(), tail) != 0)
        return std::nullopt;
    auto const shard =
        split_shard(name.substr(head.size(), name.size() - head.size() - tail.size()), "of");
    return shard ? std::optional<StoreFileName>({shard}) : std::nullopt;
}

bool belongs_to_store(std::string const& name)
{
    std::string const store = ".sqlite";
    std::string stem = name;
    if (std::size_t const at = name.find(store); at != std::string::npos) {
        std::string const rest = name.substr(at + store.size());
        if (!rest.empty() && rest.front() != '-' && rest.rfind(".damaged", 0) != 0)
            return false;
        stem = name.substr(0, at);
    } else if (std::size_t const dot = name.rfind('.'); dot != std::string::npos) {
        std::string const end = name.substr(dot);
        bool const log = end == ".log" && name.rfind("run", 0) == 0;
        if (end != ".lock" && !log)
            return false;
        stem = (log ? "store" + name.substr(3) : name).substr(0, dot + (log ? 2 : 0));
    }
    return store_file_name(stem + store).has_value();
}

} // namespace moerate
