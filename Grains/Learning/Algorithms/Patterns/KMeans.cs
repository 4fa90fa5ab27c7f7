using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace NexusActors.Learning.Patterns;

/// <summary>Centres of clusters by ML.NET's k-means with k-means++ seeding (Arthur and Vassilvitskii 2007). The same points and seed give the same centres.</summary>
internal static class KMeans
{
    private const int IterationsMax = 100;

    /// <summary>Finds them.</summary>
    /// <param name="points">Of one length.</param>
    /// <param name="clusters">How many; no more than there are distinct points.</param>
    /// <param name="seed">Of everything that is chosen.</param>
    public static float[][] Centres(float[][] points, int clusters, int seed)
    {
        var context = new MLContext(seed);
        var shape = SchemaDefinition.Create(typeof(Point));
        shape[nameof(Point.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, points[0].Length);
        var data = context.Data.LoadFromEnumerable(Array.ConvertAll(points, point => new Point { Features = point }), shape);
        var trainer = context.Clustering.Trainers.KMeans(new KMeansTrainer.Options
        {
            FeatureColumnName = nameof(Point.Features),
            NumberOfClusters = clusters,
            NumberOfThreads = 1,
            MaximumNumberOfIterations = IterationsMax,
            InitializationAlgorithm = KMeansTrainer.InitializationAlgorithm.KMeansPlusPlus,
        });
        var centres = Array.Empty<VBuffer<float>>();
        trainer.Fit(data).Model.GetClusterCentroids(ref centres, out _);
        return Array.ConvertAll(centres, centre => centre.DenseValues().ToArray());
    }

    /// <summary>The centre that is nearest to a point; the first of several.</summary>
    public static int Nearest(float[][] centres, float[] point)
    {
        var (best, least) = (0, float.PositiveInfinity);
        for (var i = 0; i < centres.Length; i++)
        {
            if (TensorPrimitives.Distance(centres[i], point) is var distance && distance < least) { (best, least) = (i, distance); }
        }
        return best;
    }

    private sealed class Point
    {
        public float[] Features { get; set; } = [];
    }
}
