"""scikit-learn's DecisionTreeClassifier of some number of leaves: rows.csv cutoffs.txt answers.csv seed leaves. Trains on rows before the cut-off; prints its version and CPU seconds."""
import sys
import time

try:
    import numpy as np
    import sklearn
    from sklearn.tree import DecisionTreeClassifier
except ImportError as missing:
    sys.exit(f"{missing}. On Debian: apt-get install python3-sklearn")

rows, cutoffs, answers, seed, leaves = sys.argv[1:]
with open(rows) as file:
    names = file.readline().strip().split(",")[3:]
data = np.genfromtxt(rows, delimiter=",", skip_header=1)
target, at, values = data[:, 0], data[:, 1], data[:, 3:]
# A tree of this kind takes numbers only: a column for each word, and far below every number what is missing.
columns = []
for i, name in enumerate(names):
    column = values[:, i]
    columns += [column == code for code in np.unique(column[~np.isnan(column)])] if name.startswith("c:") else [np.nan_to_num(column, nan=-1e30)]
features = np.column_stack(columns).astype(float)
cut = np.atleast_1d(np.loadtxt(cutoffs))[0]
train, test = at < cut, np.flatnonzero(at >= cut)
model = DecisionTreeClassifier(max_leaf_nodes=int(leaves), random_state=int(seed)).fit(features[train], target[train])
with open(answers, "w") as out:
    for row, probability in zip(test, model.predict_proba(features[test])[:, list(model.classes_).index(1.0)]):
        out.write(f"{row},{float(probability)!r}\n")
print(sklearn.__version__, time.process_time())
