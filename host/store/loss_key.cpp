#include "host/store/store.h"
#include "host/study/loss_words.h"
#include "kernels/family/losses.h"

#include <fmt/format.h>

namespace moerate
{

LossKey loss_key(LossSpec const& loss, std::string const& at)
{
    LossKey key;
    visit(Losses{}, loss.choice.loss, [&](auto member) {
        key.name = member.name;
        key.r = member.has_r ? loss.choice.r : 1.0;
    });
    key.gauge = loss.choice.gauge == Gauge::align ? "align" : "none";
    key.target = word_of(loss.target);
    if (loss.revision > 1)
        key.target += fmt::format(" {}", loss.revision);
    key.at = at;
    return key;
}

std::string loss_text(LossKey const& key)
{
    std::string text = key.name;
    visit(Losses{}, find<Losses>(key.name), [&](auto loss) {
        if (loss.has_r)
            text += fmt::format(" r={:g}", key.r);
    });
    if (key.gauge != "align")
        text += " gauge=" + key.gauge;
    return key.target == "truth" ? text : text + " target=" + key.target;
}

} // namespace moerate
