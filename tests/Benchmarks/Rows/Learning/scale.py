"""scikit-learn at scale: exact neighbours by brute force, one question at a time, and HistGradientBoostingClassifier: folder axes neighbours seed.

The folder holds points.f32 (what neighbours are looked for in), rows.f32 (raw features), targets.f32, words.txt (1 for each feature that is a word) and questions.txt (rows of points).
Writes distances.csv. Prints its version; median and 99th percentile of a search in ms; CPU seconds of the fit; median of one prediction in ms.
"""
import os
import sys
import time

try:
    import numpy as np
    import sklearn
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.neighbors import NearestNeighbors
except ImportError as missing:
    sys.exit(f"{missing}. On Debian: apt-get install python3-sklearn")

folder, axes, count, seed = sys.argv[1:]


def read(name):
    return os.path.join(folder, name)


words = np.loadtxt(read("words.txt"), dtype=int)
asked = np.loadtxt(read("questions.txt"), dtype=int)
points = np.fromfile(read("points.f32"), dtype=np.float32).reshape(-1, int(axes))
index = NearestNeighbors(n_neighbors=int(count), algorithm="brute").fit(points)
index.kneighbors(points[asked[:1]])
times = []
with open(read("distances.csv"), "w") as out:
    for row in asked:
        begun = time.perf_counter()
        distances, _ = index.kneighbors(points[row : row + 1])
        times.append(time.perf_counter() - begun)
        out.write(",".join(repr(float(distance)) for distance in distances[0]) + "\n")

rows = np.fromfile(read("rows.f32"), dtype=np.float32).reshape(-1, len(words))
targets = np.fromfile(read("targets.f32"), dtype=np.float32)
# Words with more values than it takes stay numbers: their codes.
taken = [bool(word) and np.nanmax(rows[:, i], initial=0) < 250 for i, word in enumerate(words)]
begun = time.process_time()
model = HistGradientBoostingClassifier(categorical_features=taken, random_state=int(seed)).fit(rows, targets)
fitted = time.process_time() - begun
single = []
for row in range(200):
    begun = time.perf_counter()
    model.predict_proba(rows[row : row + 1])
    single.append(time.perf_counter() - begun)
print(sklearn.__version__, np.percentile(times, 50) * 1000, np.percentile(times, 99) * 1000, fitted, np.percentile(single, 50) * 1000)
