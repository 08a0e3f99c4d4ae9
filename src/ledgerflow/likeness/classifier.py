"""M9's classifier, gradient boosting of scikit-learn: the one thing in likeness that numpy alone cannot do.

The folds never split a customer; else it would learn whom it has seen, and call real books made.
"""

from importlib.util import find_spec

import numpy as np

from ledgerflow.habits.lines import Codes
from ledgerflow.likeness.features import Examples

_MOST = 5_000  # examples of each set
_FOLDS = 5


def is_installed() -> bool:
    """Whether scikit-learn is there; it comes with `pip install 'ledgerflow[likeness]'`."""
    return find_spec("sklearn") is not None


def boosted_auc(real: Examples, made: Examples) -> float:
    """The area under the ROC curve of a gradient boosting that tells the two sets apart, cross-validated."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    most = min(_MOST, len(real.rows), len(made.rows))
    chosen = [_sample(len(one.rows), most) for one in (real, made)]
    rows = np.concatenate([one.rows[places] for one, places in zip((real, made), chosen, strict=True)])
    made_or_not = np.repeat([0.0, 1.0], most)
    with threadpool_limits(1):  # on a busy machine its threads wait for one another: 55 s instead of 3.5
        guesses = cross_val_predict(
            HistGradientBoostingClassifier(max_iter=100, learning_rate=0.1, random_state=0),
            rows,
            made_or_not,
            cv=StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=0),
            groups=_in_order_of_appearance(real.group[chosen[0]], made.group[chosen[1]]),
            method="predict_proba",
        )
    return float(roc_auc_score(made_or_not, guesses[:, 1]))


def _sample(count: int, most: int) -> Codes:
    """The same places each time: a score must not depend on dice."""
    return np.random.RandomState(0).choice(count, most, replace=False)


def _in_order_of_appearance(real: Codes, made: Codes) -> Codes:
    """Groups as 0, 1, 2 …; those of the two sets have nothing in common."""
    keys = np.concatenate([real * 2, made * 2 + 1])
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    numbers: Codes = np.argsort(np.argsort(first))[inverse]
    return numbers
