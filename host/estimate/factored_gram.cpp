#include "host/estimate/factored_gram.h"

#include "kernels/lse/factors_api.h"
#include "kernels/lse/fold_api.h"
#include "kernels/lse/product_api.h"
#include "kernels/model/limits.h"

#include <algorithm>

namespace moerate
{
namespace
{

/// Samples of a call: all of a small fit, rounded up, and so many of a large one.
constexpr int most_call_samples = 1024;
constexpr int sample_step = 4 * chunk;

/// Fits of a call, as far as its memory stays below 256 MiB, but at least one; calls stand side by
/// side as far as all of their memory stays below 1 GiB. That is of the quarter of a board which no
/// fit has (lse_memory.h).
constexpr std::size_t most_fits = 32;
constexpr std::size_t call_numbers = std::size_t{1} << 25;
constexpr std::size_t list_numbers = std::size_t{1} << 27;

/// What memory a call has begins like the allocation itself, so that no kernel is chosen by that.
constexpr std::size_t numbers_align = 32;

template <class Whole>
Whole rounded_up(Whole count, Whole step)
{
    return (count + step - 1) / step * step;
}

} // namespace

bool FactoredGram::Kind::like(Kind const& other) const
{
    bool same = samples == other.samples && calls == other.calls &&
                layout.products == other.layout.products;
    for (int i = 0; same && i < layout.products; ++i)
        same = layout.product[i].pairs == other.layout.product[i].pairs &&
               layout.product[i].monomials == other.layout.product[i].monomials;
    return same;
}

std::size_t FactoredGram::Kind::side_by_side(std::size_t count) const
{
    std::size_t const most = std::max<std::size_t>(1, list_numbers / numbers);
    return std::min(most, (count + fits - 1) / fits);
}

FactoredGram::Kind FactoredGram::kind_of(Model const& model, int n)
{
    Kind kind{};
    kind.layout = gram_layout(model);
    kind.samples = std::min(rounded_up(n, sample_step), most_call_samples);
    kind.calls = (n + kind.samples - 1) / kind.samples;
    kind.rows = factor_row(kind.layout, kind.layout.products);
    std::size_t const own = kind.layout.numbers + kind.row_numbers();
    kind.fits = static_cast<int>(std::clamp<std::size_t>(call_numbers / own, 1, most_fits));
    kind.all_sums = rounded_up(kind.fits * kind.layout.numbers, numbers_align);
    kind.numbers = kind.all_sums + rounded_up(kind.fits * kind.row_numbers(), numbers_align);
    return kind;
}

int FactoredGram::expect(Model const& model, int n)
{
    Kind const kind = kind_of(model, n);
    auto found = std::find_if(kinds_.begin(), kinds_.end(),
                              [&](Kind const& other) { return kind.like(other); });
    if (found == kinds_.end())
        found = kinds_.insert(kinds_.end(), kind);
    numbers_ = std::max(numbers_, found->side_by_side(++found->expected) * found->numbers);
    return static_cast<int>(found - kinds_.begin());
}

/// Of the fit at a place of a list.
double* FactoredGram::sums(Kind const& kind, std::size_t place) const
{
    return memory_.data() + place / kind.fits * kind.numbers +
           place % kind.fits * kind.layout.numbers;
}

double* FactoredGram::factors(Kind const& kind, std::size_t place) const
{
    return memory_.data() + place / kind.fits * kind.numbers + kind.all_sums +
           place % kind.fits * kind.row_numbers();
}

/// The factors of the samples of call number `call` of each fit.
void FactoredGram::write(Kind const& kind, int call, List const& list)
{
    int const parts = (kind.rows + factor_list - 1) / factor_list;
    std::vector<FactorsTask> tasks;
    for (std::size_t i = 0; i < list.size(); ++i) {
        FactoredFit const& fit = *list[i].fit;
        for (int part = 0; part < parts; ++part)
            tasks.push_back({fit.model, fit.n, fit.x, fit.coefficients, call * kind.samples,
                             kind.samples, factors(kind, i), part, parts});
    }
    std::vector<double> const seconds = device_.run(tasks);
    for (std::size_t i = 0; i < tasks.size(); ++i)
        *list[i / static_cast<std::size_t>(parts)].seconds += seconds[i];
}

/// Multiplies them; what is not the first call's is added.
void FactoredGram::multiply(Kind const& kind, int call, List const& list)
{
    auto const samples = static_cast<std::size_t>(kind.samples);
    std::vector<ProductTask> tasks;
    for (std::size_t place = 0; place < list.size(); place += kind.fits) {
        for (int p = 0; p < kind.layout.products; ++p) {
            GramProduct const& product = kind.layout.product[p];
            double* const left = factors(kind, place) + factor_row(kind.layout, p) * samples;
            tasks.push_back({kind.fits, product.pairs, product.monomials, kind.samples, left,
                             left + product.pairs * samples, kind.row_numbers(),
                             sums(kind, place) + product.begin, product.stride, kind.layout.numbers,
                             call == 0 ? 0 : 1});
        }
    }
    double all = 0;
    for (double const seconds : device_.run(tasks))
        all += seconds;
    for (Entry const& entry : list)
        *entry.seconds += all / static_cast<double>(list.size());
}

void FactoredGram::fold(Kind const& kind, List const& list)
{
    std::vector<FoldTask> tasks;
    for (std::size_t i = 0; i < list.size(); ++i)
        tasks.push_back({list[i].fit->model, list[i].fit->theta, sums(kind, i), list[i].fit->gram});
    std::vector<double> const seconds = device_.run(tasks);
    for (std::size_t i = 0; i < list.size(); ++i)
        *list[i].seconds += seconds[i];
}

std::vector<double> FactoredGram::run(std::vector<FactoredFit> const& fits)
{
    std::vector<double> seconds(fits.size());
    std::vector<List> lists(kinds_.size());
    auto const finish = [&](std::size_t k) {
        Kind const& kind = kinds_[k];
        for (int call = 0; call < kind.calls; ++call) {
            write(kind, call, lists[k]);
            multiply(kind, call, lists[k]);
        }
        fold(kind, lists[k]);
        lists[k].clear();
    };
    for (std::size_t i = 0; i < fits.size(); ++i) {
        auto const k = static_cast<std::size_t>(fits[i].kind);
        lists[k].push_back({&fits[i], &seconds[i]});
        if (lists[k].size() == kinds_[k].side_by_side(kinds_[k].expected) * kinds_[k].fits)
            finish(k);
    }
    for (std::size_t k = 0; k < lists.size(); ++k)
        if (!lists[k].empty())
            finish(k);
    return seconds;
}

} // namespace moerate
