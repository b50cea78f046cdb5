"""Credit on prepaid meters: what was bought less what was used, and never let run out."""

import numpy as np
import pytest

from simulators.cards import issue_card, purchases, remaining_m3
from simulators.seeds import generator


@pytest.mark.parametrize("seed", range(20))
def test_credit_is_what_was_bought_less_what_was_used(seed: int) -> None:
    card = issue_card(12.0, generator(seed, "card"))
    used = np.linspace(0, 20 * card.purchase_m3, 5001)
    left = remaining_m3(card, used)
    bought = purchases(card, used)
    assert left == pytest.approx(card.opening_remaining_m3 + bought * card.purchase_m3 - used)
    assert np.all(left >= card.trigger_m3 - 1e-9)
    assert np.all(left <= card.trigger_m3 + card.purchase_m3 + 1e-9)
    assert set(np.diff(bought)) == {0, 1}
    assert card.alarm_m3 < card.trigger_m3
