"""scikit-learn's HistGradientBoostingClassifier, prequentially: rows.csv cutoffs.txt answers.csv seed. Prints its version and CPU seconds."""
import sys
import time

try:
    import numpy as np
    import sklearn
    from sklearn.ensemble import HistGradientBoostingClassifier
except ImportError as missing:
    sys.exit(f"{missing}. On Debian: apt-get install python3-sklearn")

rows, cutoffs, answers, seed = sys.argv[1:]
with open(rows) as file:
    names = file.readline().strip().split(",")[3:]
data = np.genfromtxt(rows, delimiter=",", skip_header=1)
target, at, known, features = data[:, 0], data[:, 1], data[:, 2], data[:, 3:]
# Words with more values than it takes stay numbers: their codes.
words = [name.startswith("c:") and np.nanmax(features[:, i], initial=0) < 250 for i, name in enumerate(names)]
cuts = np.atleast_1d(np.loadtxt(cutoffs))
with open(answers, "w") as out:
    for i, cut in enumerate(cuts):
        end = cuts[i + 1] if i + 1 < len(cuts) else np.inf
        train = (at < cut) & (known < cut)
        test = np.flatnonzero((at >= cut) & (at < end))
        if len(test) == 0 or len(np.unique(target[train])) < 2:
            continue
        model = HistGradientBoostingClassifier(categorical_features=words, random_state=int(seed)).fit(features[train], target[train])
        for row, probability in zip(test, model.predict_proba(features[test])[:, 1]):
            out.write(f"{row},{float(probability)!r}\n")
print(sklearn.__version__, time.process_time())
